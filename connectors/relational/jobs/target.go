package jobs

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Target is one row: what names it, as text, the persons it was reached for, and how it stands to the treatment.
type Target struct {
	Held     bool // it stands where Block put it
	ID       []string
	Persons  []int
	Standing connectors.Standing
	Key      connectors.Row // of a row in conflict
}

// Name is what names the row, as a map's key. It holds values.
func (t Target) Name() string { return NameOf(t.ID) }

// NameOf makes a map's key of what names a row.
func NameOf(id []string) string { return strings.Join(id, "\x00") }

// Texts are the cells of a row, none of them NULL, as texts of their own.
func Texts(row [][]byte) []string {
	out := make([]string, len(row))
	for i, b := range row {
		out[i] = string(b)
	}
	return out
}

// Picked are the rows with these names.
func Picked(rows []Target, names map[string]bool) []Target {
	var out []Target
	for _, t := range rows {
		if names[t.Name()] {
			out = append(out, t)
		}
	}
	return out
}

// Only are the rows that are held, or those that are not.
func Only(rows []Target, held bool) []Target {
	var out []Target
	for _, t := range rows {
		if t.Held == held {
			out = append(out, t)
		}
	}
	return out
}

// Found are rows taken in one by one, each once, with every person it was reached for.
type Found struct {
	Rows []Target
	at   map[string]int // position by what names the row
}

// Add takes in a row reached for one person, and gives its position; again says that it was there already.
func (f *Found) Add(person int, held bool, id []string) (position int, again bool) {
	t := Target{Held: held, ID: id, Persons: []int{person}}
	name := t.Name()
	if i, ok := f.at[name]; ok {
		f.Rows[i].Persons = append(f.Rows[i].Persons, person)
		return i, true
	}
	if f.at == nil {
		f.at = map[string]int{}
	}
	f.at[name] = len(f.Rows)
	f.Rows = append(f.Rows, t)
	return len(f.Rows) - 1, false
}
