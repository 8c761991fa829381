package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
)

const (
	january  = "flat_no;read_on;warto\x9C\xE6\r\nA1;2024-01-05;12,5\r\nA10;2024-01-06;\"7;1\"\r\nA1;2023-12-31;3\r\n"
	february = "flat_no;read_on;warto\x9C\xE6\r\nA1;2024-02-05;13\r\n"
	petition = "{\n  \"title\": \"Ławka\",\n  \"signatories\": [\n    {\"email\": \"anna@lipy.example\", \"name\": \"Anna\"},\n    {\"email\":\"jan@lipy.example\",\"name\":\"Jan\",\"x\":1.0}\n  ]\n}\n"
)

func rowsTree(t *testing.T) (string, *store) {
	root := tree(t, map[string]string{"imports/2024-01.csv": january, "imports/2024-02.csv": february, "petitions/P-1.json": petition})
	return root, open(t, root)
}

func TestLocateRows(t *testing.T) {
	_, s := rowsTree(t)
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	to := time.Date(2024, 1, 31, 0, 0, 0, 0, time.UTC)
	sel := by(imports, "flat_no", "A1", "A10", "A")
	sel.Any[0].Values[0].Within = &connectors.Range{Field: "read_on", From: &from, To: &to}
	sel.Fields = []string{"month", "line", "wartość", "unknown"}
	rows, persons := located(t, s, sel)
	if len(rows) != 2 || persons[0] != 0 || persons[1] != 1 || rows[0][0] != "2024-01" || rows[0][2] != "12,5" || rows[1][2] != "7;1" || rows[0][3] != nil {
		t.Errorf("%v for %v", rows, persons)
	}
	if !strings.HasPrefix(rows[1][1].(string), "2~") {
		t.Errorf("the second row is at %v", rows[1][1])
	}
	keys := connectors.Selection{Collection: imports, Any: []connectors.Match{{Fields: imports.Key, Values: []connectors.Tuple{
		{Values: rows[0][:2]}, {Values: []any{"2024-02", rows[0][1]}}, {Values: []any{"2024-01", "1"}}, {Values: []any{"2024-01", int64(1)}}}}}, Fields: []string{"wartość"}}
	if got, _ := located(t, s, keys); len(got) != 1 || got[0][0] != "12,5" {
		t.Errorf("by key: %v", got)
	}
	sel = by(petitions, "email", "jan@lipy.example")
	sel.Where = []connectors.Cond{connectors.InValues("x", "1"), connectors.NullField("y"), connectors.InValues("petition_no", "P-1")}
	sel.Fields = []string{"no", "name"}
	if got, _ := located(t, s, sel); len(got) != 1 || got[0][1] != "Jan" || !strings.HasPrefix(got[0][0].(string), "2~") {
		t.Errorf("petition: %v", got)
	}
	bad := by(imports, "flat", "A1")
	if err := s.Locate(t.Context(), bad, connectors.NewRows(t.Context(), 2, func(connectors.Batch) error { return nil })); err == nil || strings.Contains(err.Error(), "2024") {
		t.Errorf("no column flat: %v", err)
	}
}

