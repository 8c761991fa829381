package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver, without cgo

	"github.com/dossier-dsr/dossier/prepared"
)

// DB is the opened state. It is safe for concurrent use.
type DB struct {
	path    string
	writer  *sql.DB // one connection
	readers *sql.DB
}

// Create makes a state, with its folder, and opens it. It refuses to touch a file that exists ([ErrExists]).
func Create(ctx context.Context, path string) (*DB, error) {
	if err := local(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("state %s: %w; nothing was changed", path, ErrExists)
	}
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err := sign(ctx, path); err != nil {
		return nil, err
	}
	return open(ctx, path)
}

// Open opens a state and brings an older one up to this program's schema. It never makes one: a missing file is [ErrMissing], a state
// of a newer program [ErrNewer].
func Open(ctx context.Context, path string) (*DB, error) {
	if err := local(path); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s; `dossier init` makes one, --state or DOSSIER_STATE names another", ErrMissing, path)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("state %s is not a file", path)
	}
	if err := signed(path); err != nil {
		return nil, err
	}
	return open(ctx, path)
}

func local(path string) error {
	if scheme, _, ok := strings.Cut(path, "://"); ok {
		return fmt.Errorf("a state under %s:// is not supported; give the path of a SQLite file", scheme)
	}
	return nil
}

func open(ctx context.Context, path string) (*DB, error) {
	writer, err := connect(path, 1, "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "foreign_keys(ON)")
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, writer: writer}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("state %s: %w", path, err), writer.Close())
	}
	if db.readers, err = connect(path, 4, "query_only(ON)"); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return db, nil
}

// keptStatements is more than this program has for its state.
const keptStatements = 512

func connect(path string, connections int, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(10000)"}, pragmas...)}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	db, err := prepared.Open("sqlite", dsn.String(), keptStatements)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// Path is the file.
func (db *DB) Path() string { return db.path }

// Writer is the one writing connection, for the job queue that shares the database. Who holds a transaction of it keeps all
// other writers waiting.
func (db *DB) Writer() *sql.DB { return db.writer }

// Close closes all connections; the last one folds the log into the file.
func (db *DB) Close() error { return errors.Join(db.readers.Close(), db.writer.Close()) }
