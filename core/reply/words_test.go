package reply

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/request"
)

// TestLanguagesSayTheSame: both have every text with the same places, every text is asked for and every one asked for is there.
func TestLanguagesSayTheSame(t *testing.T) {
	pl, err := wordsIn("pl")
	if err != nil {
		t.Fatal(err)
	}
	en, err := wordsIn("en")
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range en.text {
		if strings.Count(text, "%s") != strings.Count(pl.text[key], "%s") || pl.text[key] == "" {
			t.Errorf("%q differs: %q, %q", key, text, pl.text[key])
		}
		if regexp.MustCompile(`\b(art\.|ust\.|lit\.) [0-9a-z%]`).MatchString(pl.text[key]) {
			t.Errorf("%q: a line could break after art., ust. or lit.", key)
		}
	}
	for _, reason := range request.RefusalReasons {
		if en.text["refusal."+reason] == "" {
			t.Errorf("no words for refusing as %s", reason)
		}
	}
	if len(pl.text) != len(en.text) {
		t.Errorf("%d texts in pl, %d in en", len(pl.text), len(en.text))
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	asked, prefixes := map[string]bool{}, []string{"title."} // name() takes the rest of a title's key
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\bT\("([a-z_0-9.]+)"(\s*\+)?`).FindAllStringSubmatch(string(raw), -1) {
			if m[2] != "" {
				prefixes = append(prefixes, m[1])
			} else if asked[m[1]] = true; en.text[m[1]] == "" && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s asks for %q, which no language has", file, m[1])
			}
		}
	}
	for key := range en.text {
		used := asked[key]
		for _, p := range prefixes {
			used = used || strings.HasPrefix(key, p)
		}
		if !used {
			t.Errorf("nothing asks for %q", key)
		}
	}
}
