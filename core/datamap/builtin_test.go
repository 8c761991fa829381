package datamap_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// specialTops are the top categories that art. 9(1) names.
var specialTops = []string{"health", "genetic", "biometric", "origin", "belief", "political", "union", "sexual"}

func TestBuiltInCategories(t *testing.T) {
	terms, err := os.ReadFile("testdata/dpv/pd-terms.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(string(terms))
	all := datamap.BuiltInCategories()
	if len(all) < 120 {
		t.Errorf("%d categories", len(all))
	}
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)
	for _, c := range all {
		if !name.MatchString(c.Name) {
			t.Errorf("%s is no name", c.Name)
		}
		for _, lang := range []string{"pl", "en"} {
			if l := c.Label[lang]; l == "" || l != strings.TrimSpace(l) {
				t.Errorf("%s: label %s is %q", c.Name, lang, l)
			}
		}
		if term, ok := strings.CutPrefix(c.DPV, "pd:"); !ok || !slices.Contains(known, term) {
			t.Errorf("%s: %s is no term of DPV", c.Name, c.DPV)
		}
		top, _, below := strings.Cut(c.Name, ".")
		if below && all[c.Name[:strings.LastIndexByte(c.Name, '.')]] == nil {
			t.Errorf("%s has no category above it", c.Name)
		}
		if want := slices.Contains(specialTops, top); c.Special != want {
			t.Errorf("%s: special is %v", c.Name, c.Special)
		}
	}
}

func TestPolishAuthority(t *testing.T) {
	a, ok := datamap.SupervisoryAuthority("PL")
	if !ok || !strings.Contains(a.Address["pl"], "ul. Stanisława Moniuszki 1A, 00-014 Warszawa") || a.CheckedOn == "" {
		t.Errorf("%+v", a)
	}
	if _, ok := datamap.SupervisoryAuthority("XX"); ok {
		t.Error("there is none of XX")
	}
}
