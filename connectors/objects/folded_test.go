package objects

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestFoldedInPath: whoever is named in a path is found there in whatever case.
func TestFoldedInPath(t *testing.T) {
	from, err := Understand(connectors.Collection{Name: "letters", At: "letters/{mail}/{no}.txt", Key: []string{"no"}, Document: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, folded := range []bool{false, true} {
		way := connectors.Match{Fields: []string{"mail"}, Values: []connectors.Tuple{{Values: []any{"ewa@house.example"}}}, Folded: folded}
		m, err := NewMatcher(from, connectors.Selection{Collection: from.Collection, Any: []connectors.Match{way}})
		if err != nil {
			t.Fatal(err)
		}
		if names, ok := m.Guesses(1, []string{"", ""}); ok == folded || !folded && len(names) != 1 {
			t.Errorf("folded %v: guessed %v, %v", folded, names, ok)
		}
		if may := m.May(2, []string{"Ewa@House.example", "1"}); may != folded {
			t.Errorf("folded %v: may be there %v", folded, may)
		}
		if n := len(m.Persons(connectors.Row{"mail": "Ewa@House.example", "no": "1"})); (n == 1) != folded {
			t.Errorf("folded %v: %d persons", folded, n)
		}
	}
}
