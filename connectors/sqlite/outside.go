package sqlite

import (
	"context"
	"database/sql"
	"os"
	"sync"

	"github.com/dossier-dsr/dossier/prepared"
)

// outside is a connection to the file such as applications have: by its path, and with nothing the executor's own have. It is kept from
// one call to the next for as long as the path leads to the same file.
type outside struct {
	mu   sync.Mutex
	db   *sql.DB
	file os.FileInfo
}

// use gives the connection to f inside a transaction that may write, and takes back whatever was done.
func (o *outside) use(ctx context.Context, p place, f func(*sql.Conn) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.open(ctx, p); err != nil {
		return err
	}
	conn, err := o.db.Conn(ctx)
	if err != nil {
		return failure(ctx, "opening the database file", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return failure(ctx, "probing", err)
	}
	defer rollback(conn)
	return f(conn)
}

// open makes the connection where there is none, or where another file has taken the place of the one it leads to.
func (o *outside) open(ctx context.Context, p place) error {
	now, err := os.Stat(p.file)
	if err != nil {
		return wrong(settingFile, "the database file cannot be looked at", "check that it is there and that this account may read it and its folder")
	}
	if o.db != nil && os.SameFile(now, o.file) {
		return nil
	}
	if err := o.closed(); err != nil {
		return failure(ctx, "closing the database file", err)
	}
	// what a statement sets aside may hold keys, and must not reach the disk in the open
	db, err := prepared.Open("sqlite", p.source("foreign_keys(1)", "temp_store(MEMORY)"), keptStatements)
	if err != nil {
		return failure(ctx, "opening the database file", err)
	}
	db.SetMaxOpenConns(1)
	o.db, o.file = db, now
	return nil
}

// close waits for what is being tried.
func (o *outside) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed()
}

func (o *outside) closed() error {
	if o.db == nil {
		return nil
	}
	db := o.db
	o.db = nil
	return db.Close()
}
