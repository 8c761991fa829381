package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTheServerRestarts: the server dies with everything prepared and comes back from its log. It is not done then, and is done later.
func TestTheServerRestarts(t *testing.T) {
	want := quiet(t)
	c := newClub(t)
	p := c.planned(t, "C-2")
	died := c.between.Cut(servers.Cut{Words: "*/ COMMIT", When: servers.Never, First: func() { crash(t, c) }})
	if r := c.applied(t, p); r.Code != 4 {
		t.Errorf("apply ended with %d", r.Code)
	}
	select {
	case <-died.Done():
	default:
		t.Fatal("the server did not die")
	}
	if register := product.System(t, c.Standing(t, p.Request), "register"); register.WaitsFor != "store" {
		t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
	}
	c.again(t)
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// crash kills the administrator's process of the server, upon which the server ends all others and starts anew from its log.
func crash(t *testing.T, c *club) {
	pid := int(c.admin.PgConn().PID())
	comm, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "comm"))
	if err != nil || strings.TrimSpace(string(comm)) != "postgres" {
		t.Errorf("this test needs a server on this machine, whose processes it may kill: %v", err)
		return
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	_, err = c.admin.Exec(context.Background(), "SELECT 1")
	if err == nil {
		t.Error("the server outlived it")
	}
}

// again connects the administrator anew, as soon as the server lets anybody in.
func (c *club) again(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	for {
		conn, err := pgx.Connect(ctx, c.URL)
		if err == nil {
			c.admin = conn
			t.Cleanup(func() { conn.Close(context.Background()) })
			return
		}
		var e *pgconn.PgError
		if ctx.Err() != nil || errors.As(err, &e) && e.Code != "57P03" && e.Code != "57P02" {
			t.Fatal(err)
		}
	}
}

// TestDossierDiesAfterTheCommit: it is killed when the server has committed and nothing of that is on record: what was prepared is
// inferred, and the totals are right.
func TestDossierDiesAfterTheCommit(t *testing.T) {
	want := quiet(t)
	c := newClub(t)
	p := c.planned(t, "C-2")
	c.Extra["DOSSIER_FAILPOINT"] = "apply/stored/register"
	if r := c.applied(t, p); !r.Killed {
		t.Fatalf("it was not killed: %+v", r)
	}
	delete(c.Extra, "DOSSIER_FAILPOINT")
	if committed, inferred := c.finish(t, p.Request); committed != 0 || inferred != clubGone {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// TestARightIsMissing: where the connector's account may not do something a person is asked, who is told what; nothing is done by halves.
func TestARightIsMissing(t *testing.T) {
	want := quiet(t)
	c := newClub(t)
	before := c.rows(t)
	p := c.planned(t, "C-2")
	_, bare, _ := strings.Cut(c.Bare, "://")
	bare, _, _ = strings.Cut(bare, ":")
	c.do(t, "REVOKE DELETE ON vehicles FROM "+bare)
	if r := c.applied(t, p); r.Code != 4 {
		t.Errorf("apply ended with %d", r.Code)
	}
	register := product.System(t, c.Standing(t, p.Request), "register")
	if register.WaitsFor != "person" || !strings.Contains(register.Why, "vehicles") || !strings.Contains(register.Why, "the account ") {
		t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
	}
	if got := c.rows(t); got != before {
		t.Error("something was done by halves")
	}
	c.do(t, c.Must(t, "connector", "grants", "register"))
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// TestNoSpaceLeft: a change needs room the server does not have; it waits until there is some. The disk is a small one of its own where
// this process may mount one; elsewhere the server's answer to a full disk is had from a trigger.
func TestNoSpaceLeft(t *testing.T) {
	want := quiet(t)
	c := newClub(t)
	fill, empty := c.smallDisk(t)
	p := c.planned(t, "C-2")
	fill()
	before := c.rows(t)
	if r := c.applied(t, p); r.Code != 4 {
		t.Errorf("apply ended with %d", r.Code)
	}
	if register := product.System(t, c.Standing(t, p.Request), "register"); register.WaitsFor != "store" || register.NotBefore == nil || !strings.Contains(register.Why, "its disk is full") {
		t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
	}
	if got := c.rows(t); got != before {
		t.Error("something was done by halves")
	}
	empty()
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// smallDisk moves the entries to a disk that fill fills up to the last byte, and empty makes room on.
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
			if _, err := c.admin.Exec(context.Background(), s); err != nil {
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
			_, err = c.admin.Exec(t.Context(), "INSERT INTO entries (member_id, title, amount) SELECT 3, 'E', 1 FROM generate_series(1, 100000)")
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
