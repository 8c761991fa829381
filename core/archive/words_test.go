package archive

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestLanguagesSayTheSame(t *testing.T) {
	pl, err := wordsIn("pl")
	if err != nil {
		t.Fatal(err)
	}
	en, err := wordsIn("en")
	if err != nil {
		t.Fatal(err)
	}
	verbs := regexp.MustCompile(`%[sd]`)
	for key, text := range en.text {
		if !pl.has(key) {
			t.Errorf("pl has no %q", key)
		}
		if a, b := strings.Join(verbs.FindAllString(text, -1), ""), strings.Join(verbs.FindAllString(pl.T(key), -1), ""); a != b {
			t.Errorf("%q takes %s in en and %s in pl", key, a, b)
		}
		if regexp.MustCompile(`\b(art\.|ust\.|lit\.) [0-9a-z]`).MatchString(pl.T(key)) {
			t.Errorf("%q: a line could break after art., ust. or lit.", key)
		}
	}
	for key := range pl.text {
		if !en.has(key) && !strings.HasSuffix(key, ".few") {
			t.Errorf("en has no %q", key)
		}
	}
	// Every text the code asks for exists, and every text is asked for.
	asked := map[string]bool{}
	var prefixes []string
	err = fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".html") {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?:\bT\(|\.T |has\()"([a-z_0-9.]+)"(\s*\+)?`).FindAllStringSubmatch(string(raw), -1) {
			if m[2] != "" {
				prefixes = append(prefixes, m[1])
				continue
			}
			asked[m[1]] = true
			if !en.has(m[1]) {
				t.Errorf("%s asks for %q, which no language has", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	prefixes = append(prefixes, "kept.days", "kept.months", "kept.years") // by unit of a period
	for key := range en.text {
		used := asked[key]
		for _, p := range prefixes {
			used = used || strings.HasPrefix(key, p)
		}
		if !used {
			t.Errorf("nothing asks for %q", key)
		}
	}
	if _, err := wordsIn("de"); err == nil || !strings.Contains(err.Error(), "en and pl") {
		t.Errorf("a language there is not: %v", err)
	}
}

func TestDaysAndNumbers(t *testing.T) {
	day := time.Date(2026, 11, 2, 23, 30, 0, 0, time.UTC)
	for lang, want := range map[string][]string{
		"pl": {"2\u00a0listopada\u00a02026\u00a0r.", "3\u00a0listopada\u00a02026\u00a0r., 00:30", "1234", "12\u00a0345", "1,5\u00a0KB", "zwykły"},
		"en": {"2\u00a0November\u00a02026", "3\u00a0November\u00a02026, 00:30", "1,234", "12,345", "1.5\u00a0KB", "zwykły"},
	} {
		w, err := wordsIn(lang)
		if err != nil {
			t.Fatal(err)
		}
		w.zone = warsaw
		for i, got := range []string{w.Day(day), w.Moment(day), w.Number(1234), w.Number(12345), w.Size(1500), w.DayText("zwykły")} {
			if got != want[i] {
				t.Errorf("%s: %q, want %q", lang, got, want[i])
			}
		}
	}
}
