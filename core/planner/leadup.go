package planner

import (
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// ups collects what rows of one collection that stay lead up to: their owners have to stay too.
type ups struct {
	*survey
	c     *datamap.Collection
	zone  *time.Location
	dated map[*datamap.Edge][]connectors.Row // over edges that hold during a time: settled when all are read
}

func newUps(s *survey, c *datamap.Collection, zone *time.Location) *ups {
	return &ups{survey: s, c: c, zone: zone, dated: map[*datamap.Edge][]connectors.Row{}}
}

// leadFields adds to fields what leading up from c needs.
func (s *survey) leadFields(c *datamap.Collection, fields []string) []string {
	for _, e := range s.up(c) {
		_, child := e.Child()
		fields = union(fields, child)
		if e.Kind == datamap.OwnedBy {
			for _, w := range e.When {
				fields = union(fields, []string{w.Field})
			}
		}
		if e.During != nil {
			fields = union(fields, []string{e.During.Date})
		}
	}
	return fields
}

// from notes where one row leads up to.
func (u *ups) from(person int, row connectors.Row, fates map[*datamap.Collection]*fate) (grew bool) {
	for _, e := range u.up(u.c) {
		p, _ := e.Parent()
		_, child := e.Child()
		if e.Kind == datamap.OwnedBy && !fitsAll(graph.Conditions(e.When), row, u.zone) {
			continue
		}
		t := connectors.Tuple{Person: person, Values: row.Pick(child)}
		switch {
		case !graph.Joins(e, t.Values):
		case e.During != nil:
			one := connectors.Row{e.During.Date: row[e.During.Date]}
			for i, f := range child {
				one[f] = t.Values[i]
			}
			u.dated[e] = append(u.dated[e], one)
		default:
			grew = fates[p].shells.add(e, t) || grew
		}
	}
	return grew
}

// settle finds, for edges that hold during a time, which owners the rows belong to: those whose time their date lies in.
func (u *ups) settle(fates map[*datamap.Collection]*fate) (grew bool, err error) {
	for e, rows := range u.dated {
		p, up := e.Parent()
		_, child := e.Child()
		open := u.system(p)
		values := &tuples{fields: up}
		for _, r := range rows {
			values.add(connectors.Tuple{Values: r.Pick(child)})
		}
		if open == nil || values.empty() {
			continue
		}
		sel := connectors.Selection{Collection: place(p), Any: []connectors.Match{{Fields: up, Values: values.list}}}
		sel.Fields = union(append([]string(nil), p.Key...), append(append([]string(nil), up...), e.During.From, e.During.To))
		owner := connectors.Row{}
		err := open.Each(u.ctx, sel, func(person int, vs []any) error {
			for i, f := range sel.Fields {
				owner[f] = vs[i]
			}
			t, ok := spanned(e, person, owner, sel.Collection.Location())
			for _, r := range rows {
				if ok && t.Within.Holds(r, u.zone) && alike(r.Pick(child), t.Values) {
					grew = fates[p].shells.add(e, connectors.Tuple{Person: person, Values: owner.Pick(p.Key)}) || grew
					break
				}
			}
			return nil
		})
		if err := u.unreached(p, err); err != nil {
			return grew, err
		}
	}
	return grew, nil
}

// alike says whether two runs of values may be the same to their store, which may not mind case. Too much keeps.
func alike(a, b []any) bool {
	for i := range a {
		if !connectors.Equal(a[i], b[i]) && !strings.EqualFold(textOf(a[i]), textOf(b[i])) {
			return false
		}
	}
	return true
}
