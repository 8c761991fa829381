package files

import (
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
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// randomFile is a random file of rows, of one format, whose rows have numbers nobody else has and owners many share.
type randomFile struct {
	format connectors.RowFormat
	text   string
	ids    int
	append func(id int) string // a row put at the end; nil where the format does not grow
}

func drawFile(t *rapid.T) randomFile {
	space := rapid.SampledFrom([]string{"", " ", "\n  ", "\t"})
	owner := rapid.SampledFrom([]string{"a", "b", "c"})
	note := rapid.SampledFrom([]string{"", "x", "same", "same", `q"q`, "ż", "1,5"})
	n := rapid.IntRange(0, 9).Draw(t, "rows")
	f := randomFile{ids: n}
	object := func(id int) string {
		s := space.Draw(t, "inner")
		if s == "\n  " {
			s = " "
		}
		b, _ := json.Marshal(note.Draw(t, "note"))
		return fmt.Sprintf(`{%s"id":%d,"owner":%q,%s"note":%s}`, s, id, owner.Draw(t, "owner"), s, b)
	}
	var rows []string
	switch kind := rapid.SampledFrom([]string{"csv", "jsonl", "json", "nested"}).Draw(t, "kind"); kind {
	case "csv", "jsonl":
		f.format = connectors.RowFormat{Format: kind}
		row := object
		if kind == "csv" {
			row = func(id int) string {
				s := note.Draw(t, "note")
				if strings.ContainsAny(s, `",`) || rapid.Bool().Draw(t, "quoted") {
					s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
				}
				return fmt.Sprintf("%d,%s,%s", id, owner.Draw(t, "owner"), s)
			}
		}
		eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
		if rapid.Bool().Draw(t, "mark") {
			f.text = string(rowfile.BOM)
		}
		if kind == "csv" {
			f.text += "id,owner,note" + eol
		}
		for id := range n {
			f.text += strings.Repeat(eol, rapid.IntRange(0, 1).Draw(t, "blank")) + row(id)
			if id < n-1 || rapid.Bool().Draw(t, "ended") {
				f.text += eol
			}
		}
		f.append = func(id int) string { return row(id) + eol }
	default:
		head, tail := "[", "]"
		f.format = connectors.RowFormat{Format: "json"}
		if kind == "nested" {
			f.format.Each = "list[].rows[]"
			head, tail = `{"list": [{"no": 1, "rows" : [`, `]}]}`+"\n"
		}
		for id := range n {
			rows = append(rows, object(id))
		}
		f.text = head
		for i, r := range rows {
			switch {
			case i == 0:
			case kind == "nested" && rapid.IntRange(0, 3).Draw(t, "split") == 0:
				f.text += space.Draw(t, "end") + `]}, {"rows":[`
			default:
				f.text += space.Draw(t, "before") + ","
			}
			f.text += space.Draw(t, "after") + r
		}
		f.text += space.Draw(t, "tail") + tail
	}
	return f
}

// visible reads the numbers of the rows that stand in the file, in order.
func visible(t *rapid.T, f randomFile, text string) []int {
	c, err := rowfile.CodecFor(&f.format, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	out := []int{}
	err = c.Pass(strings.NewReader(text), devNull{}, func(r rowfile.Record) (rowfile.Change, error) {
		v, _ := r.Value("id")
		var id int
		_, err := fmt.Sscan(fmt.Sprint(v), &id)
		out = append(out, id)
		return rowfile.Change{}, err
	}, nil)
	if err != nil {
		t.Fatalf("%q cannot be read: %v", text, err)
	}
	if f.format.Format == "json" && !json.Valid([]byte(text)) {
		t.Fatalf("%q is no JSON", text)
	}
	return out
}

type devNull struct{}

func (devNull) Write(p []byte) (int, error) { return len(p), nil }

// TestPropertyRestricting blocks and releases random rows for random requests, in random order, while rows are appended; at
// each step a row is in its file or held, never both, and when all is released the file is to the byte what it would have been.
func TestPropertyRestricting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFile(t)
		root, err := os.MkdirTemp(inMemory(), "files")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(root)
		name := filepath.Join(root, "x."+f.format.Format)
		age := func() {
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(name, old, old); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(name, []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
		age()
		opened, err := Connector{}.Open(t.Context(), connectors.Config{"root": root})
		if err != nil {
			t.Fatal(err)
		}
		defer opened.Close()
		s := opened.(*store)
		c := connectors.Collection{Name: "x", At: "x." + f.format.Format, Key: []string{"id"}, Rows: &f.format}
		want, marks := f.text, map[int]map[string]bool{}
		do := func(v connectors.Verb, mark string, ids ...int) {
			var values []any
			changes := int64(0)
			for _, id := range ids {
				values = append(values, fmt.Sprint(id))
				if marks[id] == nil {
					marks[id] = map[string]bool{}
				}
				if marks[id][mark] != (v == connectors.Block) {
					changes++
				}
				marks[id][mark] = v == connectors.Block
			}
			treat := connectors.Treatment{ID: "t", Verb: v, Method: methodMove, Mark: mark, On: by(c, "id", values...), AtMost: 100}
			out, err := s.Apply(t.Context(), []connectors.Treatment{treat}, connectors.ApplyOptions{Confirm: yes})
			if err != nil || out[0].Changed != changes || out[0].Already != int64(len(ids))-changes {
				t.Fatalf("%s %v for %s: %+v, %v, want %d changed", v, ids, mark, out, err, changes)
			}
			age() // or whoever reads a last line without an end waits for it
			now, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			there := visible(t, f, string(now))
			for id := range f.ids {
				held := marks[id]["r"] || marks[id]["s"] || marks[id]["q"]
				if slices.Contains(there, id) == held {
					t.Fatalf("row %d: held %v, in the file %v:\n%q of\n%q", id, held, !held, now, want)
				}
			}
			if !slices.IsSorted(there) {
				t.Fatalf("out of order: %v in %q of %q", there, now, want)
			}
			n, err := s.Count(t.Context(), []connectors.Selection{{Collection: c, All: true}})
			if err != nil || n[0].Total != int64(f.ids) {
				t.Fatalf("%d counted of %d, %v", n[0].Total, f.ids, err)
			}
		}
		some := func() []int {
			return rapid.SliceOfNDistinct(rapid.IntRange(0, f.ids-1), 1, min(4, f.ids), rapid.ID).Draw(t, "ids")
		}
		verbs := rapid.SampledFrom([]connectors.Verb{connectors.Block, connectors.Block, connectors.Release})
		request := rapid.SampledFrom([]string{"r", "s", "q"})
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			if f.append != nil && strings.HasSuffix(want, "\n") && rapid.IntRange(0, 3).Draw(t, "append") == 0 {
				line := f.append(f.ids)
				f.ids++
				want += line
				if err := appendTo(name, line); err != nil {
					t.Fatal(err)
				}
			}
			if f.ids > 0 {
				do(verbs.Draw(t, "verb"), request.Draw(t, "request"), some()...)
			}
		}
		order := rapid.Permutation(seq(f.ids)).Draw(t, "order")
		for _, r := range rapid.Permutation([]string{"r", "s", "q"}).Draw(t, "requests") {
			var held []int
			for _, id := range order {
				if marks[id][r] {
					held = append(held, id)
				}
			}
			for part := range slices.Chunk(held, 2) {
				do(connectors.Release, r, part...)
			}
		}
		now, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(now) != want {
			t.Fatalf("after all\n%q\nwant\n%q", now, want)
		}
		if left, err := os.ReadDir(filepath.Join(root, heldFolder)); err == nil && len(left) > 0 {
			t.Fatalf("%d entries left in the held folder", len(left))
		}
	})
}

// inMemory is where a folder need not wait for a disk, on systems that have such a place.
func inMemory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func appendTo(name, line string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(line); err != nil {
		return err
	}
	return f.Close()
}
