package relational

import (
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// A server that works a common table out wherever it is named would work the first of a path of twelve hops out sixteen million times if each
// hop read the one before it once for each arm. So both arms are read in one place, by outer joins, and a row stands in one of them.

// beside says whether the arms of t are read so.
func (s *statement) beside(t *Table) bool { return s.d.Beside() && t.held() }

// column is a column of a row: under its alias, or where both arms stand beside each other under that of its arm.
func (s *statement) column(p place, name, held string) string {
	if p.held == "" {
		return s.col(p.alias, name)
	}
	return "(CASE WHEN " + p.held + " = 1 THEN " + s.col(p.arm(true).alias, held) + " ELSE " + s.col(p.alias, name) + " END)"
}

// arm is the row as it stands in one of two arms.
func (p place) arm(held bool) place {
	if p.held = ""; held {
		p.alias += "h"
	}
	return p
}

// either is a table of two rows, one for each arm.
func (s *statement) either() (from, held string) {
	a := s.name("a")
	return " CROSS JOIN (SELECT 0 AS held UNION ALL SELECT 1) AS " + a, a + ".held"
}

// arms joins both arms of a row that is reached; on says by what.
func (s *statement) arms(p place, on func(arm Arm, p place) ([]string, error)) (string, error) {
	var out strings.Builder
	for _, arm := range p.table.Arms {
		here := p.arm(arm.Held)
		conds, err := on(arm, here)
		if err != nil {
			return "", err
		}
		out.WriteString(" LEFT JOIN " + arm.Table(s.d) + " AS " + here.alias + " ON " + strings.Join(append([]string{p.held + " = " + flag(arm.Held)}, conds...), " AND "))
	}
	return out.String(), nil
}

// hidden adds to conditions that what stands in another arm is not found here.
func (a Arm) hidden(conds []string, alias string) []string {
	if a.Hide != nil {
		conds = append(conds, a.Hide(alias))
	}
	return conds
}

// there says that the row of a source was found at all, which outer joins do not.
func (s *statement) there(src *source) {
	src.where = append(src.where, s.names(*src)[0]+" IS NOT NULL")
}

// fittingBeside is fitting where the arms stand beside each other; p is the table of the tuples.
func (s *statement) fittingBeside(m connectors.Match, c connectors.Collection, t *Table, cols []Column, p string) (source, error) {
	either, held := s.either()
	src := source{person: p + ".person", at: place{alias: s.name("t"), table: t, zone: c.Zone, held: held}, arm: t.Arms[0]}
	join, err := s.arms(src.at, func(arm Arm, here place) ([]string, error) {
		var on []string
		for i, col := range cols {
			expr := s.col(here.alias, col.Name)
			if m.Folded {
				expr = s.d.Folded(Term{expr, col})
			}
			on = append(on, expr+" = "+p+".v"+strconv.Itoa(i+1))
		}
		return arm.hidden(on, here.alias), nil
	})
	src.from = p + either + join
	s.there(&src)
	if err == nil {
		err = s.within(&src, m.Values[0].Within, p)
	}
	return src, err
}

// back reads the rows of r again by what names them: the source they are, and what joins it to r.
func (s *statement) back(r rows, alias string) (src source, join string) {
	src = source{person: r.name + ".person", at: place{alias: alias, table: r.table, zone: r.zone, held: r.name + ".held"}, arm: r.table.Arms[0]}
	join, _ = s.arms(src.at, func(arm Arm, here place) ([]string, error) {
		var on []string
		for i, c := range arm.Identity {
			on = append(on, s.col(here.alias, c)+" = "+r.name+".id"+strconv.Itoa(i+1))
		}
		return on, nil
	})
	return src, join
}

// followBeside is follow where the arms of a table, the one stepped from or the one stepped to, stand beside each other.
func (s *statement) followBeside(r rows, hop connectors.Hop, t *Table, zone string) (source, error) {
	x := place{alias: s.name("x"), table: r.table, zone: hop.Collection.Zone}
	src := source{person: r.name + ".person", at: place{alias: s.name("t"), table: t, zone: zone}, arm: t.Arms[0]}
	if s.beside(r.table) {
		from, join := s.back(r, x.alias)
		x.held = from.at.held
		src.from = r.name + join
	} else {
		src.from = r.name + " " + s.again(r, r.table.Arms[0], x.alias)
	}
	if !s.beside(t) {
		return src, s.stepTo(&src, x, hop)
	}
	either, held := s.either()
	src.at.held = held
	join, err := s.arms(src.at, func(arm Arm, here place) ([]string, error) {
		on, err := s.join(x, hop.From, here, hop.To)
		return arm.hidden(on, here.alias), err
	})
	if err != nil {
		return src, err
	}
	src.from += either + join
	s.there(&src)
	return src, s.holds(&src, x, hop)
}

// closureBeside is closure in a single table, which holds what it begins with too: so that this is read once.
func (s *statement) closureBeside(r rows, hop connectors.Hop, next connectors.Collection) ([]source, error) {
	all := rows{name: s.name("r"), table: r.table, zone: r.zone, once: true}
	sources, _, err := s.follow(all, hop, next)
	if err != nil {
		return nil, err
	}
	columns := strings.Join(r.table.rowColumns(), ", ")
	parts := []string{"SELECT " + columns + " FROM " + r.name}
	for _, src := range sources {
		parts = append(parts, selectFrom(append([]string{src.person}, s.identity(src)...), src, false))
	}
	s.with(all.name, r.table.rowColumns(), "", strings.Join(parts, "\n  UNION "))
	return s.every(all), nil
}
