package planner

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// fate is what becomes of the rows of one collection in an erasure, as conditions on a row.
type fate struct {
	c      *datamap.Collection
	holds  []policy.Hold                      // of the row's own rules
	held   connectors.Cond                    // a purpose holds the row, its owner's where it has none of its own
	shared connectors.Cond                    // somebody else owns it too
	shells leads                              // values that lead from kept rows up to rows of this collection
	fields map[*datamap.Field]connectors.Cond // rows whose field has a purpose of its own that still keeps it, and a value

	holding map[*datamap.Field]int64 // rows whose field is, counted when it is asked for

	// stay are the keys of rows kept because of other rows, which may go themselves: afterwards the reason shows no more.
	stay tuples

	heldParents, sharedParents map[*datamap.Edge][]connectors.Tuple // over host edges: owners that are held; shared

	// judged: the conditions were found together with those of other persons, and this one's rows are only counted by them.
	judged bool
	shell  connectors.Cond // of a judged one, [survey.shellCond]
	stays  connectors.Cond // of a judged one, rows of stay

	gone, kept, sharedRows, shellRows int64
	sameShells                        int64        // of the shells, those that stand as they should already
	limit                             *InForce     // the restriction that keeps what nothing else does
	loose                             int64        // of the kept rows, those nothing keeps but the request's categories
	reasons                           []keptReason // of the kept rows
	goneWhy                           plan.Reason
	lastKept                          keptReason // the longest, for shells and for what inherits
	ownKept                           keptReason // the longest for which a row is kept for itself, and not as a shell
	below                             keptReason // the longest of the kept rows this one leads to
}

// leads are values that lead up to rows, by the edge they were found on.
type leads struct {
	by    map[*datamap.Edge]*tuples
	order []*datamap.Edge

	settled bool // for all persons judged together: there is nothing to add
}

func (l *leads) add(e *datamap.Edge, v connectors.Tuple) bool {
	if l.settled {
		return false
	}
	if l.by == nil {
		l.by = map[*datamap.Edge]*tuples{}
	}
	if l.by[e] == nil {
		_, fields := e.Parent()
		if e.During != nil {
			p, _ := e.Parent()
			fields = p.Key
		}
		l.by[e] = &tuples{fields: fields}
		l.order = append(l.order, e)
	}
	return l.by[e].add(v)
}

// cond holds of the rows led to; where an edge has a condition on its owner, only of such.
func (l leads) cond() connectors.Cond {
	var cs []connectors.Cond
	for _, e := range l.order {
		c := among(l.by[e].fields, l.by[e].list)
		if e.Kind == datamap.Owns && len(e.When) > 0 {
			c = connectors.AllOf(append(graph.Conditions(e.When), c)...)
		}
		cs = append(cs, c)
	}
	return anyOf(cs...)
}

// judgeAll works out the fates of all collections, owners first, so that what inherits can say so.
func (s *survey) judgeAll() (map[*datamap.Collection]*fate, error) {
	if s.voice != nil {
		var err error
		if s.whole, err = s.asWhole(); err != nil {
			return nil, err
		}
		if s.proposed, _, err = s.listCandidates(); err != nil {
			return nil, err
		}
		if s.joint, err = s.voice.meet(s); err != nil {
			return nil, err
		}
		return s.joint.fatesFor(s), nil
	}
	fates, err := s.judgeShared()
	if err != nil {
		return nil, err
	}
	for _, c := range s.Graph.TopDown() {
		if err := s.judgeHeld(fates[c], fates); err != nil {
			return nil, err
		}
	}
	return fates, nil
}

// judgeShared finds which rows somebody else owns too.
func (s *survey) judgeShared() (map[*datamap.Collection]*fate, error) {
	fates := map[*datamap.Collection]*fate{}
	for _, c := range s.Graph.Collections() {
		f := &fate{c: c, shared: never, held: never, fields: map[*datamap.Field]connectors.Cond{},
			heldParents: map[*datamap.Edge][]connectors.Tuple{}, sharedParents: map[*datamap.Edge][]connectors.Tuple{}}
		fates[c] = f
		for _, r := range c.Rules {
			f.holds = append(f.holds, s.holdOf(c, r))
		}
	}
	for _, ring := range s.Graph.Rings() {
		if err := s.shareRing(ring, fates); err != nil {
			return nil, err
		}
	}
	return fates, nil
}

// judgeHeld finds what a purpose keeps of c: rows, and fields with a purpose of their own.
func (s *survey) judgeHeld(f *fate, fates map[*datamap.Collection]*fate) (err error) {
	if f.held, err = s.heldCond(f, fates); err != nil {
		return err
	}
	f.held = s.butLapsed(f.c, f.held)
	for _, field := range f.c.Fields {
		if len(field.Rules) > 0 {
			if f.fields[field], err = s.fieldCond(f.c, field); err != nil {
				return err
			}
		}
	}
	if err := s.holdLimited(f); err != nil {
		return err
	}
	s.keepProof(f)
	for _, e := range s.Graph.Children(f.c) {
		if s.Graph.Host(e) && handsDown(e) && !isNever(f.held) {
			if f.heldParents[e], err = s.ownerTuples(e, s.reach(f.c, f.held)); err != nil {
				return err
			}
		}
	}
	return nil
}

// handsDown says whether the child of e is held as its owner over e is: it has no rules of its own, or is a copy of it.
func handsDown(e *datamap.Edge) bool {
	owner, _ := e.Parent()
	c, _ := e.Child()
	if c.DerivedFrom != nil {
		return c.DerivedFrom == owner
	}
	return c.Inherits != nil && len(c.Rules) == 0 && !e.Self()
}

// fieldCond holds of rows whose field has a purpose of its own that still keeps it, and a value.
func (s *survey) fieldCond(c *datamap.Collection, field *datamap.Field) (connectors.Cond, error) {
	var cs []connectors.Cond
	for _, r := range field.Rules {
		k, err := s.keeps(c, s.holdOf(c, r))
		if err != nil {
			return never, err
		}
		cs = append(cs, k)
	}
	if any := anyOf(cs...); !isNever(any) {
		return connectors.AllOf(any, connectors.NotThat(connectors.NullField(field.Name))), nil
	}
	return never, nil
}
