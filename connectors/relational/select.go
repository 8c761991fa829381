package relational

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// At is the row the output of a query is about.
type At struct {
	s   *statement
	src source
}

// Arms are where rows of the table stand.
func (a At) Arms() []Arm { return a.src.at.table.Arms }

// Alias is the name the row's table has in the statement.
func (a At) Alias() string { return a.src.at.alias }

// Held is 1 where the row stands in a held arm, else 0, as SQL.
func (a At) Held() string { return a.src.held() }

// Field is a field of the row, as SQL.
func (a At) Field(name string) (string, Column, error) {
	of, err := a.s.expr(a.src.at, name)
	return of.SQL, of.Column, err
}

// Bind adds a parameter.
func (a At) Bind(v any) string { return a.s.bind(v) }

// Identity is what names the row within its arm, as SQL.
func (a At) Identity() []string { return a.s.names(a.src) }

// Output writes the columns a query gives for a row, after the person.
type Output func(At) ([]string, error)

// Select writes a selection as one statement: the person's index and output, once for each row and person. ok is
// false where the selection is no row, whatever the store holds.
func Select(d Dialect, catalog Catalog, sel connectors.Selection, output Output) (q Query, ok bool, err error) {
	s := newStatement(d, catalog)
	sources, err := s.selected(sel)
	if err != nil || len(sources) == 0 {
		return Query{}, false, err
	}
	var parts []string
	for _, src := range sources {
		cols, err := output(At{s, src})
		if err != nil {
			return Query{}, false, err
		}
		parts = append(parts, selectFrom(append([]string{src.person}, cols...), src, false))
	}
	text := strings.Join(parts, "\nUNION ALL ")
	if sel.Enough > 0 {
		text += "\nLIMIT " + strconv.Itoa(sel.Enough)
	}
	return s.query(text), true, nil
}

// Count writes a selection as one statement that gives person and number of rows; for more than one person also
// the number of all rows, each counted once, under the person [Everyone].
func Count(d Dialect, catalog Catalog, sel connectors.Selection) (q Query, ok bool, err error) {
	s := newStatement(d, catalog)
	sources, err := s.selected(sel)
	if err != nil || len(sources) == 0 {
		return Query{}, false, err
	}
	found := s.collect("counted", sources, true, "")
	body := "SELECT min(person), count(*) FROM counted HAVING count(*) > 0" // one person's rows need no sorting
	if !onePerson(sel) {
		body = "SELECT person, count(*) FROM counted GROUP BY person"
		ids := strings.Join(found.table.rowColumns()[1:], ", ")
		body += "\nUNION ALL SELECT -1, count(*) FROM (SELECT DISTINCT " + ids + " FROM counted) AS each_row"
	}
	return s.query(body), true, nil
}

// Everyone stands in the place of the person in the last row of [Count].
const Everyone = -1

// selected gives the rows of sel, none twice for one person.
func (s *statement) selected(sel connectors.Selection) ([]source, error) {
	if len(sel.Any) == 0 && !sel.All {
		return nil, nil
	}
	t, err := s.catalog(sel.Collection)
	if err != nil {
		return nil, err
	}
	var sources []source
	if sel.All {
		sources = s.all(t, sel.Collection.Zone)
	} else if sources, err = s.matched(sel); err != nil {
		return nil, err
	}
	for i := range sources {
		where, err := s.conds(sel.Where, sources[i].at)
		if err != nil {
			return nil, err
		}
		sources[i].where = append(sources[i].where, where...)
	}
	return sources, nil
}

func (s *statement) all(t *Table, zone string) []source {
	var out []source
	for _, arm := range t.Arms {
		src := source{person: "0", at: place{alias: s.name("t"), table: t, zone: zone, any: true}, arm: arm}
		src.from = arm.Table(s.d) + " AS " + src.at.alias
		src.hide()
		out = append(out, src)
	}
	return out
}

func (s *statement) matched(sel connectors.Selection) ([]source, error) {
	var all []source
	matches := split(sel.Any)
	single := len(matches) == 1
	for _, m := range matches {
		sources, once, err := s.reached(m, sel.Collection)
		if err != nil {
			return nil, err
		}
		all, single = append(all, sources...), single && once
	}
	if len(all) == 0 || single {
		return all, nil
	}
	return s.every(s.collect("found", all, false, "")), nil
}

// split leaves out tuples that match nothing because a value is empty, and parts those whose ranges are about
// different fields.
func split(matches []connectors.Match) []connectors.Match {
	var out []connectors.Match
	for _, m := range matches {
		by := map[string]int{}
		for _, t := range m.Values {
			if len(t.Values) != len(m.Fields) || slices.ContainsFunc(t.Values, connectors.Empty) {
				continue
			}
			field := ""
			if t.Within != nil {
				field = t.Within.Field
			}
			i, ok := by[field]
			if !ok {
				i = len(out)
				by[field] = i
				out = append(out, connectors.Match{Via: m.Via, Fields: m.Fields, Folded: m.Folded})
			}
			out[i].Values = append(out[i].Values, t)
		}
	}
	return out
}

func onePerson(sel connectors.Selection) bool {
	first := -1
	for _, m := range sel.Any {
		for _, t := range m.Values {
			if first >= 0 && t.Person != first {
				return false
			}
			first = t.Person
		}
	}
	return true
}

// Reached writes a selection as what names its rows, the person and whether it is held before; false where nothing can match. identity writes what names a row.
func Reached(d Dialect, catalog Catalog, sel connectors.Selection, identity func(At) ([]string, error)) (Query, bool, error) {
	return Select(d, catalog, sel, func(at At) ([]string, error) {
		ids, err := identity(at)
		return append([]string{at.Held()}, ids...), err
	})
}
