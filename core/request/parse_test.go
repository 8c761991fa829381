package request

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/subject"
)

var reveal_ = cmp.Comparer(func(a, b subject.Secret) bool { return a.Reveal() == b.Reveal() })

// Each file holds a request, a line of dashes, and every problem with it, one a line, or "fine".
func TestParseGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in, want, ok := strings.Cut(string(text), "\n-----\n")
			if !ok {
				t.Fatal("no line of dashes")
			}
			r, ps := Parse(strings.NewReader(in))
			got := "fine\n"
			if len(ps) > 0 {
				got = ps.Error() + "\n"
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if (r == nil) != (len(ps) > 0) {
				t.Errorf("request %v with %d problems", r != nil, len(ps))
			}
			if r == nil {
				return
			}
			b, err := r.Canonical()
			if err != nil {
				t.Fatal(err)
			}
			again, ps := Parse(strings.NewReader(string(b)))
			if len(ps) > 0 {
				t.Fatal(ps)
			}
			if d := cmp.Diff(r, again, reveal_); d != "" {
				t.Error(d)
			}
			if !Same(r, again) {
				t.Error("not the same after a round trip")
			}
		})
	}
}
