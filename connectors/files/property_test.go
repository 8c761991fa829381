package files

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
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

// FuzzCSV: whatever the bytes, keeping all rows keeps all bytes, and the records joined are the file.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\r\n1,\"x\"\"\r\n\"\n"), byte(','))
	f.Add([]byte("\xEF\xBB\xBFa;b\n\n;\n\"\";"), byte(';'))
	f.Fuzz(func(t *testing.T, text []byte, delim byte) {
		c, err := codecFor(&connectors.RowFormat{Format: "csv", Delimiter: string(rune(delim))})
		if err != nil {
			return
		}
		fuzzCodec(t, c, text)
	})
}

// FuzzJSON: the same of arrays and lines; what is kept of an array with rows dropped is still JSON.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[{"x":1}, {"y":"\"]"}]}}`), "a.b[]")
	f.Add([]byte("{\"a\":1}\n\n{\"b\":[{}]}"), "")
	f.Add([]byte(`[{"a":1},{"a":2}]`), "")
	f.Fuzz(func(t *testing.T, text []byte, each string) {
		fuzzCodec(t, jsonLines{}, text)
		c, err := jsonArrayCodec(each)
		if err != nil {
			return
		}
		if fuzzCodec(t, c, text) && len(text) > 0 && !json.Valid(bytes.TrimPrefix(text, bom)) {
			t.Errorf("%q was read as JSON", text)
		}
	})
}

func fuzzCodec(t *testing.T, c codec, text []byte) bool {
	t.Helper()
	var out bytes.Buffer
	var rows int64
	err := c.pass(bytes.NewReader(text), &out, func(r record) (change, error) {
		rows++
		if r.number() != rows {
			t.Errorf("row %d is called %d", rows, r.number())
		}
		for _, n := range append(r.names(), "a.b", "c1") {
			_, _ = r.value(n)
		}
		return change{}, nil
	}, nil)
	if err != nil {
		return false
	}
	if !bytes.Equal(out.Bytes(), text) {
		t.Errorf("%q became %q", text, out.Bytes())
	}
	for n := range rows { // without one of them, the others are as they were
		var rest bytes.Buffer
		var before, after []string
		if err := c.pass(bytes.NewReader(text), &rest, func(r record) (change, error) {
			if r.number() == n+1 {
				return change{drop: true}, nil
			}
			before = append(before, string(r.bytes()))
			return change{}, nil
		}, nil); err != nil {
			t.Fatalf("%q could be read, and not written: %v", text, err)
		}
		if err := c.pass(&rest, &out, func(r record) (change, error) {
			after = append(after, string(r.bytes()))
			return change{}, nil
		}, nil); err != nil || !slices.Equal(before, after) {
			t.Fatalf("%q without row %d: %q, %v", text, n+1, after, err)
		}
		if n > 20 {
			break
		}
	}
	for _, set := range []connectors.Row{{"a": "x\"y\nz"}, {"a": nil}, {"c1": int64(5)}} {
		var changed bytes.Buffer
		if err := c.pass(bytes.NewReader(text), &changed, func(record) (change, error) { return change{set: set}, nil }, nil); err != nil {
			continue // a column that is not there
		}
		var n int64
		if err := c.pass(&changed, &out, func(r record) (change, error) {
			n++
			for name, want := range set {
				if v, _ := r.value(name); !connectors.Equal(v, want) {
					return change{}, fmt.Errorf("row %d holds %#v for %#v", n, v, want)
				}
			}
			return change{}, nil
		}, nil); err != nil || n != rows {
			t.Fatalf("%q with %v: %q: %d rows of %d, %v", text, set, changed.String(), n, rows, err)
		}
	}
	return true
}
