// Package explain says what holds at one place of a data map, and from where: written there, inherited, of a
// category, or a default.
package explain

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// Format of an explanation's JSON form.
const Format = "dossier.explanation/v1"

// Explanation is the effective meaning of one address.
type Explanation struct {
	Format  string `json:"format"`
	Address string `json:"address"`
	Place   string `json:"place"` // file:line
	Lines   []Line `json:"lines"`
}

// Line is one thing that holds. Lines without a key go on with the one before.
type Line struct {
	Key  string `json:"key,omitempty"`
	Text string `json:"text"`
	From string `json:"from,omitempty"` // default, from system, from category …; "" written there
}

// Address explains SYSTEM, SYSTEM/COLLECTION, SYSTEM/COLLECTION.FIELD, or `categories`. The error names what is near.
func Address(m *datamap.Map, address string) (*Explanation, error) {
	if address == "categories" {
		return categories(m), nil
	}
	p, err := m.Lookup(address)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Field != nil:
		return field(m, p.Field), nil
	case p.Collection != nil:
		return collection(m, p.Collection), nil
	}
	return system(m, p.System), nil
}

func begin(address string, at datamap.Pos) *Explanation {
	return &Explanation{Format: Format, Address: address, Place: fmt.Sprintf("%s:%d", at.File, at.Line)}
}

// add appends a line; the key of several lines in a row is given once.
func (e *Explanation) add(key, text, from string) {
	for i := len(e.Lines) - 1; i >= 0; i-- {
		if e.Lines[i].Key != "" {
			if e.Lines[i].Key == key {
				key = ""
			}
			break
		}
	}
	e.Lines = append(e.Lines, Line{key, text, from})
}

// width of the text form; longer lines keep their provenance on a line of its own.
const width = 90

// String is the text form.
func (e *Explanation) String() string {
	var b strings.Builder
	b.WriteString(spread(e.Address, e.Place))
	for _, l := range e.Lines {
		room := width - 12
		if l.From != "" {
			room = max(room-2-length(l.From), 40)
		}
		for i, part := range wrap(l.Text, room) {
			key, from := l.Key, l.From
			if i > 0 {
				key, from = "", ""
			}
			b.WriteString(spread(fmt.Sprintf("%-10s  %s", key, part), from))
		}
	}
	return b.String()
}

func spread(left, right string) string {
	if right == "" {
		return left + "\n"
	}
	return left + strings.Repeat(" ", max(2, width-length(left)-length(right))) + right + "\n"
}

func length(s string) int { return len([]rune(s)) }

func wrap(text string, limit int) []string {
	var out []string
	line := ""
	for _, w := range strings.Split(text, " ") {
		if line != "" && length(line)+1+length(w) > limit {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(out, line)
}

func said(yes bool, otherwise string) string {
	if yes {
		return ""
	}
	return otherwise
}
