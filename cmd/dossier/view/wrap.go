package view

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// together are words no line break may part: dates, articles, and what reads as one.
var together = []*regexp.Regexp{
	regexp.MustCompile(`\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)( \d{4})?`),
	regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d`),
	regexp.MustCompile(`\b(art\.|ust\.|pkt|§|until|since) \S`),
	regexp.MustCompile(`\b\d+ (fields?|rows?|files?|days?)\b`),
}

const glue = "\u00a0" // a space that holds together; printed as a common one

// wrap breaks a text into lines of at most width columns, each after the first behind indent, which counts extra.
func wrap(text string, width int, indent string) string {
	return strings.Join(lines(text, width), "\n"+indent)
}

func lines(text string, width int) []string {
	for _, r := range together {
		text = r.ReplaceAllStringFunc(text, func(m string) string { return strings.ReplaceAll(m, " ", glue) })
	}
	var out []string
	line, col := "", 0
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		n := utf8.RuneCountInString(w)
		if col > 0 && col+1+n > width {
			out = append(out, line)
			line, col = "", 0
		}
		if col > 0 {
			line += " "
			col++
		}
		line += w
		col += n
	}
	out = append(out, line)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], glue, " ")
	}
	return out
}
