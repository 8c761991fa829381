package servers_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/test/servers"
)

// TestDatabaseOfItsOwn: what one test writes no other sees.
func TestDatabaseOfItsOwn(t *testing.T) {
	a, b := servers.Postgres(t), servers.Postgres(t)
	ctx := t.Context()
	for _, d := range []servers.Database{a, b} {
		conn, err := pgx.Connect(ctx, d.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(ctx, "CREATE TABLE mine (x int)"); err != nil {
			t.Error(err)
		}
		conn.Close(ctx)
	}
}

// childEnv makes this test binary a process that starts a server, says where, and then hangs.
const childEnv = "DOSSIER_TEST_SERVERS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
	}
	os.Exit(m.Run())
}

func child() {
	testing.Init()
	testing.Benchmark(func(b *testing.B) {
		d := kinds[os.Getenv(childEnv)].database(b)
		if _, err := os.Stdout.WriteString(d.URL + "\n"); err != nil {
			os.Exit(2)
		}
		select {}
	})
}

// kinds are the servers: how a test asks for one, and how it is talked to.
var kinds = map[string]struct {
	database func(testing.TB) servers.Database
	talk     func(ctx context.Context, address string) (dir string, ended func() error, err error)
}{
	"postgres": {servers.Postgres, func(ctx context.Context, address string) (dir string, ended func() error, err error) {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			err = conn.QueryRow(ctx, "SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'").Scan(&dir)
		}
		return dir, func() error {
			_, err := conn.WaitForNotification(ctx)
			return err
		}, err
	}},
	"mysql": {servers.MySQL, func(ctx context.Context, address string) (dir string, ended func() error, err error) {
		db, err := servers.OpenMySQL(address)
		if err == nil {
			err = db.QueryRowContext(ctx, "SELECT @@socket").Scan(&dir)
		}
		return filepath.Dir(dir), func() error {
			_, err := db.ExecContext(ctx, "DO SLEEP(1000)")
			return err
		}, err
	}},
}

// TestServerEndsWithItsTests: a test process that is killed leaves neither server nor folder behind.
func TestServerEndsWithItsTests(t *testing.T) {
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			endsWithItsTests(t, kind)
		})
	}
}

func endsWithItsTests(t *testing.T, kind string) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+kind, "DOSSIER_TEST_POSTGRES_URL=", "DOSSIER_TEST_MYSQL_URL=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the process said nothing")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir, ended, err := kinds[kind].talk(ctx, lines.Text())
	if err != nil {
		t.Fatalf("the server of the process: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	// The connection ends when the server does: that is the signal.
	if err := ended(); err == nil || ctx.Err() != nil {
		t.Fatalf("the server outlived its tests: %v", err)
	}
	for ctx.Err() == nil {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
	}
	t.Errorf("the server's folder %s outlived its tests", dir)
}