func TestDeleteRows(t *testing.T) {
	root, s := rowsTree(t)
	name := filepath.Join(root, "imports/2024-01.csv")
	if err := os.Chmod(name, 0o604); err != nil {
		t.Fatal(err)
	}
	a := remove(by(imports, "flat_no", "A1"))
	b := remove(by(petitions, "email", "anna@lipy.example"))
	b.ID = "p"
	a.Capture = []string{"flat_no", "line"}
	out, err := apply(t, s, a, b)
	if err != nil || out[0].Changed != 3 || out[0].ByPerson[0] != 3 || out[1].Changed != 1 || len(out[0].LinkKeys.Tuples) != 3 {
		t.Fatalf("%+v, %v", out, err)
	}
	want := map[string]string{"imports/": "", "petitions/": "",
		"imports/2024-01.csv": "flat_no;read_on;warto\x9C\xE6\r\nA10;2024-01-06;\"7;1\"\r\n",
		"imports/2024-02.csv": "flat_no;read_on;warto\x9C\xE6\r\n",
		"petitions/P-1.json":  "{\n  \"title\": \"Ławka\",\n  \"signatories\": [\n    {\"email\":\"jan@lipy.example\",\"name\":\"Jan\",\"x\":1.0}\n  ]\n}\n"}
	if d := cmp.Diff(want, contents(t, root)); d != "" {
		t.Error(d)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o604 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if out, err = apply(t, s, a, b); err != nil || out[0].Changed+out[0].Already+out[1].Changed != 0 {
		t.Errorf("again: %+v, %v", out, err)
	}
}

// TestStalePlace: a place from before a rewriting names no row, least of all the one that moved there.
func TestStalePlace(t *testing.T) {
	root := tree(t, map[string]string{"imports/m.csv": "flat_no\nA1\nA2\nA3\n"})
	s := open(t, root)
	rows, _ := located(t, s, by(imports, "flat_no", "A1"))
	stale := connectors.Selection{Collection: imports, Any: []connectors.Match{{Fields: imports.Key, Values: []connectors.Tuple{{Values: rows[0]}}}}}
	for n, want := range []int64{1, 0} {
		if out, err := apply(t, s, remove(stale)); err != nil || out[0].Changed != want {
			t.Errorf("time %d: %+v, %v", n, out, err)
		}
	}
	if got := contents(t, root)["imports/m.csv"]; got != "flat_no\nA2\nA3\n" {
		t.Errorf("%q", got)
	}
}

func TestSetRows(t *testing.T) {
	root, s := rowsTree(t)
	set := connectors.Treatment{ID: "set", Verb: connectors.Set, On: by(imports, "flat_no", "A1"), AtMost: 3, Assign: []connectors.Assign{
		{Field: "read_on", How: connectors.Year}, {Field: "wartość", To: "ż\"ó", From: []any{"12,5", "13"}}}}
	out, err := apply(t, s, set)
	if err != nil || out[0].Changed != 2 || len(out[0].Conflicts) != 1 || out[0].Conflicts[0]["month"] != "2024-01" {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err = apply(t, s, set); err != nil || out[0].Changed != 0 || out[0].Already != 2 || len(out[0].Conflicts) != 1 {
		t.Errorf("again: %+v, %v", out, err)
	}
	got := contents(t, root)
	if got["imports/2024-01.csv"] != "flat_no;read_on;warto\x9C\xE6\r\nA1;2024-01-01;\"\xBF\"\"\xF3\"\r\nA10;2024-01-06;\"7;1\"\r\nA1;2023-12-31;3\r\n" {
		t.Errorf("%q", got["imports/2024-01.csv"])
	}
	set.Assign = []connectors.Assign{{Field: "wartość", To: "日本"}}
	out, err = apply(t, s, set)
	if !errors.Is(err, connectors.ErrConflict) || len(out[0].Notes) != 1 || strings.Contains(err.Error()+out[0].Notes.Error(), "日") {
		t.Errorf("a text windows-1250 lacks: %+v, %v", out, err)
	}
	set.Assign = []connectors.Assign{{Field: "month", To: "x"}}
	if _, err = apply(t, s, set); !errors.Is(err, connectors.ErrNotSupported) {
		t.Errorf("a path field of rows: %v", err)
	}
	if d := cmp.Diff(got, contents(t, root)); d != "" {
		t.Error(d)
	}
}

// TestSeveralTreatments of one call speak of the rows as they were before it, whatever moved meanwhile.
func TestSeveralTreatments(t *testing.T) {
	root := tree(t, map[string]string{"events/d.jsonl": `{"id":1,"p":"a"}` + "\n" + `{"id":2,"p":"b"}` + "\n" + `{"id":3,"p":"a","q":"c"}` + "\n" + `{"id":4,"p":"d"}` + "\n"})
	s := open(t, root)
	del := remove(by(events, "p", "a"))
	set := connectors.Treatment{ID: "set", Verb: connectors.Set, On: by(events, "id", int64(4), "3"), AtMost: 9, Assign: []connectors.Assign{{Field: "p", To: nil}}}
	add := connectors.Treatment{ID: "add", Verb: connectors.Ensure, On: connectors.Selection{Collection: events}, AtMost: 1, Assign: []connectors.Assign{{Field: "id", To: "9"}, {Field: "day", To: "d"}}}
	add.On.Collection.Key = []string{"day", "id"}
	last := remove(by(events, "id", "2"))
	last.ID = "last"
	out, err := apply(t, s, del, set, add, last)
	if err != nil || out[0].Changed != 2 || out[1].Changed != 1 || out[2].Changed != 1 || out[3].Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := contents(t, root)["events/d.jsonl"]; got != `{"id":4,"p":null}`+"\n"+`{"id": "9"}`+"\n" {
		t.Errorf("%q", got)
	}
	add.Assign[1].To = "new"
	for n, want := range []int64{1, 0} {
		if out, err := apply(t, s, add); err != nil || out[0].Changed != want || out[0].Already != 1-want {
			t.Errorf("time %d: %+v, %v", n, out, err)
		}
	}
	if got := contents(t, root); got["events/new.jsonl"] != `{"id": "9"}`+"\n" || len(got) != 3 {
		t.Errorf("%q", got)
	}
}

// TestUnits: 2,500 rows are three units; the one the host refuses stays as it was, and so do the rest.
func TestUnits(t *testing.T) {
	var b strings.Builder
	b.WriteString("no;x\n")
	for i := range 2500 {
		fmt.Fprintf(&b, "%d;mine\n%d;other\n", i, i)
	}
	root := tree(t, map[string]string{"imports/m.csv": b.String()})
	s := open(t, root)
	do := remove(by(imports, "x", "mine"))
	do.Capture = []string{"no"}
	var units []int64
	no := errors.New("no")
	confirm := func(_ context.Context, o []connectors.Outcome) error {
		if len(o[0].LinkKeys.Tuples) != int(o[0].Changed) || o[0].ByPerson[0] != o[0].Changed {
			t.Errorf("unit of %d with %d keys", o[0].Changed, len(o[0].LinkKeys.Tuples))
		}
		if strings.Count(contents(t, root)["imports/m.csv"], "mine") != 2500-1000*len(units) {
			t.Error("touched before it was confirmed")
		}
		units = append(units, o[0].Changed)
		if len(units) == 3 {
			return no
		}
		return nil
	}
	out, err := s.Apply(t.Context(), []connectors.Treatment{do}, connectors.ApplyOptions{Confirm: confirm})
	if !errors.Is(err, no) || out[0].Changed != 2000 || !slices.Equal(units, []int64{1000, 1000, 500}) {
		t.Errorf("changed %d in units %v, %v", out[0].Changed, units, err)
	}
	got := contents(t, root)["imports/m.csv"]
	if strings.Count(got, "mine") != 500 || strings.Count(got, "other") != 2500 || !strings.Contains(got, "2499;mine") || strings.Contains(got, "1999;mine") {
		t.Error("the wrong rows went")
	}
	if len(contents(t, root)) != 2 {
		t.Error("something was left behind")
	}
}

// TestChangedMeanwhile: appended lines are kept, any other change stops the unit.
func TestChangedMeanwhile(t *testing.T) {
	for _, c := range []struct {
		name, now, want string
		later           bool
	}{
		{"appended", "no\n1\n2\n3\n2\n", "no\n1\n3\n2\n", false},
		{"replaced, same size", "no\n2\n1\n3\n", "no\n2\n1\n3\n", true},
		{"shorter", "no\n1\n2\n", "no\n1\n2\n", true},
		{"inserted", "no\n0\n1\n2\n3\n", "no\n0\n1\n2\n3\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := tree(t, map[string]string{"imports/m.csv": "no\n1\n2\n3\n"})
			s := open(t, root)
			out, err := s.Apply(t.Context(), []connectors.Treatment{remove(by(imports, "no", "2"))}, connectors.ApplyOptions{
				Confirm: func(context.Context, []connectors.Outcome) error {
					return os.WriteFile(filepath.Join(root, "imports/m.csv"), []byte(c.now), 0)
				}})
			if errors.Is(err, connectors.ErrTryLater) != c.later || !c.later && err != nil || (out[0].Changed == 0) != c.later {
				t.Errorf("%+v, %v", out, err)
			}
			if got := contents(t, root); got["imports/m.csv"] != c.want || len(got) != 2 {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestHardLink(t *testing.T) {
	root := tree(t, map[string]string{"imports/m.csv": "no\n1\n2\n"})
	if err := os.Link(filepath.Join(root, "imports/m.csv"), filepath.Join(root, "copy")); err != nil {
		t.Fatal(err)
	}
	if _, err := apply(t, open(t, root), remove(by(imports, "no", "2"))); !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("rows would stay under a second name: %v", err)
	}
}

// TestDissolve: a file on a path named by the person goes with its last row; one reached otherwise stays.
func TestDissolve(t *testing.T) {
	own := connectors.Collection{Name: "own", At: "own/{member_no}/{what}.csv", Key: []string{"member_no", "line"}, Rows: &connectors.RowFormat{Format: "csv"}}
	named := connectors.Collection{Name: "named", At: "named/{member_no}.jsonl", Key: []string{"id"}, Rows: &connectors.RowFormat{Format: "jsonl"}}
	root := tree(t, map[string]string{"own/C-1/a.csv": "x\n1\n2\n", "named/C-1.jsonl": "{\"id\":1}\n", "named/C-2.jsonl": "{\"id\":1}\n", "imports/m.csv": "no\n1\n"})
	s := open(t, root)
	b, c := remove(by(named, "member_no", "C-1")), remove(by(imports, "no", "1"))
	b.ID, c.ID = "b", "c"
	out, err := apply(t, s, remove(by(own, "member_no", "C-1")), b, c)
	if err != nil || out[0].Changed != 2 || out[1].Changed != 1 || out[2].Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	want := map[string]string{"own/": "", "named/": "", "named/C-2.jsonl": "{\"id\":1}\n", "imports/": "", "imports/m.csv": "no\n"}
	if d := cmp.Diff(want, contents(t, root)); d != "" {
		t.Error(d)
	}
}
