package relational

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// apart says whether no row of t can hold two tuples of one person, so that no row need be looked for
// twice. Two tuples of one person are known to be apart when they differ in a column that compares byte by byte
// and whose values the tuples give in its own type.
func apart(t *Table, cols []Column, tuples []connectors.Tuple) bool {
	seen := map[int]bool{}
	twice := false
	for _, tuple := range tuples {
		twice = twice || seen[tuple.Person]
		seen[tuple.Person] = true
	}
	if !twice {
		return true
	}
	if len(cols) != 1 || t.Collated {
		return false
	}
	return distinctIn(cols[0], tuples)
}

type personValue struct {
	person int
	value  any
}

// distinctIn says whether the values of each person differ, and differ still as values of col.
func distinctIn(col Column, tuples []connectors.Tuple) bool {
	seen := map[personValue]bool{}
	for _, t := range tuples {
		switch t.Values[0].(type) {
		case int64:
			if col.Class != ClassNumber {
				return false
			}
		case string:
			if col.Class != ClassText {
				return false
			}
		default:
			return false
		}
		v := personValue{t.Person, t.Values[0]}
		if seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

// The classes of columns of which something can be proven.
const (
	ClassNumber = "number" // texts that look like numbers are numbers here
	ClassText   = "text"   // numbers are texts here
)

// oneWay says whether every row hop leads to is reached from one row only: the fields it starts from
// name that row, and no conversion or collation makes two of them equal one value.
func (s *statement) oneWay(hop connectors.Hop, from, to *Table) (bool, error) {
	if !from.names(hop.From) || from.held() || from.Collated || to.Collated { // a held row's keys may have been used again
		return false, nil
	}
	left, err := from.columns(hop.From)
	if err != nil {
		return false, err
	}
	right, err := to.columns(hop.To)
	if err != nil {
		return false, err
	}
	for i := range left {
		if left[i].Class == "" || !strings.EqualFold(left[i].Class, right[i].Class) {
			return false, nil
		}
	}
	return true, nil
}
