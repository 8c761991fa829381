package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
)

func hold(sel connectors.Selection, mark string) connectors.Treatment {
	return connectors.Treatment{ID: "hold " + mark, Verb: connectors.Block, Method: methodMove, Mark: mark, On: sel, AtMost: 100}
}

func lift(sel connectors.Selection, mark string) connectors.Treatment {
	t := hold(sel, mark)
	t.ID, t.Verb = "lift "+mark, connectors.Release
	return t
}

// outside is the tree without the folder for what is held.
func outside(t testing.TB, root string) map[string]string {
	t.Helper()
	out := contents(t, root)
	for name := range out {
		if strings.HasPrefix(name, heldFolder) {
			delete(out, name)
		}
	}
	return out
}

func must(t testing.TB, s *store, changed int64, do ...connectors.Treatment) {
	t.Helper()
	out, err := apply(t, s, do...)
	n := int64(0)
	for _, o := range out {
		n += o.Changed
	}
	if err != nil || n != changed {
		t.Fatalf("%+v, %v; want %d changed", out, err, changed)
	}
}

const (
	one = "letters/C-1/2024-01-05-17.pdf"
	two = "letters/C-1/2024-02-05-18.pdf"
)

// TestHeldDocument: a held document is closed to others, located and opened, and comes back with its mode and time.
func TestHeldDocument(t *testing.T) {
	root := tree(t, map[string]string{one: "hers", two: "more"})
	s := open(t, root)
	before, err := os.Stat(filepath.Join(root, one))
	if err != nil {
		t.Fatal(err)
	}
	sel := by(letters, "letter_no", "17")
	sel.Fields = []string{"member_no", "sent_on", "letter_no", connectors.DocumentField}
	rows, _ := located(t, s, sel)
	was := rows[0][3].(connectors.Blob)
	must(t, s, 1, hold(sel, "R-1"))
	if got := outside(t, root); got[one] != "" || got[two] != "more" {
		t.Errorf("%v", got)
	}
	err = filepath.WalkDir(filepath.Join(root, heldFolder), func(p string, d fs.DirEntry, err error) error {
		info, _ := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("mode %v of %v in the held folder", info.Mode(), d.IsDir())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ = located(t, s, sel)
	blob := rows[0][3].(connectors.Blob)
	if d := cmp.Diff([]any{"C-1", "2024-01-05", "17"}, rows[0][:3]); d != "" || blob.Name != was.Name || blob.Size != 4 || len(rows) != 1 {
		t.Errorf("%s %d rows", d, len(rows))
	}
	r, err := s.OpenBlob(t.Context(), blob)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := io.ReadAll(r)
	r.Close()
	if string(content) != "hers" {
		t.Errorf("%q", content)
	}
	if _, err := s.OpenBlob(t.Context(), was); err == nil {
		t.Error("the handle from before opens something")
	}
	schema, err := s.Inspect(t.Context())
	if err != nil || len(schema.Collections) != 1 {
		t.Errorf("%+v, %v", schema, err)
	}
	must(t, s, 1, lift(sel, "R-1"))
	after, err := os.Stat(filepath.Join(root, one))
	if err != nil || after.Mode() != before.Mode() || !after.ModTime().Equal(before.ModTime()) || !os.SameFile(after, before) {
		t.Errorf("%v, %v", after, err)
	}
	if _, err := s.OpenBlob(t.Context(), blob); err == nil {
		t.Error("the handle of what is no longer held opens something")
	}
}

// TestHeldDocumentChanges: what is held is erased and corrected, and two requests hold it together.
func TestHeldDocumentChanges(t *testing.T) {
	root := tree(t, map[string]string{one: "hers", two: "more"})
	s := open(t, root)
	all := by(letters, "member_no", "C-1")
	must(t, s, 3, hold(all, "R-1"), hold(by(letters, "letter_no", "17"), "R-2"))
	must(t, s, 0, hold(all, "R-1"))
	must(t, s, 1, connectors.Treatment{ID: "s", Verb: connectors.Set, On: by(letters, "letter_no", "17"), AtMost: 1, Assign: []connectors.Assign{{Field: "member_no", To: "C-9"}}})
	must(t, s, 1, remove(by(letters, "letter_no", "18")))
	if rows, _ := located(t, s, by(letters, "member_no", "C-1")); len(rows) != 0 {
		t.Errorf("%d rows", len(rows))
	}
	moved := by(letters, "member_no", "C-9")
	must(t, s, 1, lift(moved, "R-1"))
	if len(outside(t, root)["letters/C-9/2024-01-05-17.pdf"]) != 0 {
		t.Error("one request let go what two hold")
	}
	must(t, s, 1, lift(moved, "R-2"))
	want := map[string]string{"letters/": "", "letters/C-9/": "", "letters/C-9/2024-01-05-17.pdf": "hers"}
	if d := cmp.Diff(want, outside(t, root)); d != "" {
		t.Error(d)
	}
}

// TestTakenPlace: where another stands in its place, what is held stays held, and the other as it is.
func TestTakenPlace(t *testing.T) {
	root := tree(t, map[string]string{one: "hers", two: "more", "events/d.jsonl": "{\"id\":1}\n{\"id\":2}\n"})
	s := open(t, root)
	docs, rows := by(letters, "member_no", "C-1"), by(events, "id", "1")
	must(t, s, 3, hold(docs, "R-1"), hold(rows, "R-2"))
	write(t, filepath.Join(root, two), "new")
	write(t, filepath.Join(root, "events/d.jsonl"), "{\"id\":2}\n{\"id\":1}\n")
	for _, do := range []connectors.Treatment{lift(docs, "R-1"), lift(rows, "R-2")} {
		before := contents(t, root)
		out, err := apply(t, s, do)
		if !errors.Is(err, connectors.ErrConflict) || out[0].Changed != 0 || len(out[0].Notes) != 1 {
			t.Errorf("%+v, %v", out, err)
		}
		if d := cmp.Diff(before, contents(t, root)); d != "" {
			t.Error(d)
		}
	}
	if err := os.Remove(filepath.Join(root, two)); err != nil {
		t.Fatal(err)
	}
	must(t, s, 2, lift(docs, "R-1"))
}

// TestReturnAmongNeighbours: where neighbours have been changed, appended or taken away, a row goes back among those that are left.
func TestReturnAmongNeighbours(t *testing.T) {
	for name, x := range map[string]struct{ c, now, want string }{
		"appended": {"csv", "id,p\n1,a\n3,c\n4,d\n5,e\n", "id,p\n1,a\n2,b\n3,c\n4,d\n5,e\n"},
		"before":   {"csv", "id,p\n3,c\n4,d\n", "id,p\n2,b\n3,c\n4,d\n"},
		"after":    {"csv", "id,p\n1,a\n", "id,p\n1,a\n2,b\n"},
		"changed":  {"csv", "id,p\n1,x\n3,y\n4,d\n", "id,p\n1,x\n2,b\n3,y\n4,d\n"},
		"none":     {"csv", "id,p\n", "id,p\n2,b\n"},
		"unended":  {"csv", "id,p\n1,a", "id,p\n1,a\n2,b\n"},
		"columns":  {"csv", "id,q\n1,a\n3,c\n4,d\n", ""},
		"strange":  {"jsonl", "{\"id\":8}\n{\"id\":9}\n", ""},
		"array":    {"json", `[ {"id":1} ,{"id":7},{"id":4}]`, `[ {"id":1}, {"id":2} ,{"id":7},{"id":4}]`},
		"emptied":  {"json", `[]`, `[{"id":2}]`},
		"no array": {"json", `null`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			was := map[string]string{"csv": "id,p\n1,a\n2,b\n3,c\n4,d\n", "jsonl": "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n", "json": `[{"id":1}, {"id":2}, {"id":3},{"id":4}]`}[x.c]
			root := tree(t, map[string]string{"x." + x.c: was})
			s := open(t, root)
			c := connectors.Collection{Name: "x", At: "x." + x.c, Key: []string{"line"}, Rows: &connectors.RowFormat{Format: x.c}}
			must(t, s, 1, hold(by(c, "id", "2"), "R-1"))
			write(t, filepath.Join(root, "x."+x.c), x.now)
			before := contents(t, root)
			_, err := apply(t, s, lift(by(c, "id", "2"), "R-1"))
			if x.want == "" {
				if !errors.Is(err, connectors.ErrConflict) {
					t.Errorf("%v", err)
				}
				if d := cmp.Diff(before, contents(t, root)); d != "" {
					t.Error(d)
				}
				return
			}
			if got := outside(t, root)["x."+x.c]; err != nil || got != x.want {
				t.Errorf("%q, %v, want %q", got, err, x.want)
			}
		})
	}
}

// TestReturnToTheFront: where all rows of a file were held, those that came meanwhile are later ones.
func TestReturnToTheFront(t *testing.T) {
	root := tree(t, map[string]string{"events/d.jsonl": "{\"id\":1}\n{\"id\":2}\n"})
	s := open(t, root)
	must(t, s, 2, hold(by(events, "id", "1", "2"), "R-1"))
	write(t, filepath.Join(root, "events/d.jsonl"), "{\"id\":3}\n")
	must(t, s, 1, lift(by(events, "id", "2"), "R-1"))
	must(t, s, 1, lift(by(events, "id", "1"), "R-1"))
	if got := outside(t, root)["events/d.jsonl"]; got != "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n" {
		t.Errorf("%q", got)
	}
}

// TestOneCall: treatments of one call find what those before them left, held or not.
func TestOneCall(t *testing.T) {
	root := tree(t, map[string]string{"imports/m.csv": "no;p\n1;a\n2;b\n3;c\n4;d\n"})
	s := open(t, root)
	set := connectors.Treatment{ID: "s", Verb: connectors.Set, On: by(imports, "no", "2"), AtMost: 1, Assign: []connectors.Assign{{Field: "p", To: "x"}}}
	del := remove(by(imports, "no", "3"))
	must(t, s, 9, hold(by(imports, "no", "2", "3"), "R-1"), set, hold(by(imports, "no", "2", "4"), "R-2"), del,
		lift(by(imports, "no", "2"), "R-1"), lift(by(imports, "no", "2", "4"), "R-2"))
	if got := outside(t, root)["imports/m.csv"]; got != "no;p\n1;a\n2;x\n4;d\n" {
		t.Errorf("%q", got)
	}
}

// TestPositionalKey: a held row is named as it was before, and its neighbours can be erased and added to.
func TestPositionalKey(t *testing.T) {
	root := tree(t, map[string]string{"imports/m.csv": "no;p\n1;a\n2;b\n3;c\n"})
	s := open(t, root)
	sel := by(imports, "p", "b")
	before, _ := located(t, s, sel)
	must(t, s, 1, hold(sel, "R-1"))
	after, _ := located(t, s, sel)
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
	must(t, s, 1, remove(by(imports, "p", "a")))
	must(t, s, 1, lift(by(imports, "line", before[0][1]), "R-1"))
	if got := outside(t, root)["imports/m.csv"]; got != "no;p\n2;b\n3;c\n" {
		t.Errorf("%q", got)
	}
}

// TestErasedToTheLast: a file named by a number stays while rows of it are held, and goes with the last of them.
func TestErasedToTheLast(t *testing.T) {
	root := tree(t, map[string]string{"log/C-1/x.jsonl": "{\"id\":1}\n{\"id\":2}\n"})
	s := open(t, root)
	must(t, s, 1, hold(by(crashLog, "id", "1"), "R-1"))
	must(t, s, 1, remove(by(crashLog, "id", "2")))
	all := by(crashLog, "member_no", "C-1")
	if _, err := os.Stat(filepath.Join(root, "log/C-1/x.jsonl")); err != nil {
		t.Fatal(err)
	}
	must(t, s, 1, remove(all))
	if d := cmp.Diff(map[string]string{"log/": ""}, outside(t, root)); d != "" {
		t.Error(d)
	}
	if rows, _ := located(t, s, all); len(rows) > 0 {
		t.Errorf("%d rows", len(rows))
	}
}
