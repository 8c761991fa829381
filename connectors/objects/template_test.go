package objects_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors/objects"
)

func TestTemplateErrors(t *testing.T) {
	for at, want := range map[string]string{
		"letters/{x}{y}.pdf":   "nothing stands between {x} and {y}",
		"letters/{x}*.pdf":     "nothing stands between {x} and *",
		"/letters/{x}.pdf":     "below the root",
		"":                     "below the root",
		"a//b":                 "names nothing",
		"a/../b":               "names nothing",
		"a/./b":                "names nothing",
		"a/{x":                 "not closed",
		"a/{}.pdf":             "no field",
		"a/{x/y}.pdf":          "not closed",
		"a/x}.pdf":             "none of",
		"a/[ab].pdf":           "none of",
		"a/?.pdf":              "none of",
		`a\b/{x}`:              "none of",
		".dossier-held/{x}":    "connector's own",
		"a/.dossier-{x}/y.pdf": "connector's own",
	} {
		if _, err := objects.Compile(at); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("compile(%q): %v, want %q", at, err, want)
		}
	}
}

func TestTemplateReads(t *testing.T) {
	const letters = "letters/{member_no}/{sent_on}-{letter_no}.pdf"
	for _, c := range []struct {
		at, path string
		want     []string // nil: does not match
	}{
		{letters, "letters/C-1/2024-01-05-17.pdf", []string{"C-1", "2024-01-05", "17"}},
		{letters, "letters/C-1/2024-01-05-A-17.pdf", []string{"C-1", "2024-01-05", "A-17"}},
		{letters, "letters/C-1/2024-13-05-17.pdf", []string{"C-1", "2024", "13-05-17"}}, // no date: the shortest
		{letters, "letters/C-1/x-17.pdf.pdf", []string{"C-1", "x", "17.pdf"}},
		{letters, "letters/C-1/2024-01-05.pdf", []string{"C-1", "2024", "01-05"}},
		{letters, "letters/C-1/-17.pdf", nil},
		{letters, "letters/C-1/2024-.pdf", nil},
		{letters, "letters/C-1/2024-17.PDF", nil},
		{letters, "Letters/C-1/2024-17.pdf", nil},
		{letters, "letters/2024-17.pdf", nil},
		{letters, "letters/C-1/more/2024-17.pdf", nil},
		{letters, "letters/.dossier-1/2024-17.pdf", nil},
		{letters, "letters/C-1/.dossier-0-1.pdf", nil},
		{letters, "letters/100%/a*-[b].pdf", []string{"100%", "a*", "[b]"}}, // what lies there is read, whatever its name
		{letters, "letters/Łódź 🙂/a-b.pdf", []string{"Łódź 🙂", "a", "b"}},
		{"leases/{lease_no}/{page}.{ext}", "leases/L.1/2.b.tif", []string{"L.1", "2", "b.tif"}},
		{"leases/{lease_no}/{page}.{ext}", "leases/L1/.tif", nil},
		{"{m}/{n}-{m}.txt", "a-b/1-a-b.txt", []string{"a-b", "1"}},
		{"{m}/{n}-{m}.txt", "a-b/1-2-a-b.txt", []string{"a-b", "1-2"}},
		{"{m}/{n}-{m}.txt", "a-b/1-a-c.txt", nil},
		{"{m}-{n}-{m}.txt", "a-b-a-b-a.txt", []string{"a", "b-a-b"}},
		{"{m}-{n}-{m}.txt", "a-b-x-a-b.txt", []string{"a-b", "x"}},
		{"log/*-{m}.txt", "log/2024-01-05-C-1.txt", []string{"C-1"}},
		{"members.csv", "members.csv", []string{}},
		{"members.csv", "members.csv.csv", nil},
	} {
		tpl, err := objects.Compile(c.at)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := tpl.Read(strings.Split(c.path, "/"))
		if ok != (c.want != nil) || ok && !slices.Equal(got, c.want) {
			t.Errorf("%s reads %s as %q, %v; want %q", c.at, c.path, got, ok, c.want)
		}
	}
}

