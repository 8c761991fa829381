package servers_test

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"os/exec"
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
		d := servers.Postgres(b)
		if _, err := os.Stdout.WriteString(d.URL + "\n"); err != nil {
			os.Exit(2)
		}
		select {}
	})
}

// TestServerEndsWithItsTests: a test process that is killed leaves neither server nor folder behind.
func TestServerEndsWithItsTests(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"=1", "DOSSIER_TEST_POSTGRES_URL=")
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
	address, err := url.Parse(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, address.String())
	if err != nil {
		t.Fatalf("the server of the process: %v", err)
	}
	var dir string
	if err := conn.QueryRow(ctx, "SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'").Scan(&dir); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	// The connection ends when the server does: that is the signal.
	if err := ended(ctx, conn); err != nil {
		t.Fatal(err)
	}
	for ctx.Err() == nil {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
	}
	t.Errorf("the server's folder %s outlived its tests", dir)
}

// ended waits for the server to close the connection.
func ended(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.WaitForNotification(ctx); err == nil || ctx.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}
