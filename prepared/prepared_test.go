package prepared_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/prepared"
)

// open opens a file with one connection and a table of three rows.
func open(t *testing.T, keep int) (*sql.DB, *sql.Conn) {
	t.Helper()
	db, err := prepared.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db"), keep)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.Exec("CREATE TABLE t (n INTEGER PRIMARY KEY, s TEXT)"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')"); err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return db, conn
}

func names(t *testing.T, conn *sql.Conn, query string, args ...any) (out string) {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out += s.String
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTheSameTextAgain: the second run has its own values, whether the first was read to its end or not.
func TestTheSameTextAgain(t *testing.T) {
	_, conn := open(t, 4)
	for _, c := range []struct {
		from int
		want string
	}{{1, "abc"}, {3, "c"}, {4, ""}, {2, "bc"}} {
		if got := names(t, conn, "SELECT s FROM t WHERE n >= ? ORDER BY n", c.from); got != c.want {
			t.Errorf("from %d: %q, want %q", c.from, got, c.want)
		}
	}
	if err := conn.QueryRowContext(context.Background(), "SELECT s FROM t WHERE n >= ? ORDER BY n", 1).Scan(new(string)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, conn, "SELECT s FROM t WHERE n >= ? ORDER BY n", 2); got != "bc" {
		t.Errorf("after a run that was broken off: %q, want bc", got)
	}
}

// TestOneTextWithinItself: a statement that is being read from is not taken for its own text.
func TestOneTextWithinItself(t *testing.T) {
	_, conn := open(t, 4)
	const query = "SELECT s FROM t ORDER BY n"
	rows, err := conn.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		got += s + names(t, conn, query)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if got != "aabcbabccabc" {
		t.Errorf("%q, want aabcbabccabc", got)
	}
}

// TestATableThatChanges: a kept statement sees a column added and the table made anew.
func TestATableThatChanges(t *testing.T) {
	_, conn := open(t, 4)
	ctx := context.Background()
	columns := func() int {
		rows, err := conn.QueryContext(ctx, "SELECT * FROM t")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		cols, err := rows.Columns()
		if err = errors.Join(err, rows.Err()); err != nil {
			t.Fatal(err)
		}
		return len(cols)
	}
	for i, change := range []string{"ALTER TABLE t ADD COLUMN more", "DROP TABLE t", "CREATE TABLE t (n INTEGER)"} {
		if i != 2 && columns() != 2+i {
			t.Errorf("before %q: %d columns", change, columns())
		}
		if _, err := conn.ExecContext(ctx, change); err != nil {
			t.Fatalf("%s: %v", change, err)
		}
	}
	if n := columns(); n != 1 {
		t.Errorf("%d columns of the new table, want 1", n)
	}
}

// TestWhatFailed: a statement that failed is not kept in its failed state.
func TestWhatFailed(t *testing.T) {
	_, conn := open(t, 4)
	ctx := context.Background()
	const insert = "INSERT INTO t VALUES (?, ?)"
	for i, n := range []int{4, 4, 5} {
		_, err := conn.ExecContext(ctx, insert, n, "d")
		if failed := err != nil; failed != (i == 1) {
			t.Errorf("insert of %d: %v", n, err)
		}
	}
	if _, err := conn.ExecContext(ctx, "SELECT nothing FROM t"); err == nil {
		t.Error("a column that is not there was found")
	}
	if got := names(t, conn, "SELECT s FROM t WHERE n > 3 ORDER BY n"); got != "dd" {
		t.Errorf("%q, want dd", got)
	}
}

// TestMoreThanAreKept: all are forgotten and made anew, and none is left when the connection closes.
func TestMoreThanAreKept(t *testing.T) {
	_, conn := open(t, 2)
	for round := range 2 {
		for n := 1; n <= 5; n++ {
			query := fmt.Sprintf("SELECT s FROM t WHERE n <> %d ORDER BY n", n)
			want := map[int]string{1: "bc", 2: "ac", 3: "ab", 4: "abc", 5: "abc"}[n]
			if got := names(t, conn, query); got != want {
				t.Errorf("round %d, %s: %q, want %q", round, query, got, want)
			}
		}
	}
}

// TestUnder gives the driver's connection, for what only it can do.
func TestUnder(t *testing.T) {
	_, conn := open(t, 2)
	err := conn.Raw(func(dc any) error {
		if prepared.Under(dc) == dc {
			t.Error("the connection is its own")
		}
		if _, ok := prepared.Under(dc).(driver.Conn); !ok {
			t.Error("no connection of the driver")
		}
		if prepared.Under(t) != any(t) {
			t.Error("what is no connection of ours does not come back as it is")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
