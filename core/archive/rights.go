package archive

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// rights are (e) and (f): those the bases of this person's purposes bring. Correction, erasure and restriction may be
// asked whatever the basis (art. 17(1)(a), (d) can apply under each); portability wants consent or contract (20(1)(a)),
// objection a task of public interest or a legitimate interest (21(1)), withdrawal consent (7(3)).
func (x *assembly) rights() []Right {
	out := []Right{}
	add := func(name string) {
		out = append(out, Right{Term: "eu-gdpr:" + name, Text: x.T("right." + name)})
	}
	if len(x.used) > 0 {
		add("A16")
		add("A17")
		add("A18")
		if x.any("art6_1_a", "art6_1_b", "art9_2_a") {
			add("A20")
		}
		if x.any("art6_1_e", "art6_1_f") {
			add("A21")
		}
		if x.any("art6_1_a", "art9_2_a") {
			add("A7-3")
		}
		if slices.ContainsFunc(x.used, func(p *datamap.Purpose) bool { return p.Profiling != nil }) {
			add("A22")
		}
	}
	add("A77")
	add("A79")
	return out
}

func (x *assembly) any(bases ...string) bool {
	return slices.ContainsFunc(x.used, func(p *datamap.Purpose) bool { return slices.ContainsFunc(bases, p.HasBasis) })
}

// country is the name of a country given by its ISO 3166 code.
func (x *assembly) country(code string) string {
	region, err := language.ParseRegion(strings.TrimSpace(code))
	if err != nil {
		return code
	}
	tag := language.Make(x.lang)
	if name := display.Regions(tag).Name(region); name != "" {
		return name
	}
	return code
}
