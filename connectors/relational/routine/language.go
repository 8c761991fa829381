package routine

import (
	"regexp"
	"slices"
	"strings"
)

// Language is how a database writes. Patterns of words end where a name begins: what stands there is a name with or without its schema.
type Language struct {
	Quote    string         // what names are put in where they have to be
	Small    bool           // names without quotes are in small letters, in the catalog
	Noise    *regexp.Regexp // remarks and quotations; a quotation begins with a quote
	Written  *regexp.Regexp // one group: what is written to
	Asked    *regexp.Regexp // one group: what is read from
	Composed *regexp.Regexp // statements that are put together as they run
	Tells    []Way
	Not      []string // words that stand where a name may, and are none

	word, called *regexp.Regexp
}

// Way is a way out of the database.
type Way struct {
	Name string
	Like *regexp.Regexp
}

// word is a name, given its quote.
func word(quote string) string {
	return quote + `(?:[^` + quote + `]|` + quote + quote + `)+` + quote + `|[\p{L}_][\p{L}\p{N}_$]*`
}

// name is a name with or without its schema.
func name(quote string) string {
	w := `(?:` + word(quote) + `)`
	return `((?:` + w + `\s*\.\s*)?` + w + `)`
}

// New is a language; written, asked and invoked are what stands before a name.
func New(quote, noise, written, asked, invoked, composed string, ways ...Way) Language {
	before := func(words string) *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:` + words + `)[\s(]+` + name(quote))
	}
	called := `(?:(?i)\b(?:` + invoked + `)\s+` + name(quote) + `|` + name(quote) + `\s*\()`
	return Language{Quote: quote, Noise: regexp.MustCompile(noise), Written: before(written), Asked: before(asked), Composed: regexp.MustCompile(composed), Tells: ways,
		word: regexp.MustCompile(word(quote)), called: regexp.MustCompile(called)}
}

// code is a text without its remarks, and without its quotations, or with what stands in them.
func (g Language) code(body string, quoted bool) string {
	return g.Noise.ReplaceAllStringFunc(body, func(x string) string {
		if quoted && strings.ContainsAny(x[:1], `'"`) {
			return " " + strings.ReplaceAll(x[1:len(x)-1], x[:1], " ") + " "
		}
		return " "
	})
}

// names gives the names that stand where the pattern's name stands.
func (g Language) names(like *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range like.FindAllStringSubmatch(text, -1) {
		if n := g.Name(m[1]); !slices.ContainsFunc(g.Not, func(x string) bool { return strings.EqualFold(x, m[1]) }) {
			out = append(out, n)
		}
	}
	return out
}

// Name is a name as the catalog has it: quotes taken away.
func (g Language) Name(text string) string {
	var parts []string
	for _, p := range g.word.FindAllString(text, -1) {
		n, quoted := strings.CutPrefix(p, g.Quote)
		switch {
		case quoted:
			n = strings.ReplaceAll(strings.TrimSuffix(n, g.Quote), g.Quote+g.Quote, g.Quote)
		case g.Small:
			n = strings.ToLower(n)
		}
		parts = append(parts, n)
	}
	return strings.Join(parts, ".")
}

func (g Language) last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// Bare is the last part of a name as a routine is called by: where tables are told apart by capitals, routines are not.
func (g Language) Bare(text string) string {
	n := g.last(g.Name(text))
	if g.Small {
		return n
	}
	return strings.ToLower(n)
}
