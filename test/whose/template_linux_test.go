package whose

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lettersOf lists every file beside the club's map and stores, with what it holds.
func (c *club) lettersOf(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	top := filepath.Dir(c.letters)
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".txt") {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(top, path)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNumbersInPaths: a member's number stands in the path of letters. Who has 1 has nothing of 10, a number that is a pattern elsewhere
// is a number here, and one that leads elsewhere reaches nobody.
func TestNumbersInPaths(t *testing.T) {
	numbers := []string{"1", "10", "11", "01", "1.", "*", "1*", "[1]", "?", "%31", "..", ".", "../other", "../../outside", "../letters/10", "10/../1", "{member_no}", "1;10", "1'--", `1"`, "ł1"}
	lay := func(t *testing.T) *club {
		c := newClub(t)
		for i, n := range numbers {
			if _, err := c.register.Exec("INSERT INTO members VALUES (?, ?, 'Ewa', '2010-05-05')", i+1, n); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []string{"1", "10", "11", "01", "1.", "*", "1*", "[1]", "?", "%31", "{member_no}", "1;10", "1'--", `1"`, "ł1"} {
			write(t, filepath.Join(c.letters, "letters", n, "2010-01-01-a.txt"), "of "+n)
		}
		write(t, filepath.Join(c.letters, "letters", "2010-01-01-a.txt"), "of nobody")
		write(t, filepath.Join(c.letters, "2010-01-01-a.txt"), "of nobody")
		write(t, filepath.Join(c.letters, "other", "2010-01-01-a.txt"), "of nobody")
		write(t, filepath.Join(filepath.Dir(c.letters), "outside", "2010-01-01-a.txt"), "of nobody")
		return c
	}
	for i, n := range numbers {
		t.Run(strings.ReplaceAll(n, "/", "|"), func(t *testing.T) {
			t.Parallel()
			c := lay(t)
			before := c.lettersOf(t)
			p := c.planned(t, n)
			c.Apply(t, p)
			c.dayLater(t, p.Request)
			if st := c.Standing(t, p.Request); st.State != "done" {
				t.Errorf("%s %s %v", st.State, st.Why, st.Attention)
			}
			after := c.lettersOf(t)
			for name, was := range before {
				now, there := after[name]
				if his := was == "of "+n; his == there || there && now != was {
					t.Errorf("%s (%s): there %t, holds %q", name, was, there, now)
				}
			}
			var left []string
			rows, err := c.register.Query("SELECT member_no FROM members ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var no string
				if err := rows.Scan(&no); err != nil {
					t.Fatal(err)
				}
				left = append(left, no)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			if want := slices.Delete(slices.Clone(numbers), i, i+1); !slices.Equal(left, want) {
				t.Errorf("members left: %q", left)
			}
		})
	}
}
