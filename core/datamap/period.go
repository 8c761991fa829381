package datamap

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// ParsePeriod reads a period as the map writes it: "5 years after year end".
func ParsePeriod(s string) (Period, error) {
	p, ok := words.ParsePeriod(s)
	if !ok {
		return Period{}, fmt.Errorf("cannot read the period %q: write \"5 years\", \"30 days\" or \"5 years after year end\"", s)
	}
	return Period{N: p.N, Unit: Unit(p.Unit), YearEnd: p.YearEnd}, nil
}

// String is the period as the map writes it.
func (p Period) String() string {
	unit := string(p.Unit)
	if p.N == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	s := fmt.Sprintf("%d %s", p.N, unit)
	if p.YearEnd {
		s += " after year end"
	}
	return s
}

// period reads a node the shape stage has passed; nil where there is none.
func period(n *mapfile.Node) *Period {
	if n.Text() == "" {
		return nil
	}
	p, err := ParsePeriod(n.Value)
	if err != nil {
		return nil
	}
	return &p
}
