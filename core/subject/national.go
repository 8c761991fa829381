package subject

import (
	"errors"
	"fmt"
	"strings"
)

// digits keeps ASCII digits and drops the separators people write; anything else is an error.
func digits(v, separators string, want ...int) (string, error) {
	var b strings.Builder
	for _, r := range v {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '\t' || r == '\u00a0' || strings.ContainsRune(separators, r):
		default:
			return "", errors.New("holds something that is no digit")
		}
	}
	for _, n := range want {
		if b.Len() == n {
			return b.String(), nil
		}
	}
	return "", fmt.Errorf("want %s digits, got %d", counts(want), b.Len())
}

func counts(want []int) string {
	s := make([]string, len(want))
	for i, n := range want {
		s[i] = fmt.Sprint(n)
	}
	return strings.Join(s, " or ")
}

// pesel1: eleven digits; spaces and hyphens off. The check digit is not part of it (numbers with a wrong one were
// issued); see [PESELValid].
func pesel1(_, v string) (string, error) { return digits(v, "-", 11) }

// nip1: Polish tax number, ten digits, with or without the prefix PL.
func nip1(_, v string) (string, error) {
	t := strings.TrimSpace(v)
	if len(t) > 2 && strings.EqualFold(t[:2], "PL") {
		t = t[2:]
	}
	return digits(t, "-", 10)
}

// regon1: Polish statistical number, nine or fourteen digits.
func regon1(_, v string) (string, error) { return digits(v, "-", 9, 14) }

// iban1: ISO 13616 without spaces in capitals, with its check digits (ISO 7064 mod 97-10); 26 digits alone are read as
// a Polish account number.
func iban1(_, v string) (string, error) {
	t := strings.ToUpper(strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "\t", "").Replace(strings.TrimSpace(v)))
	if len(t) == 26 && strings.Trim(t, "0123456789") == "" {
		t = "PL" + t
	}
	if len(t) < 15 || len(t) > 34 {
		return "", errors.New("want an account number of 15 to 34 characters")
	}
	for i, r := range t {
		letter, digit := r >= 'A' && r <= 'Z', r >= '0' && r <= '9'
		if i < 2 && !letter || i >= 2 && i < 4 && !digit || !letter && !digit {
			return "", errors.New("want two letters, two check digits, then letters and digits")
		}
	}
	sum := 0
	for _, r := range t[4:] + t[:4] {
		if r >= 'A' {
			sum = (sum*100 + int(r-'A') + 10) % 97
		} else {
			sum = (sum*10 + int(r-'0')) % 97
		}
	}
	if sum != 1 {
		return "", errors.New("the check digits do not fit")
	}
	return t, nil
}
