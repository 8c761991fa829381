package subject

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// text1: surrounding white space off, inner white space to one space, Unicode NFC. Case stays.
func text1(_, v string) (string, error) {
	if !utf8.ValidString(v) {
		return "", errors.New("is not UTF-8")
	}
	for _, r := range v {
		if unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) {
			return "", errors.New("holds a control character")
		}
	}
	return norm.NFC.String(strings.Join(strings.Fields(v), " ")), nil
}

// fold1: text1, and upper and lower case are one.
func fold1(_, v string) (string, error) {
	t, err := text1("", v)
	if err != nil {
		return "", err
	}
	return foldText(t), nil
}

// email1: white space off, lower case, Unicode NFC; one @ with something on both sides. No provider's own
// rules (dots, plus tags): two addresses that one provider delivers alike are two persons elsewhere.
func email1(_, v string) (string, error) {
	t, err := text1("", v)
	if err != nil {
		return "", err
	}
	t = norm.NFC.String(strings.ToLower(t))
	at := strings.LastIndexByte(t, '@')
	if at < 1 || at == len(t)-1 || strings.ContainsAny(t, " <>,;") || strings.IndexByte(t, '@') != at {
		return "", errors.New("want one address, local@domain")
	}
	return t, nil
}

// foldText folds; Cherokee letters are made small before, because [cases.Fold] makes small ones capital and capital ones small.
func foldText(v string) string {
	small := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cherokee, r) {
			return unicode.ToLower(r)
		}
		return r
	}, norm.NFC.String(strings.Join(strings.Fields(v), " ")))
	return norm.NFC.String(cases.Fold().String(small))
}
