package files

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestPropertyCSV compares with encoding/csv: of random files, the rows of random owners go, and the bytes of all
// others stay as they were.
func TestPropertyCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delim := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
		eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
		cellText := rapid.StringOfN(rapid.SampledFrom([]rune("ab1 ,;|\t\"\n\r\\{}ż")), 0, 6, -1)
		cell := rapid.Custom(func(t *rapid.T) string {
			s := cellText.Draw(t, "text")
			s = strings.ReplaceAll(s, "\r", "") // the standard library reads \r\n inside quotes as \n
			if rapid.Bool().Draw(t, "quoted") || strings.ContainsAny(s, "\"\r\n"+delim) {
				return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			return s
		})
		owner := rapid.SampledFrom([]string{"1", "10", `"1"`, "a", `"a"`, `"x;y"`, `"x,y"`, "01", `""`, "", `"1""0"`})
		var rows []string
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			rows = append(rows, cell.Draw(t, "a")+delim+owner.Draw(t, "owner")+delim+cell.Draw(t, "b"))
		}
		text := "a" + delim + "owner" + delim + "b" + eol
		for i, r := range rows {
			text += r
			if i < len(rows)-1 || rapid.Bool().Draw(t, "ended") {
				text += eol
			}
		}
		gone := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"1", "10", "a", "x;y", "x,y", "01", "", "1\"0", "nobody"}), rapid.ID).Draw(t, "gone")
		want := "a" + delim + "owner" + delim + "b" + eol
		for i, r := range rows {
			in := csv.NewReader(strings.NewReader(r + "\n"))
			in.Comma, in.LazyQuotes, in.FieldsPerRecord = rune(delim[0]), true, -1
			fields, err := in.Read()
			if err != nil {
				t.Fatal(err)
			}
			if fields[1] == "" || !slices.Contains(gone, fields[1]) {
				want += r
				if i < len(rows)-1 || strings.HasSuffix(text, r+eol) {
					want += eol
				}
			}
		}
		check(t, connectors.RowFormat{Format: "csv", Delimiter: delim}, text, "owner", gone, want)
	})
}

// TestPropertyJSON does the same with arrays in random spacing, and reads the result with encoding/json.
func TestPropertyJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space := rapid.SampledFrom([]string{"", " ", "\n  ", "\r\n\t"})
		value := rapid.SampledFrom([]string{`1`, `-0.50`, `1E+2`, `"a\u005d}\"]"`, `[1, {"owner":"a"}]`, `{"x" : null}`, `true`, `""`})
		owner := rapid.SampledFrom([]string{`"1"`, `1`, `1.0`, `"10"`, `"a"`, `null`, `""`, `"\u0061"`, `{"a":1}`})
		same := map[string][]string{`"1"`: {"1"}, `1`: {"1", "1.0"}, `1.0`: {"1", "1.0"}, `"10"`: {"10"}, `"a"`: {"a"}, `"\u0061"`: {"a"}}
		gone := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"1", "10", "a", "", "1.0"}), rapid.ID).Draw(t, "gone")
		var all, kept []string
		n := rapid.IntRange(0, 8).Draw(t, "rows")
		for range n {
			o := owner.Draw(t, "owner")
			s := space.Draw(t, "space")
			row := "{" + s + `"k"` + s + ":" + value.Draw(t, "value") + `,"owner":` + s + o + s + "}"
			all = append(all, row)
			if !slices.ContainsFunc(gone, func(g string) bool { return slices.Contains(same[o], g) }) {
				kept = append(kept, row)
			}
		}
		head, tail := space.Draw(t, "head")+`{"title":`+value.Draw(t, "title")+`,"list":[`, `],"list2":[{"owner":"1"}]}`+space.Draw(t, "tail")
		sep := space.Draw(t, "before") + "," + space.Draw(t, "after")
		text := head + strings.Join(all, sep) + tail
		check(t, connectors.RowFormat{Format: "json", Each: "list[]"}, text, "owner", gone, head+strings.Join(kept, sep)+tail)
		if !json.Valid([]byte(text)) {
			t.Fatalf("the generator wrote no JSON: %s", text)
		}
		if !strings.ContainsAny(strings.Join(all, ""), "\r\n") {
			check(t, connectors.RowFormat{Format: "jsonl"}, strings.Join(append(all, ""), "\n"), "owner", gone, strings.Join(append(kept, ""), "\n"))
		}
	})
}

// check erases the rows of gone through the store, and locates them before and after.
func check(t *rapid.T, f connectors.RowFormat, text, field string, gone []string, want string) {
	root, err := os.MkdirTemp("", "files")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	name := filepath.Join(root, "x."+f.Format)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Connector{}.Open(t.Context(), connectors.Config{"root": root})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(name, old, old); err != nil {
		t.Fatal(err)
	}
	c := connectors.Collection{Name: "x", At: "x." + f.Format, Key: []string{"line"}, Rows: &f}
	var values []any
	for _, g := range gone {
		values = append(values, g)
	}
	sel := by(c, field, values...)
	tallies, err := s.(*store).Count(t.Context(), []connectors.Selection{sel})
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	out, err := s.(*store).Apply(t.Context(), []connectors.Treatment{remove(sel)}, connectors.ApplyOptions{Confirm: yes})
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("%q without %q\ngot  %q\nwant %q", text, gone, got, want)
	}
	if out[0].Changed != tallies[0].Total {
		t.Fatalf("%d counted, %d deleted", tallies[0].Total, out[0].Changed)
	}
}
