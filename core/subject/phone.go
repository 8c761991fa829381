package subject

import (
	"errors"
	"fmt"
	"strings"
)

// A numbering plan as far as phone/1 needs it.
type numbering struct {
	code     string // calling code
	trunk    string // dialled inside the country, never part of the number
	min, max int    // digits of the national number
}

var numberings = map[string]numbering{
	"PL": {"48", "0", 9, 9},
	"CZ": {"420", "", 9, 9},
	"SK": {"421", "0", 9, 9},
	"UA": {"380", "0", 9, 9},
	"DE": {"49", "0", 5, 13},
}

// phone1: E.164, "+48221234567". What starts with + or 00 is international; otherwise the kind's country decides.
// Spaces, dots, slashes, hyphens and brackets are off; an extension is an error, for it names another telephone.
func phone1(country, v string) (string, error) {
	t := strings.TrimSpace(v)
	t = strings.TrimPrefix(strings.TrimPrefix(t, "tel:"), "tel.")
	plus := strings.HasPrefix(strings.TrimLeft(t, " ("), "+")
	if plus {
		t = strings.Replace(t, "+", "", 1)
	}
	d, err := digits(t, "-./()", 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
	if err != nil {
		return "", errors.New("want a telephone number of 5 to 15 digits")
	}
	if !plus && strings.HasPrefix(d, "00") {
		plus, d = true, d[2:]
	}
	plan, known := numberings[country]
	switch {
	case plus:
	case country == "":
		return "", errors.New("want the international form, with + or 00; or give the kind a country")
	case !known:
		return "", fmt.Errorf("no telephone rules for country %s; want the international form, with +", country)
	case len(d) >= len(plan.code)+plan.min && len(d) > plan.max && strings.HasPrefix(d, plan.code):
		// the calling code without its plus
	default:
		if plan.trunk != "" && strings.HasPrefix(d, plan.trunk) {
			d = d[len(plan.trunk):]
		}
		d = plan.code + d
	}
	return international(d)
}

func international(d string) (string, error) {
	if strings.HasPrefix(d, "0") || len(d) < 7 || len(d) > 15 {
		return "", errors.New("want 7 to 15 digits with the calling code")
	}
	for _, p := range numberings {
		n := len(d) - len(p.code)
		if strings.HasPrefix(d, p.code) && (n < p.min || n > p.max) {
			return "", fmt.Errorf("numbers of +%s have %d to %d digits", p.code, p.min, p.max)
		}
	}
	return "+" + d, nil
}
