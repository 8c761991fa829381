package subject

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func vectors(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if !strings.HasPrefix(s.Text(), "#") {
			out = append(out, strings.Split(s.Text(), "\t"))
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s: no vectors", path)
	}
	return out
}

func unquote(t *testing.T, s string) string {
	t.Helper()
	v, err := strconv.Unquote(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// Every normaliser has vectors, and every vector file a normaliser.
func TestVectors(t *testing.T) {
	seen := map[string]bool{}
	files, _ := filepath.Glob("testdata/*.tsv")
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".tsv")
		if strings.HasPrefix(base, "marks-") || strings.HasPrefix(base, "rows-") {
			continue
		}
		p := strings.Split(base, "-")
		name := p[0] + "/" + p[1]
		seen[name] = true
		if len(p) == 3 {
			name += ":" + p[2]
		}
		for _, v := range vectors(t, file) {
			got, err := Normalise(name, unquote(t, v[0]))
			switch v[1] {
			case "error":
				if err == nil || errors.Is(err, ErrNotAValue) {
					t.Errorf("%s %s: want an error, got %q, %v", name, v[0], got, err)
				}
			case "nobody":
				if !errors.Is(err, ErrNotAValue) {
					t.Errorf("%s %s: want ErrNotAValue, got %q, %v", name, v[0], got, err)
				}
			default:
				if want := unquote(t, v[1]); err != nil || got != want {
					t.Errorf("%s %s: got %q, %v; want %q", name, v[0], got, err, want)
				}
			}
			if err != nil && len(unquote(t, v[0])) > 3 && strings.Contains(err.Error(), unquote(t, v[0])) {
				t.Errorf("%s: the error holds the value: %v", name, err)
			}
		}
	}
	for _, name := range Normalisers() {
		if !seen[name] {
			t.Errorf("%s has no vectors in testdata", name)
		}
	}
}

// What is normalised stays as it is: a stored form may be normalised again.
func TestNormaliseTwice(t *testing.T) {
	names := append(Normalisers(), "phone/1:PL")
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(names).Draw(r, "name")
		v := rapid.OneOf(rapid.String(), rapid.StringMatching(`[+ 0-9().-]{0,20}`), rapid.StringMatching(`[a-zA-Z. ]{0,5}@[a-zA-Z.]{0,9}`)).Draw(r, "value")
		once, err := Normalise(name, v)
		if err != nil {
			return
		}
		twice, err := Normalise(name, once)
		if err != nil || twice != once {
			r.Fatalf("%s: %q became %q, then %q, %v", name, v, once, twice, err)
		}
	})
}

func TestUnknownNormaliser(t *testing.T) {
	if _, err := Normalise("pesel/9", "x"); err == nil || !strings.Contains(err.Error(), "pesel/1") {
		t.Errorf("want an error that lists what there is, got %v", err)
	}
	if _, err := Normalise("phone/1:XX", "221234567"); err == nil || !strings.Contains(err.Error(), "XX") {
		t.Errorf("want an error that names the country, got %v", err)
	}
}
