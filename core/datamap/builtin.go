package datamap

import (
	_ "embed" // the list of categories
	"strings"
)

//go:embed categories.tsv
var categoriesTSV string

// BuiltInCategories are the categories that ship with the program, fresh at each call. A line of
// categories.tsv is: name, Polish label, English label, DPV term, "special" for art. 9.
func BuiltInCategories() map[string]*Category {
	out := map[string]*Category{}
	for line := range strings.Lines(categoriesTSV) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) < 4 || strings.HasPrefix(line, "#") {
			continue
		}
		out[f[0]] = &Category{Name: f[0], Label: Label{"pl": f[1], "en": f[2]}, DPV: f[3],
			Special: len(f) > 4 && f[4] == "special", BuiltIn: true}
	}
	return out
}

// parentCategory is the category above: health of health.disability; "" at the top.
func parentCategory(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return ""
}

// topCategory is the first part of a category's name.
func topCategory(name string) string {
	top, _, _ := strings.Cut(name, ".")
	return top
}

// SupervisoryAuthority is the built-in authority of a country (art. 77).
func SupervisoryAuthority(country string) (Authority, bool) {
	a, ok := authorities[country]
	return a, ok
}

var authorities = map[string]Authority{
	"PL": {
		Name:      Label{"pl": "Prezes Urzędu Ochrony Danych Osobowych", "en": "President of the Personal Data Protection Office (Poland)"},
		Address:   Label{"pl": "ul. Stanisława Moniuszki 1A, 00-014 Warszawa", "en": "ul. Stanisława Moniuszki 1A, 00-014 Warszawa, Poland"},
		Site:      Label{"pl": "uodo.gov.pl", "en": "uodo.gov.pl/en"},
		CheckedOn: "2025-11-21",
	},
}