func TestTemplateWrites(t *testing.T) {
	const at = "letters/{member_no}/{sent_on}-{letter_no}.pdf"
	for _, c := range []struct {
		at     string
		values []string
		want   string // "": no path
	}{
		{at, []string{"C-1", "2024-01-05", "17"}, "letters/C-1/2024-01-05-17.pdf"},
		{at, []string{"100%", "2024", "ż ó"}, "letters/100%/2024-ż ó.pdf"},
		{at, []string{"", "2024", "1"}, ""},
		{at, []string{".", "2024", "1"}, ""},
		{at, []string{"..", "2024", "1"}, ""},
		{at, []string{"../C-2", "2024", "1"}, ""},
		{at, []string{"C-1/x", "2024", "1"}, ""},
		{at, []string{`C-1\x`, "2024", "1"}, ""},
		{at, []string{"C-1\x00", "2024", "1"}, ""},
		{at, []string{"C-*", "2024", "1"}, "letters/C-*/2024-1.pdf"},
		{at, []string{"C-?", "2024", "[1]"}, "letters/C-?/2024-[1].pdf"},
		{at, []string{"{member_no}", "2024", "1"}, "letters/{member_no}/2024-1.pdf"},
		{at, []string{".dossier-x", "2024", "1"}, ""},
		{at, []string{"C-1", "20-24", "1"}, ""}, // would be read as 20 and 24-1
		{at, []string{"C-1", "2024", strings.Repeat("9", 250)}, ""},
		{"{m}/{n}-{m}.txt", []string{"a-b", "1-2"}, "a-b/1-2-a-b.txt"},
		{"a/*.txt", nil, ""},
		{"{a}{b}", nil, ""},
	} {
		tpl, err := objects.Compile(c.at)
		if err != nil {
			continue
		}
		tpl.Bounds = objects.Bounds{Name: 255}
		got, ok := tpl.Path(c.values)
		if ok != (c.want != "") || ok && strings.Join(got, "/") != c.want {
			t.Errorf("%s writes %q as %q, %v; want %q", c.at, c.values, got, ok, c.want)
		}
	}
}

// TestBounds: a value that makes a name, or all of a path, as long as the store has them leads there, and one byte more leads nowhere.
func TestBounds(t *testing.T) {
	for _, c := range []struct {
		objects.Bounds
		long int
		ok   bool
	}{
		{objects.Bounds{Name: 255}, 251, true}, {objects.Bounds{Name: 255}, 252, false},
		{objects.Bounds{Whole: 1024}, 252, true}, {objects.Bounds{Whole: 1024}, 1018, true}, {objects.Bounds{Whole: 1024}, 1019, false},
		{objects.Bounds{}, 5000, true},
	} {
		tpl, err := objects.Compile("a/{m}.txt")
		if err != nil {
			t.Fatal(err)
		}
		tpl.Bounds = c.Bounds
		if got, ok := tpl.Path([]string{strings.Repeat("9", c.long)}); ok != c.ok {
			t.Errorf("%+v: of %d bytes it is %q, %v", c.Bounds, c.long, strings.Join(got, "/"), ok)
		}
	}
}

// FuzzTemplate: what is written is read back, what is read names only parts of the path, and nothing panics.
func FuzzTemplate(f *testing.F) {
	f.Add("letters/{a}/{b}-{c}.pdf", "letters/C-1/2024-01-05-17.pdf", "x", "y", "z")
	f.Add("{a}-{b}-{a}", "q-w-q", "..", "a/b", "*")
	f.Add("*x{a}y*", "11x22y33", "", "", "")
	f.Fuzz(func(t *testing.T, at, path, a, b, c string) {
		tpl, err := objects.Compile(at)
		if err != nil {
			return
		}
		if values, ok := tpl.Read(strings.Split(path, "/")); ok {
			for i, v := range values {
				if v == "" || !strings.Contains(path, v) || strings.Contains(v, "/") {
					t.Errorf("field %d is %q in %q", i, v, path)
				}
			}
			if p, ok := tpl.Path(values); ok && strings.Join(p, "/") != path {
				t.Errorf("%q was written back as %q", path, p)
			}
		}
		values := make([]string, len(tpl.Fields))
		for i := range values {
			values[i] = []string{a, b, c}[i%3]
		}
		p, ok := tpl.Path(values)
		if !ok {
			return
		}
		back, ok := tpl.Read(p)
		if !ok || !slices.Equal(back, values) {
			t.Errorf("%q at %q was read back as %q", values, at, back)
		}
		for _, name := range p {
			if !objects.Safe(name) || strings.HasPrefix(name, objects.OwnPrefix) {
				t.Errorf("%q is no name", name)
			}
		}
	})
}
