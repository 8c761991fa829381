package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var replica = sync.OnceValues(startReplica)

// Replica is a read-only copy of the server tests have their databases on, which follows it; it is started by the first test that asks.
// The URL is that of the database there, by the same account; caught waits until the copy has everything the server has now.
func Replica(t testing.TB, database string) (there string, caught func()) {
	t.Helper()
	at, err := replica()
	if err != nil {
		t.Fatalf("this test needs a copy of its PostgreSQL server, and none is to be had: %v", err)
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = at.Host
	return u.String(), func() {
		t.Helper()
		if err := catchUp(t.Context(), at); err != nil {
			t.Fatalf("the copy does not follow: %v", err)
		}
	}
}

func catchUp(ctx context.Context, at *url.URL) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	server, err := postgres()
	if err != nil {
		return err
	}
	from, err := pgx.Connect(ctx, server.String())
	if err != nil {
		return err
	}
	defer from.Close(context.WithoutCancel(ctx))
	var now string
	if err := from.QueryRow(ctx, "SELECT pg_current_wal_lsn()::text").Scan(&now); err != nil {
		return err
	}
	to, err := pgx.Connect(ctx, at.String())
	if err != nil {
		return err
	}
	defer to.Close(context.WithoutCancel(ctx))
	for there := false; !there; {
		if err := to.QueryRow(ctx, "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn, pg_sleep(0.01)::text", now).Scan(&there, nil); err != nil {
			return err
		}
	}
	return nil
}

func startReplica() (*url.URL, error) {
	if os.Getenv(postgresEnv) != "" {
		return nil, fmt.Errorf("%s names a server that was not started here", postgresEnv)
	}
	server, err := postgres()
	if err != nil {
		return nil, err
	}
	bin, err := postgresBinaries()
	if err != nil {
		return nil, err
	}
	as, err := accountOf("postgres")
	if err != nil {
		return nil, err
	}
	dir, err := as.folder("pgr")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	host, port, err := net.SplitHostPort(server.Host)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	copied := as.command(dir, filepath.Join(bin, "pg_basebackup"), "-h", host, "-p", port, "-U", server.User.Username(), "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	if out, err := copied.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("pg_basebackup, %s: %w\n%s", time.Since(began), err, out), os.RemoveAll(dir))
	}
	if port, err = freePort(); err != nil {
		return nil, err
	}
	command := []string{filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-k", dir}
	for _, setting := range []string{"listen_addresses=127.0.0.1", "fsync=off", "shared_buffers=16MB", "max_connections=120", "lc_messages=C", "wal_retrieve_retry_interval=100ms"} {
		command = append(command, "-c", setting)
	}
	if err := as.start(dir, "ready to accept read-only connections", command...); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	u := *server
	u.Host = net.JoinHostPort("127.0.0.1", port)
	return &u, nil
}
