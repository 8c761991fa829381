package faults

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	"golang.org/x/sys/unix"

	"github.com/dossier-dsr/dossier/test/servers"
)

var onPostgres = &kind{
	name:      "postgres",
	connector: "postgres",
	database:  servers.Postgres,
	open:      func(address string) (*sql.DB, error) { return sql.Open("pgx", address) },
	number:    "serial PRIMARY KEY",
	nowhere:   "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable",
	begins:    "READ COMMITTED READ WRITE",
	deletes:   "DELETE FROM",
	changed:   "SET CONSTRAINTS ALL IMMEDIATE",
	patient:   "SET lock_timeout = '60s'",
	stubborn:  "SET deadlock_timeout = '1h'; BEGIN",
	trigger: `CREATE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN UPDATE tallies SET n = n - 1; RETURN OLD; END $$;
		CREATE TRIGGER tally BEFORE DELETE ON vehicles FOR EACH ROW EXECUTE FUNCTION tally()`,
}

func init() {
	onPostgres.copied = func(t *testing.T) (c *club, there string, caught func()) {
		c = newClub(t, onPostgres)
		there, caught = servers.Replica(t, c.Bare)
		return c, there, caught
	}
	onPostgres.mortal = func(t *testing.T) (c *club, die func() error, back func()) {
		c = newClub(t, onPostgres)
		c.do(t, "CHECKPOINT") // the servers of tests wait for no disk: what was laid out just now would die with this one
		return c, func() error { return crash(c) }, func() { c.again(t) }
	}
	onPostgres.small = func(t *testing.T) (c *club, fill, empty func()) {
		c = newClub(t, onPostgres)
		fill, empty = c.smallDisk(t)
		return c, fill, empty
	}
}

// crash kills the administrator's process of the server, upon which the server ends all others and starts anew from its log. It waits until
// those that serve this database are gone: until then one of them might still do what it is told.
func crash(c *club) error {
	ctx := context.Background()
	var pid int
	if err := c.admin.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return err
	}
	comm, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "comm"))
	if err != nil || strings.TrimSpace(string(comm)) != "postgres" {
		return fmt.Errorf("this test needs a server on this machine, whose processes it may kill: %w", err)
	}
	serving, err := c.admin.QueryContext(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
	if err != nil {
		return err
	}
	defer serving.Close()
	var processes []int // of which each can be read from once it has ended
	defer func() {
		for _, p := range processes {
			_ = unix.Close(p)
		}
	}()
	for serving.Next() {
		var one int
		if err := serving.Scan(&one); err != nil {
			return err
		}
		process, err := unix.PidfdOpen(one, 0)
		if errors.Is(err, unix.ESRCH) { // it has ended already
			continue
		}
		if err != nil {
			return err
		}
		processes = append(processes, process)
	}
	if err := errors.Join(serving.Err(), serving.Close(), syscall.Kill(pid, syscall.SIGKILL)); err != nil {
		return err
	}
	for _, p := range processes {
		if err := servers.Gone(p); err != nil {
			return err
		}
	}
	return nil
}

// again connects the administrator anew, as soon as the server lets anybody in.
func (c *club) again(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	for {
		conn, err := c.connected(ctx, t, c.URL)
		if err == nil {
			c.admin = conn
			return
		}
		var e *pgconn.PgError
		if ctx.Err() != nil || errors.As(err, &e) && e.Code != "57P03" && e.Code != "57P02" {
			t.Fatal(err)
		}
	}
}

// smallDisk moves the entries to a disk that fill fills up to the last byte, and empty makes room on. The disk is a small one of its own
// where this process may mount one; elsewhere the server's answer to a full disk is had from a trigger.
func (c *club) smallDisk(t *testing.T) (fill, empty func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "d")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,mode=0777"); err != nil {
		t.Logf("no disk of its own can be mounted here (%v): the server's answer to a full one is had from a trigger", err)
		return func() {
				c.do(t, `CREATE FUNCTION full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$`,
					"CREATE TRIGGER full BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION full()")
			}, func() {
				c.do(t, "DROP TRIGGER full ON entries")
			}
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	space := filepath.Join(dir, "space")
	if err := os.Mkdir(space, 0o700); err != nil {
		t.Fatal(err)
	}
	owner, err := os.Stat(c.text(t, "SHOW data_directory"))
	if err != nil {
		t.Fatal(err)
	}
	as := owner.Sys().(*syscall.Stat_t)
	if err := os.Chown(space, int(as.Uid), int(as.Gid)); err != nil {
		t.Fatal(err)
	}
	name := "small_" + filepath.Base(c.text(t, "SELECT current_database()"))
	c.do(t, "CREATE TABLESPACE "+name+" LOCATION '"+space+"'", "ALTER TABLE entries SET TABLESPACE "+name)
	t.Cleanup(func() {
		for _, s := range []string{"ALTER TABLE entries SET TABLESPACE pg_default", "DROP TABLESPACE " + name} {
			if _, err := c.admin.ExecContext(context.Background(), s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
	ballast := filepath.Join(dir, "ballast")
	return func() {
			f, err := os.Create(ballast)
			if err != nil {
				t.Fatal(err)
			}
			for size := 1 << 16; size > 0; {
				if _, err := f.Write(make([]byte, size)); err != nil {
					size /= 2
				}
			}
			_ = f.Close()
			// What is left of the table's last page goes too: the next version of a row needs a new one.
			_, err = c.admin.ExecContext(t.Context(), "INSERT INTO entries (member_id, title, amount) SELECT 3, 'E', 1 FROM generate_series(1, 100000)")
			var e *pgconn.PgError
			if !errors.As(err, &e) || e.Code != "53100" {
				t.Errorf("the disk is not full: %v", err)
			}
		}, func() {
			if err := os.Remove(ballast); err != nil {
				t.Error(err)
			}
		}
}
