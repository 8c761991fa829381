package livecheck

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// Inspection is what was found out about a system: its connector's card, and its store's schema. A live look and a file of it are judged alike, so
// that whoever has the file and no account is told the same.
type Inspection struct {
	System    string
	Connector string
	Card      *connectors.Description // nil: a file that has none
	Schema    *connectors.Schema      // nil: the connector cannot tell
}

// Against compares the system of the map with what was found out.
func (i Inspection) Against(s *datamap.System) datamap.Problems {
	var out datamap.Problems
	if i.Card != nil {
		out = Card(s, *i.Card)
	}
	if i.Schema != nil {
		out = append(out, Against(s, i.Schema)...)
	}
	return out
}
