package files

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// tree lays files out in a new folder, as they would be an hour after they were written.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		write(t, filepath.Join(root, name), content)
	}
	return root
}

func write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(name, then, then); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, root string) *store {
	t.Helper()
	s, err := Connector{}.Open(t.Context(), connectors.Config{"root": root})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*store)
}

// contents reads a tree back; a folder ends with a slash.
func contents(t testing.TB, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p, root), "/")
		switch {
		case name == "":
		case d.IsDir():
			out[name+"/"] = ""
		case d.Type().IsRegular():
			b, err := os.ReadFile(p)
			out[name] = string(b)
			return err
		default:
			out[name] = d.Type().String()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// by selects rows of c of which field holds one of values, one person each.
func by(c connectors.Collection, field string, values ...any) connectors.Selection {
	m := connectors.Match{Fields: []string{field}}
	for i, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{v}})
	}
	return connectors.Selection{Collection: c, Any: []connectors.Match{m}, Fields: c.Key}
}

func yes(context.Context, []connectors.Outcome) error { return nil }

func apply(t testing.TB, s *store, do ...connectors.Treatment) ([]connectors.Outcome, error) {
	t.Helper()
	return s.Apply(t.Context(), do, connectors.ApplyOptions{Confirm: yes})
}

func remove(sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{ID: "del", Verb: connectors.Delete, On: sel, AtMost: 1 << 30}
}

// located are the values of every row, by person.
func located(t testing.TB, s *store, sel connectors.Selection) (rows [][]any, persons []int) {
	t.Helper()
	err := connectors.Each(t.Context(), s, sel, func(p int, v []any) error {
		rows, persons = append(rows, v), append(persons, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, persons
}

var (
	letters = connectors.Collection{Name: "letters", At: "letters/{member_no}/{sent_on}-{letter_no}.pdf", Key: []string{"letter_no"}, Document: true}
	imports = connectors.Collection{Name: "meter_import", At: "imports/{month}.csv", Key: []string{"month", "line"},
		Rows: &connectors.RowFormat{Format: "csv", Delimiter: ";", Encoding: "windows-1250"}}
	petitions = connectors.Collection{Name: "petitions", At: "petitions/{petition_no}.json", Key: []string{"petition_no", "no"},
		Rows: &connectors.RowFormat{Format: "json", Each: "signatories[]"}}
	events   = connectors.Collection{Name: "events", At: "events/{day}.jsonl", Key: []string{"id"}, Rows: &connectors.RowFormat{Format: "jsonl"}}
	crashLog = connectors.Collection{Name: "log", At: "log/{member_no}/x.jsonl", Key: []string{"id"}, Rows: &connectors.RowFormat{Format: "jsonl"}}
)
