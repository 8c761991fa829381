package relational

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dossier-dsr/dossier/connectors"
)

// reached gives the rows a match leads to. once says that none is reached twice for one person.
func (s *statement) reached(m connectors.Match, last connectors.Collection) (out []source, once bool, err error) {
	first := last
	if len(m.Via) > 0 {
		first = m.Via[0].Collection
	}
	out, once, err = s.fitting(m, first)
	for i, hop := range m.Via {
		if err != nil {
			return nil, false, err
		}
		next := last
		if i+1 < len(m.Via) {
			next = m.Via[i+1].Collection
		}
		if once && len(out) == 1 && !hop.Repeat {
			if on, ok, both, err := s.onward(out[0], hop, next); ok || err != nil {
				if out, once = on, both; err != nil {
					return nil, false, err
				}
				continue
			}
		}
		// A repetition reads the rows it starts from again and again: where each stands but once, they are not set aside,
		// so that their number costs no memory.
		how := ""
		if once && slices.ContainsFunc(m.Via[i:], func(h connectors.Hop) bool { return h.Repeat }) {
			how = s.d.Anew()
		}
		r := s.collect(s.name("r"), out, once, how)
		if hop.Repeat {
			out, err = s.closure(r, hop, next)
			once = true
			continue
		}
		out, once, err = s.follow(r, hop, next)
	}
	return out, once, err
}

// fitting gives the rows of c that hold the match's tuples.
func (s *statement) fitting(m connectors.Match, c connectors.Collection) ([]source, bool, error) {
	t, err := s.catalog(c)
	if err != nil {
		return nil, false, err
	}
	cols, err := t.columns(m.Fields)
	if err != nil {
		return nil, false, err
	}
	within := m.Values[0].Within
	tuples := m.Values
	if m.Folded {
		tuples = folded(tuples)
		for i := range cols {
			cols[i].Folded = true
		}
	}
	body, err := s.d.Tuples(cols, tuples, within != nil, s.bind)
	if err != nil {
		return nil, false, err
	}
	p, names := s.name("p"), []string{"person"}
	for i := range cols {
		names = append(names, "v"+strconv.Itoa(i+1))
	}
	if within != nil {
		names = append(names, "since", "until")
	}
	s.with(p, names, s.d.Beforehand(), body)
	if s.beside(t) {
		src, err := s.fittingBeside(m, c, t, cols, p)
		return []source{src}, false, err
	}
	var out []source
	plain := !slices.ContainsFunc(tuples, func(t connectors.Tuple) bool { return slices.ContainsFunc(t.Values, beyondASCII) })
	for _, arm := range t.Arms {
		fold, byIndex := s.d.Folded, m.Folded && plain && len(cols) == 1 && arm.Caseless[strings.ToLower(cols[0].Name)]
		if byIndex {
			fold = s.d.Caseless
		}
		src := source{person: p + ".person", at: place{alias: s.name("t"), table: t, zone: c.Zone}, arm: arm}
		var on []string
		for i, col := range cols {
			expr := s.col(src.at.alias, col.Name)
			if m.Folded {
				expr = fold(Term{expr, col})
			}
			on = append(on, expr+" = "+p+".v"+strconv.Itoa(i+1))
		}
		join := "JOIN "
		if byIndex || !m.Folded && arm.indexed(m.Fields) {
			join = s.d.Then()
		}
		src.from = p + " " + join + arm.Table(s.d) + " AS " + src.at.alias + " ON " + strings.Join(on, " AND ")
		src.hide()
		if err := s.within(&src, within, p); err != nil {
			return nil, false, err
		}
		out = append(out, src)
	}
	return out, apart(t, cols, tuples) && (!m.Folded || onePer(tuples)), nil
}

// within has a date of the row lie in the range of its tuple; nil is no range.
func (s *statement) within(src *source, r *connectors.Range, p string) error {
	if r == nil {
		return nil
	}
	date, err := s.expr(src.at, r.Field)
	if err == nil {
		src.where = append(src.where, s.d.Within(date, src.at.zone, p+".since", p+".until", s.bind))
	}
	return err
}

// folded are tuples whose texts are as [connectors.Fold] makes them.
func folded(tuples []connectors.Tuple) []connectors.Tuple {
	out := slices.Clone(tuples)
	for i, t := range out {
		out[i].Values = slices.Clone(t.Values)
		for k, v := range out[i].Values {
			if text, ok := v.(string); ok {
				out[i].Values[k] = connectors.Fold(text)
			}
		}
	}
	return out
}

