package mapfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

func parse(t *testing.T, text string) (*mapfile.Node, mapfile.Problems) {
	t.Helper()
	f := mapfile.NewFile("x.yaml", []byte(text))
	r := mapfile.NewReport([]*mapfile.File{f})
	return f.Parse(r), r.Problems()
}

func TestNear(t *testing.T) {
	names := []string{"membership", "newsletter", "contact.email", "contact.phone", "register/leases", "A", "W"}
	for word, want := range map[string]string{
		"membreship": "membership", "newsleter": "newsletter", "Membership": "membership", "contact.emial": "contact.email",
		"leases": "register/leases", "email": "contact.email", "marketing": "", "x": "", "a": "A", "C": "", "": "",
	} {
		if got := mapfile.Near(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := mapfile.Near("ab", nil); got != "" {
		t.Error(got)
	}
}

// TestAsWritten holds what a text reads as: what was written, never what YAML makes of it.
func TestAsWritten(t *testing.T) {
	n, problems := parse(t, "a: 0123\nb: 1900-01-01\nc: \"\"\nd: ~\ne:\nf: 'x # y'   # z\ng: |\n  two\n  lines\nh: &n no\ni: *n\nnull: x\n")
	if problems != nil {
		t.Fatal(problems)
	}
	for key, want := range map[string]string{"a": "0123", "b": "1900-01-01", "c": "", "f": "x # y", "g": "two\nlines\n", "h": "no", "i": "no", "null": "x"} {
		if got := n.Get(key).Text(); got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
	if !n.Get("d").Is(mapfile.Null) || n.Get("d").Written != "~" || n.Get("e").Written != "" || !n.Get("c").Is(mapfile.Text) {
		t.Error("nothing, ~ and the empty text differ")
	}
	if h := n.Get("h"); h.Line != 10 || h.Col != 7 || h.Width != 2 {
		t.Errorf("the place of a value is behind its anchor: %+v", h)
	}
	if f := n.Get("f"); f.Width != 7 {
		t.Errorf("quotes are underlined too: %+v", f)
	}
}

// TestMerge: what is written wins over what is merged in.
func TestMerge(t *testing.T) {
	n, problems := parse(t, "x: &x { a: 1, b: 2 }\ny: { <<: *x, b: 3 }\nz: { <<: [*x, { c: 4 }] }\n")
	if problems != nil {
		t.Fatal(problems)
	}
	if y := n.Get("y"); y.Get("a").Text() != "1" || y.Get("b").Text() != "3" {
		t.Error("y")
	}
	if z := n.Get("z"); z.Get("a").Text() != "1" || z.Get("c").Text() != "4" {
		t.Error("z")
	}
}

// TestBombs: what grows without bound when aliases are followed is refused, quickly and with a word.
func TestBombs(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	for name, text := range map[string]string{
		"aliases": bomb.String(),
		"depth":   strings.Repeat("{a: ", 200) + "x" + strings.Repeat("}", 200),
		"size":    "a: " + strings.Repeat("x", 5<<20),
		"itself":  "a: &a { b: *a }\n",
	} {
		if n, problems := parse(t, text); problems.Errors() == 0 {
			t.Errorf("%s was taken: %v", name, n != nil)
		}
	}
}

// TestExcerpts: a long line is cut around the caret, a tab shows as a space.
func TestExcerpts(t *testing.T) {
	line := "key: " + strings.Repeat("ą", 100) + " here " + strings.Repeat("b", 100)
	f := mapfile.NewFile("x.yaml", []byte("x: 1\n"+line+"\n\tz: 1\r\n"))
	r := mapfile.NewReport([]*mapfile.File{f})
	r.At(f, 2, strings.Index(line, "here")-100+1, 4, "found").Hint("%s", strings.Repeat("word ", 40))
	r.At(f, 99, 99, 1, "beyond the end")
	p := r.Problems()
	for _, l := range strings.Split(p.String(), "\n") {
		if len([]rune(l)) > 100 {
			t.Errorf("%d columns: %s", len([]rune(l)), l)
		}
	}
	shown := []rune(p[0].Excerpt)
	if got := string(shown[p[0].Caret-1 : p[0].Caret-1+p[0].Width]); got != "here" || shown[0] != '…' || shown[len(shown)-1] != '…' {
		t.Errorf("%q under the caret of %s", got, p[0].Excerpt)
	}
	if p[1].Line != 3 || strings.ContainsAny(p[1].Excerpt, "\t\r") {
		t.Errorf("%+v", p[1])
	}
}

func TestProblemsAsError(t *testing.T) {
	_, problems := parse(t, "a: 1\na: 2\n")
	if err := problems.Err(); err == nil || !strings.HasPrefix(err.Error(), "x.yaml:2:1: a stands twice") {
		t.Error(err)
	}
	if raw, err := (mapfile.Problems)(nil).MarshalJSON(); err != nil || string(raw) != "[]" || (mapfile.Problems)(nil).Err() != nil {
		t.Errorf("%s %v", raw, err)
	}
}
