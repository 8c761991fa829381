package planner

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// spellings are the ways in which stores commonly hold an identifier, beside its one form: a store compares texts as they
// stand, and a row that says the same otherwise must be found, also as a neighbour who shares the value.
func spellings(kind *datamap.Identifier, normal string) []string {
	var out []string
	add := func(ts ...string) {
		for _, t := range ts {
			if t != "" && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	add(normal)
	switch name, _, _ := strings.Cut(kind.NormaliserName(), "/"); name {
	case "email":
		local, domain, _ := strings.Cut(normal, "@")
		for _, l := range []string{local, capital(local), title(local), strings.ToUpper(local)} {
			add(l+"@"+domain, l+"@"+capital(domain), l+"@"+strings.ToUpper(domain))
		}
	case "phone":
		add(phones(normal)...)
	case "fold":
		add(strings.ToUpper(normal), capital(normal), title(normal))
	case "nip":
		add("PL"+normal, "PL "+normal)
		if len(normal) == 10 {
			add(normal[:3]+"-"+normal[3:6]+"-"+normal[6:8]+"-"+normal[8:], normal[:3]+"-"+normal[3:5]+"-"+normal[5:7]+"-"+normal[7:], "PL"+normal[:3]+"-"+normal[3:6]+"-"+normal[6:8]+"-"+normal[8:])
		}
	case "iban":
		add(grouped(normal, " ", 4), strings.ToLower(normal))
		if rest, ok := strings.CutPrefix(normal, "PL"); ok {
			add(rest, rest[:min(2, len(rest))]+" "+grouped(rest[min(2, len(rest)):], " ", 4))
		}
	}
	add(normal+" ", " "+normal)
	return out
}

// phones are the ways to write an E.164 number; the national ones of numbers of nine digits after the calling code of Poland.
func phones(normal string) []string {
	d := strings.TrimPrefix(normal, "+")
	out := []string{d, "00" + d}
	n, ok := strings.CutPrefix(d, "48")
	if !ok || len(n) != 9 {
		return out
	}
	var forms []string
	for _, sep := range []string{"", " ", "-", "."} {
		forms = append(forms, grouped(n, sep, 3), n[:2]+sep+n[2:5]+sep+n[5:7]+sep+n[7:])
	}
	for _, f := range forms {
		out = append(out, f, "+48 "+f, "+48"+f, "+48-"+f, "0048 "+f, "0048"+f, "(+48) "+f, "48 "+f, "48"+f)
	}
	return append(out, "0"+n, "("+n[:2]+") "+n[2:5]+" "+n[5:7]+" "+n[7:], "("+n[:2]+") "+grouped(n[2:], " ", 3), "0-"+n[:2]+" "+n[2:5]+"-"+n[5:7]+"-"+n[7:])
}

// grouped parts a text in runs of n.
func grouped(t, sep string, n int) string {
	var out []string
	for part := range slices.Chunk([]byte(t), n) {
		out = append(out, string(part))
	}
	return strings.Join(out, sep)
}

// capital makes the first letter a capital, title that of each part.
func capital(t string) string {
	for i, r := range t {
		return t[:i] + string(unicode.ToUpper(r)) + t[i+len(string(r)):]
	}
	return t
}

func title(t string) string {
	up := true
	return strings.Map(func(r rune) rune {
		defer func() { up = !unicode.IsLetter(r) && !unicode.IsDigit(r) }()
		if up {
			return unicode.ToUpper(r)
		}
		return r
	}, t)
}
