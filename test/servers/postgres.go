package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// postgresEnv names a server to be used instead of one started here.
const postgresEnv = "DOSSIER_TEST_POSTGRES_URL"

// Database is one test's own database, and how to come to it.
type Database struct {
	URL      string // as the account that owns it
	Ordinary string // as an account that may read and change the tables the owner makes in the schema public, and nothing else
	Bare     string // as an account that may do nothing yet; it is named as the database with _bare
	Admin    string // as the administrator of the server
}

// ordinary is the password of ordinary accounts, for servers that ask for one.
const ordinary = "ordinary"

var (
	postgres  = sync.OnceValues(findPostgres)
	databases atomic.Int64
)

// Postgres gives a test an empty database, and takes it away with the test.
func Postgres(t testing.TB) Database {
	t.Helper()
	name := fmt.Sprintf("dossier_test_%d_%d", os.Getpid(), databases.Add(1))
	db, err := NewPostgres(name)
	if err != nil {
		t.Fatalf("this test needs a PostgreSQL database, and none is to be had: %v\n`make deps` installs a server; %s names one", err, postgresEnv)
	}
	t.Cleanup(func() {
		if err := dropPostgres(name); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return db
}

// NewPostgres makes an empty database of a name, and its accounts. Server and database last as long as this process.
func NewPostgres(name string) (Database, error) {
	server, err := postgres()
	if err != nil {
		return Database{}, err
	}
	role, bare, login := name+"_app", name+"_bare", " LOGIN PASSWORD '"+ordinary+"'"
	if err := tell(server, "CREATE ROLE "+role+login, "CREATE ROLE "+bare+login, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return Database{}, err
	}
	u := *server
	u.Path = "/" + name
	if err := tell(&u, "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO "+role); err != nil {
		return Database{}, err
	}
	db := Database{URL: u.String(), Admin: u.String()}
	u.User = url.UserPassword(role, ordinary)
	db.Ordinary = u.String()
	u.User = url.UserPassword(bare, ordinary)
	db.Bare = u.String()
	return db, nil
}

func dropPostgres(name string) error {
	server, err := postgres()
	if err != nil {
		return err
	}
	return tell(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "DROP OWNED BY "+name+"_bare", "DROP ROLE "+name+"_app", "DROP ROLE "+name+"_bare")
}

// tell runs statements in a database, one by one.
func tell(at *url.URL, statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, at.String())
	if err != nil {
		return err
	}
	for _, s := range statements {
		if err == nil {
			_, err = conn.Exec(ctx, s)
		}
	}
	return errors.Join(err, conn.Close(ctx))
}

func findPostgres() (*url.URL, error) {
	if text := os.Getenv(postgresEnv); text != "" {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s is no URL", postgresEnv)
		}
		return u, nil
	}
	return anyPostgres()
}

// anyPostgres starts a server of its own, with settings after those all have.
func anyPostgres(more ...string) (*url.URL, error) {
	bin, err := postgresBinaries()
	if err != nil {
		return nil, err
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		u, err := startPostgres(bin, more...)
		if err == nil {
			return u, nil
		}
		failed = err
	}
	return nil, failed
}

// postgresBinaries is where Debian puts the newest version.
func postgresBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", errors.New("there is no /usr/lib/postgresql/*/bin/postgres")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // no number sorts first
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

func startPostgres(bin string, more ...string) (*url.URL, error) {
	as, err := accountOf("postgres")
	if err != nil {
		return nil, err
	}
	dir, err := as.folder("pg")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := as.command(dir, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	server := []string{filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-k", dir}
	hurried := []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "autovacuum=off", "wal_level=logical", "deadlock_timeout=200ms"}
	if lasting {
		hurried = []string{"shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=30min"}
	}
	for _, setting := range slices.Concat([]string{"listen_addresses=127.0.0.1", "max_connections=120", "lc_messages=C"}, hurried, more) {
		server = append(server, "-c", setting)
	}
	if err := as.start(dir, "database system is ready to accept connections", server...); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &url.URL{Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort("127.0.0.1", port), Path: "/postgres", RawQuery: "sslmode=disable"}, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
