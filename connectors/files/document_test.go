package files

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
)

func lettersTree(t *testing.T) string {
	return tree(t, map[string]string{
		"letters/1/2024-01-05-17.pdf": "a", "letters/1/2024-02-01-A-18.pdf": "bb", "letters/1/readme.txt": "x",
		"letters/10/2024-01-05-17.pdf": "c", "letters/2/2024-03-03-5.pdf": "d", "letters/100%/2024-01-05-9.pdf": "e",
	})
}

func TestLocateDocuments(t *testing.T) {
	s := open(t, lettersTree(t))
	sel := by(letters, "member_no", "1", "nobody", "..", "*", "1/", "", nil, int64(2), "100%")
	sel.Fields = []string{"member_no", "sent_on", "letter_no", connectors.DocumentField, "other"}
	rows, persons := located(t, s, sel)
	var got []string
	for i, r := range rows {
		b := r[3].(connectors.Blob)
		f, err := s.OpenBlob(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(f)
		f.Close()
		if int64(len(content)) != b.Size || b.MediaType != "application/pdf" || r[4] != nil {
			t.Errorf("blob %d of %s, %d bytes; other: %v", b.Size, b.MediaType, len(content), r[4])
		}
		got = append(got, r[0].(string)+" "+r[1].(string)+" "+r[2].(string)+" "+b.Name+" "+string(content)+" "+string(rune('0'+persons[i])))
	}
	slices.Sort(got)
	want := []string{"1 2024-01-05 17 2024-01-05-17.pdf a 0", "1 2024-02-01 A-18 2024-02-01-A-18.pdf bb 0", "100% 2024-01-05 9 2024-01-05-9.pdf e 8", "2 2024-03-03 5 2024-03-03-5.pdf d 7"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	tallies, err := s.Count(t.Context(), []connectors.Selection{sel, {}, by(letters, "letter_no", "17", "17"), {Collection: letters, All: true}})
	if err != nil || tallies[0].Total != 4 || tallies[1].Total != 0 || tallies[2].Total != 2 || tallies[2].ByPerson[1] != 2 || tallies[3].Total != 5 {
		t.Errorf("counted %+v, %v", tallies, err)
	}
	for _, id := range []string{"", "..", "../x", "/etc/passwd", "letters/../letters/1/2024-01-05-17.pdf", "letters/1", "letters/1/no", ".dossier-held/x"} {
		if f, err := s.OpenBlob(t.Context(), connectors.Blob{ID: id}); err == nil {
			f.Close()
			t.Errorf("blob %q opened", id)
		}
	}
}

// TestLongNames: a name of as many bytes as file systems have is found by its value, and a value that makes one of more is nobody's.
func TestLongNames(t *testing.T) {
	who := strings.Repeat("9", 255)
	s := open(t, tree(t, map[string]string{"letters/" + who + "/2024-01-05-17.pdf": "a", "letters/" + who[1:] + "/2024-01-05-17.pdf": "b"}))
	for value, want := range map[string]int64{who: 1, who[1:]: 1, who + "9": 0} {
		n, err := s.Count(t.Context(), []connectors.Selection{by(letters, "member_no", value)})
		if err != nil || n[0].Total != want {
			t.Errorf("of %d bytes: %+v, %v; want %d", len(value), n, err, want)
		}
	}
}

func TestMissing(t *testing.T) {
	s := open(t, lettersTree(t))
	for _, at := range []string{"nowhere/{x}.pdf", "letters/1/nobody.pdf", "letters/1/2024-01-05-17.pdf/{x}"} {
		_, err := s.Count(t.Context(), []connectors.Selection{{Collection: connectors.Collection{Name: "c", At: at}, All: true}})
		if !errors.Is(err, connectors.ErrNoCollection) {
			t.Errorf("%s: %v", at, err)
		}
	}
	if _, err := s.Count(t.Context(), []connectors.Selection{by(letters, "colour", "red")}); err == nil {
		t.Error("a field that the path has not was looked for, and found missing for everybody")
	}
}

func TestDeleteDocuments(t *testing.T) {
	root := lettersTree(t)
	s := open(t, root)
	do := remove(by(letters, "member_no", "1", "2"))
	do.Capture = []string{"letter_no", "sent_on"}
	do.AtMost = 2
	if _, err := apply(t, s, do); !errors.Is(err, connectors.ErrMoreRows) {
		t.Errorf("three letters over a ceiling of two: %v", err)
	}
	do.AtMost = 3
	out, err := apply(t, s, do)
	if err != nil || out[0].Changed != 3 || out[0].ByPerson[0] != 2 || out[0].ByPerson[1] != 1 || len(out[0].LinkKeys.Tuples) != 3 {
		t.Fatalf("%+v, %v", out, err)
	}
	want := map[string]string{"letters/": "", "letters/1/": "", "letters/1/readme.txt": "x", "letters/10/": "", "letters/10/2024-01-05-17.pdf": "c",
		"letters/100%/": "", "letters/100%/2024-01-05-9.pdf": "e"} // 2/ is gone, 1/ holds something else
	if d := cmp.Diff(want, contents(t, root)); d != "" {
		t.Error(d)
	}
	out, err = apply(t, s, do)
	if err != nil || out[0].Changed != 0 || out[0].Already != 0 {
		t.Errorf("again: %+v, %v", out, err)
	}
}

// TestSymbolicLinks: nothing outside the tree, and nothing under another's name, is read or deleted through a link.
func TestSymbolicLinks(t *testing.T) {
	outside := tree(t, map[string]string{"C-1/2024-01-01-1.pdf": "outside"})
	root := tree(t, map[string]string{"letters/C-2/2024-01-01-2.pdf": "neighbour", "letters/C-3/2024-01-01-3.pdf": "own"})
	for from, to := range map[string]string{
		"letters/C-1": filepath.Join(outside, "C-1"), "letters/C-4": "C-2",
		"letters/C-3/2024-01-01-4.pdf": "../C-2/2024-01-01-2.pdf", "letters/C-3/2024-01-01-5.pdf": filepath.Join(outside, "C-1/2024-01-01-1.pdf"),
	} {
		if err := os.Symlink(to, filepath.Join(root, from)); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, root)
	for _, sel := range []connectors.Selection{by(letters, "member_no", "C-1", "C-3", "C-4"), by(letters, "letter_no", "1", "3", "4", "5")} {
		if rows, _ := located(t, s, sel); len(rows) != 1 || rows[0][0] != "3" {
			t.Errorf("located %v", rows)
		}
	}
	for _, id := range []string{"letters/C-1/2024-01-01-1.pdf", "letters/C-4/2024-01-01-2.pdf", "letters/C-3/2024-01-01-4.pdf"} {
		if f, err := s.OpenBlob(t.Context(), connectors.Blob{ID: id}); err == nil {
			f.Close()
			t.Errorf("%s opened", id)
		}
	}
	out, err := apply(t, s, remove(by(letters, "member_no", "C-1", "C-3", "C-4")))
	if err != nil || out[0].Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := contents(t, outside)["C-1/2024-01-01-1.pdf"]; got != "outside" {
		t.Error("a file outside the tree was reached")
	}
	if got := contents(t, root)["letters/C-2/2024-01-01-2.pdf"]; got != "neighbour" {
		t.Error("a neighbour's file was reached")
	}
}

// TestExchangedForALink puts a link in the place of a folder between the finding and the deleting.
func TestExchangedForALink(t *testing.T) {
	outside := tree(t, map[string]string{"2024-01-01-1.pdf": "outside"})
	root := tree(t, map[string]string{"letters/C-1/2024-01-01-1.pdf": "own"})
	s := open(t, root)
	swap := func() {
		folder := filepath.Join(root, "letters/C-1")
		if err := os.Rename(folder, folder+".away"); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, folder); err != nil {
			t.Fatal(err)
		}
	}
	out, err := s.Apply(t.Context(), []connectors.Treatment{remove(by(letters, "member_no", "C-1"))}, connectors.ApplyOptions{
		Confirm: func(_ context.Context, o []connectors.Outcome) error { swap(); return nil }})
	if err != nil || out[0].Changed != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if got := contents(t, outside); len(got) != 1 {
		t.Errorf("outside: %v", got)
	}
}

func TestSetDocuments(t *testing.T) {
	root := tree(t, map[string]string{"letters/C-1/2024-05-06-1.pdf": "a", "letters/C-1/2024-05-06-2.pdf": "b", "letters/C-0/2024-05-06-2.pdf": "taken"})
	s := open(t, root)
	set := connectors.Treatment{ID: "set", Verb: connectors.Set, On: by(letters, "letter_no", "1"), AtMost: 5,
		Assign: []connectors.Assign{{Field: "member_no", To: "C-0"}, {Field: "sent_on", How: connectors.Year}}}
	out, err := apply(t, s, set)
	if err != nil || out[0].Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err = apply(t, s, set); err != nil || out[0].Changed != 0 || out[0].Already != 1 {
		t.Errorf("again: %+v, %v", out, err)
	}
	set.On, set.Assign = by(letters, "member_no", "C-1"), set.Assign[:1]
	if _, err = apply(t, s, set); !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("the path is taken: %v", err)
	}
	for _, to := range []any{nil, "", "../x", "a/b"} {
		set.Assign = []connectors.Assign{{Field: "member_no", To: to}}
		if _, err = apply(t, s, set); !errors.Is(err, connectors.ErrConflict) {
			t.Errorf("a path cannot hold %v: %v", to, err)
		}
	}
	set.Assign = []connectors.Assign{{Field: connectors.DocumentField, To: nil}}
	if _, err = apply(t, s, set); !errors.Is(err, connectors.ErrNotSupported) {
		t.Errorf("new content: %v", err)
	}
	want := map[string]string{"letters/": "", "letters/C-0/": "", "letters/C-1/": "", "letters/C-0/2024-01-01-1.pdf": "a", "letters/C-1/2024-05-06-2.pdf": "b", "letters/C-0/2024-05-06-2.pdf": "taken"}
	if d := cmp.Diff(want, contents(t, root)); d != "" {
		t.Error(d)
	}
}

// TestDocumentChangedMeanwhile: what was confirmed is what is deleted.
func TestDocumentChangedMeanwhile(t *testing.T) {
	root := tree(t, map[string]string{"letters/C-1/2024-05-06-1.pdf": "a"})
	s := open(t, root)
	_, err := s.Apply(t.Context(), []connectors.Treatment{remove(by(letters, "member_no", "C-1"))}, connectors.ApplyOptions{
		Confirm: func(context.Context, []connectors.Outcome) error {
			write(t, filepath.Join(root, "letters/C-1/2024-05-06-1.pdf"), "another letter")
			return nil
		}})
	if !errors.Is(err, connectors.ErrTryLater) || contents(t, root)["letters/C-1/2024-05-06-1.pdf"] != "another letter" {
		t.Errorf("%v", err)
	}
}
