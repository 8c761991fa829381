package conformance_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
)

// Every case points to a section of the guide, and every section is pointed to.
func TestGuideHasASectionForEachCase(t *testing.T) {
	guide, err := os.ReadFile("../GUIDE.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^### ([a-z]+)$`).FindAllStringSubmatch(string(guide), -1) {
		sections[m[1]] = false
	}
	for _, c := range conformance.Cases(connectors.Description{Blocking: []string{"move"}}) {
		if _, ok := sections[c.Anchor]; !ok {
			t.Errorf("%s points to #%s, which is not there", c.FullName(), c.Anchor)
		}
		sections[c.Anchor] = true
		if c.Rule == "" || strings.HasSuffix(c.Rule, ".") {
			t.Errorf("%s has the rule %q, want a line without a full stop", c.FullName(), c.Rule)
		}
	}
	for s, used := range sections {
		if !used && s != "processes" {
			t.Errorf("no case points to #%s", s)
		}
	}
}

// Names are unique, because --run and reports go by them.
func TestCaseNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range conformance.Cases(connectors.Description{Blocking: []string{"row_security", "move"}}) {
		if seen[c.FullName()] {
			t.Errorf("%s stands twice", c.FullName())
		}
		seen[c.FullName()] = true
	}
}
