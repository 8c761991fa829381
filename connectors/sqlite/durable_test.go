package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// journals are the ways an application may have set up its file.
var journals = []string{"DELETE", "WAL"}

func TestDeletedTextIsInNoByte(t *testing.T) {
	const secret = "Zażółć-gęślą-jaźń-8001011234"
	for _, mode := range journals {
		t.Run(mode, func(t *testing.T) {
			path, db := newFile(t, house)
			db.SetMaxOpenConns(1)
			run(t, db, "PRAGMA journal_mode = "+mode)
			run(t, db, "PRAGMA secure_delete = ON") // else pages the application splits keep copies of rows in unused space
			for i := range 200 {
				if _, err := db.Exec("INSERT INTO payments VALUES (?1, 'L-1', NULL, NULL, ?2)", 1000+i, strings.Repeat(fmt.Sprintf("%s-%d ", secret, i), 1+i)); err != nil {
					t.Fatal(err)
				}
			}
			s := opened(t, path)
			if !inFiles(t, path, secret) {
				t.Fatal("the text is not in the file to begin with")
			}
			out, err := apply(s, connectors.Treatment{Verb: connectors.Delete, On: by(payments, "lease_no", one(0, "L-1")), AtMost: 300})
			if err != nil || out[0].Changed != 202 || len(out[0].Notes) > 0 {
				t.Fatalf("%s %v %v", saidAll(out), out[0].Notes, err)
			}
			if inFiles(t, path, secret) {
				t.Error("the deleted text is still in the file, its log or its journal")
			}
		})
	}
}

// TestWhatTheCardSaysStays: copies an application left in unused space are not the connector's to find; VACUUM
// drops them. Should this test fail because nothing is left, the card promises too little.
func TestWhatTheCardSaysStays(t *testing.T) {
	const secret = "Zażółć-gęślą-jaźń-8001011234"
	path, db := newFile(t, house)
	for i := range 200 {
		if _, err := db.Exec("INSERT INTO payments VALUES (?1, 'L-1', NULL, NULL, ?2)", 1000+i, strings.Repeat(fmt.Sprintf("%s-%d ", secret, i), 1+i)); err != nil {
			t.Fatal(err)
		}
	}
	s := opened(t, path)
	if _, err := apply(s, connectors.Treatment{Verb: connectors.Delete, On: by(payments, "lease_no", one(0, "L-1")), AtMost: 300}); err != nil {
		t.Fatal(err)
	}
	if !inFiles(t, path, secret) {
		t.Error("no copy is left in unused space")
	}
	if keeps := (Connector{}).Describe().KeepsDeleted; !strings.Contains(keeps, "VACUUM") {
		t.Errorf("the card does not say so: %s", keeps)
	}
	run(t, db, "VACUUM")
	if inFiles(t, path, secret) {
		t.Error("VACUUM left a copy")
	}
}

func TestAReaderThatHoldsTheLogIsReported(t *testing.T) {
	const secret = "held-by-a-reader-8001011234"
	path, db := newFile(t, house)
	run(t, db, "PRAGMA journal_mode = WAL; UPDATE payments SET note = '"+secret+"'")
	s := opened(t, path)
	reader, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reader.QueryRow("SELECT count(*) FROM payments").Scan(&n); err != nil {
		t.Fatal(err)
	}
	do := connectors.Treatment{Verb: connectors.Delete, On: connectors.Selection{Collection: payments, All: true}, AtMost: 9}
	out, err := apply(s, do)
	if err != nil || len(out[0].Notes) != 1 || out[0].Notes[0].Severity != connectors.Warning {
		t.Fatalf("%v %v", out, err)
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, path, secret) {
		t.Error("Close left the deleted text in the log")
	}
}

// inFiles says whether text stands in the database file or any file beside it.
func inFiles(t testing.TB, path, text string) bool {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

func TestAnotherWriterMeansTryLater(t *testing.T) {
	for _, mode := range journals {
		path, db := newFile(t, house)
		run(t, db, "PRAGMA journal_mode = "+mode)
		s := opened(t, path)
		c, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = apply(s, erasure(one(0, "C-00001"))...)
		if !errors.Is(err, connectors.ErrTryLater) || time.Since(began) > time.Minute { // it waits 2 s; a slow machine takes longer to say so
			t.Errorf("%s: %v after %s", mode, err, time.Since(began))
		}
		same(t, "reading goes on", found(t, s, by(members, "id", one(0, int64(1)))), []string{"0: 1"})
		if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		c.Close()
		if _, err := apply(s, erasure(one(0, "C-00001"))...); err != nil {
			t.Errorf("%s: afterwards: %v", mode, err)
		}
	}
}

// TestCrashChild is no test of its own: TestKilled runs it in another process and kills it.
func TestCrashChild(t *testing.T) {
	path := os.Getenv("DOSSIER_SQLITE_CRASH")
	if path == "" {
		return
	}
	s, err := Connector{}.Open(t.Context(), connectors.Config{"file": path})
	if err != nil {
		t.Fatal(err)
	}
	hang := func(context.Context, []connectors.Outcome) error {
		fmt.Println("CONFIRM")
		select {} // until killed
	}
	if os.Getenv("DOSSIER_SQLITE_CRASH_AT") == "delete" {
		hang = yes
		fmt.Println("CONFIRM")
	}
	_, err = s.(*store).Apply(t.Context(), []connectors.Treatment{{ID: "t", Verb: connectors.Delete, On: connectors.Selection{Collection: payments, All: true}, AtMost: 1e6}},
		connectors.ApplyOptions{Confirm: hang})
	t.Log(err)
}

func TestKilled(t *testing.T) {
	const rows = 20000
	for _, mode := range journals {
		for _, at := range []string{"confirm", "delete"} {
			t.Run(mode+" "+at, func(t *testing.T) {
				path, db := newFile(t, house)
				run(t, db, "PRAGMA journal_mode = "+mode)
				run(t, db, fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
					INSERT INTO payments SELECT i, 'L-1', NULL, NULL, 'payment number ' || i FROM n`, rows+99))
				all := count(t, db, "SELECT count(*) FROM payments")
				killAfter(t, path, at)
				switch n := count(t, db, "SELECT count(*) FROM payments"); {
				case at == "confirm" && n != all:
					t.Errorf("%d of %d rows are left, and nobody confirmed", n, all)
				case n != all && n != 0:
					t.Errorf("%d of %d rows are left: half done", n, all)
				}
				var ok string
				if err := db.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
					t.Errorf("integrity: %s, %v", ok, err)
				}
				if _, err := apply(opened(t, path), erasure(one(0, "C-00001"))...); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		}
	}
}

// killAfter starts the child, waits for its word, and kills it: while it waits for the host, or in its work.
func killAfter(t *testing.T, path, at string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.v")
	child.Env = append(os.Environ(), "DOSSIER_SQLITE_CRASH="+path, "DOSSIER_SQLITE_CRASH_AT="+at)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "CONFIRM") {
	}
	if at == "delete" {
		waitForWrites(t, path)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
}

// waitForWrites returns when the child has begun to write: its lock is taken or its journal is there.
func waitForWrites(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", place{file: path}.source())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if _, err := db.Exec("BEGIN IMMEDIATE; ROLLBACK"); err != nil {
			return
		}
	}
	t.Error("the child never took the lock")
}