// beyondASCII says whether a value is a text with letters whose upper and lower case not every index takes as one.
func beyondASCII(v any) bool {
	text, ok := v.(string)
	return ok && strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// onePer says whether no person has two tuples.
func onePer(tuples []connectors.Tuple) bool {
	seen := map[int]bool{}
	for _, t := range tuples {
		if seen[t.Person] {
			return false
		}
		seen[t.Person] = true
	}
	return true
}

func (src *source) hide() {
	if src.arm.Hide != nil {
		src.where = append(src.where, src.arm.Hide(src.at.alias))
	}
}

// follow gives the rows hop leads to from r.
func (s *statement) follow(r rows, hop connectors.Hop, next connectors.Collection) ([]source, bool, error) {
	t, err := s.catalog(next)
	if err != nil {
		return nil, false, err
	}
	if s.beside(r.table) || s.beside(t) {
		src, err := s.followBeside(r, hop, t, next.Zone)
		return []source{src}, false, err
	}
	var out []source
	for _, here := range r.table.Arms {
		for _, there := range t.Arms {
			x := place{alias: s.name("x"), table: r.table, zone: hop.Collection.Zone}
			src := source{person: r.name + ".person", at: place{alias: s.name("t"), table: t, zone: next.Zone}, arm: there}
			src.from = r.name + " " + s.again(r, here, x.alias)
			if err := s.stepTo(&src, x, hop); err != nil {
				return nil, false, err
			}
			out = append(out, src)
		}
	}
	once, err := s.oneWay(hop, r.table, t)
	return out, r.once && once, err
}

// onward follows hop from rows that are reached in one way and once each: the next are joined to them where they stand, and nothing is looked up
// again by what names it. ok is false where the tables have arms that must be told apart.
func (s *statement) onward(from source, hop connectors.Hop, next connectors.Collection) (out []source, ok, once bool, err error) {
	t, err := s.catalog(next)
	if err != nil || len(from.at.table.Arms) > 1 || len(t.Arms) > 1 {
		return nil, false, false, err
	}
	x := from.at
	x.zone = hop.Collection.Zone
	src := source{person: from.person, from: from.from, where: slices.Clone(from.where), at: place{alias: s.name("t"), table: t, zone: next.Zone}, arm: t.Arms[0]}
	if err := s.stepTo(&src, x, hop); err != nil {
		return nil, false, false, err
	}
	once, err = s.oneWay(hop, from.at.table, t)
	return []source{src}, true, once, err
}

// stepTo joins the row stepped to.
func (s *statement) stepTo(src *source, x place, hop connectors.Hop) error {
	on, err := s.join(x, hop.From, src.at, hop.To)
	if err != nil {
		return err
	}
	join := " JOIN "
	if src.arm.indexed(hop.To) {
		join = " " + s.d.Then()
	}
	src.from += join + src.arm.Table(s.d) + " AS " + src.at.alias + " ON " + strings.Join(on, " AND ")
	src.hide()
	return s.holds(src, x, hop)
}

// holds says what must hold of the row stepped from and of the row stepped to.
func (s *statement) holds(src *source, x place, hop connectors.Hop) error {
	ifs, err := s.conds(hop.If, x)
	if err != nil {
		return err
	}
	thens, err := s.conds(hop.Then, src.at)
	if err != nil {
		return err
	}
	src.where = slices.Concat(src.where, ifs, thens)
	if hop.During == nil {
		return nil
	}
	date, err := s.expr(src.at, hop.During.Date)
	if err != nil {
		return err
	}
	from, err := s.expr(x, hop.During.From)
	if err != nil {
		return err
	}
	var to Term
	if hop.During.To != "" {
		if to, err = s.expr(x, hop.During.To); err != nil {
			return err
		}
	}
	src.where = append(src.where, s.d.During(date, src.at.zone, from, to, x.zone, s.bind))
	return nil
}

// closure follows hop from r zero or more times, to a fixed point: the rows of r, and beside them those that r leads to and does not
// hold. Only the latter are set aside while they are found.
func (s *statement) closure(r rows, hop connectors.Hop, next connectors.Collection) ([]source, error) {
	s.loops = true
	if s.d.Beside() {
		return s.closureBeside(r, hop, next)
	}
	more := rows{name: s.name("r"), table: r.table, zone: r.zone, once: true}
	step := func(from rows) (parts []string, err error) {
		sources, _, err := s.follow(from, hop, next)
		for _, src := range sources {
			src.where = append(src.where, s.notIn(r, src))
			parts = append(parts, selectFrom(append([]string{src.person}, s.identity(src)...), src, false))
		}
		return parts, err
	}
	first, err := step(r)
	if err != nil {
		return nil, err
	}
	again, err := step(more)
	if err != nil {
		return nil, err
	}
	if len(again) > 1 && s.d.Single() {
		again = []string{once(more, again)}
	}
	s.with(more.name, r.table.rowColumns(), "", strings.Join(append(first, again...), "\n  UNION "))
	return append(s.every(r), s.every(more)...), nil
}

// once makes one part of several that each begin at r, so that r is named in one place: each of its rows is taken by itself, under r's
// own name.
func once(r rows, parts []string) string {
	cols := r.name + "." + strings.Join(r.table.rowColumns(), ", "+r.name+".")
	for i, p := range parts {
		parts[i] = strings.Replace(p, " FROM "+r.name+" ", " FROM (SELECT "+cols+") AS "+r.name+" ", 1)
	}
	return "SELECT y.* FROM " + r.name + " CROSS JOIN LATERAL (" + strings.Join(parts, " UNION ALL ") + ") AS y"
}

// notIn says that the row of src does not stand in r for the same person.
func (s *statement) notIn(r rows, src source) string {
	b := s.name("b")
	where := []string{b + ".person = " + src.person}
	for i, id := range s.identity(src) {
		where = append(where, b+"."+r.table.rowColumns()[i+1]+" = "+id)
	}
	return "NOT EXISTS (SELECT 1 FROM " + r.name + " AS " + b + " WHERE " + strings.Join(where, " AND ") + ")"
}
