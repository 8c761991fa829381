package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// planChecks writes the questions of the verification. It never walks down from the person, who is gone by
// then: each edge asks the child by the captured values of its owners, each root by identifier and by key.
func (e *erasure) planChecks(sys *datamap.System) error {
	for _, t := range e.work.Treatments {
		c := sys.Collection(t.On.Collection.Name)
		if c == nil || t.Verb == connectors.Ensure || t.Verb == connectors.Recount || strings.HasSuffix(t.ID, "/reference") {
			continue
		}
		var want *connectors.Treatment
		fields := slices.Clone(c.Key)
		if t.Verb == connectors.Set {
			want = &t
			for _, a := range t.Assign {
				fields = union(fields, []string{a.Field})
			}
		}
		where, err := e.whereThen(e.fates[c], t)
		if err != nil {
			return err
		}
		add := func(by string, m connectors.Match, parent *connectors.Selection, when ...connectors.Cond) {
			if len(m.Values) == 0 {
				return
			}
			e.work.Checks = append(e.work.Checks, Check{ID: t.ID, Collection: c.Name, By: by, Assigned: want, Parent: parent,
				Selection: connectors.Selection{Collection: place(c), Any: []connectors.Match{m}, Where: slices.Concat(where, when), Fields: fields}})
		}
		for _, edge := range e.Graph.Parents(c) {
			links := e.links[edge]
			if links.empty() {
				continue
			}
			owner, up := edge.Parent()
			_, child := edge.Child()
			parent := &connectors.Selection{Collection: place(owner), Any: []connectors.Match{{Fields: up, Values: links.list}}, Fields: slices.Clone(owner.Key)}
			var when []connectors.Cond
			if edge.Kind == datamap.OwnedBy {
				when = graph.Conditions(edge.When)
			}
			add(edge.ID, connectors.Match{Fields: child, Values: links.list}, parent, when...)
			if n := len(e.work.Checks); n > 0 {
				e.work.Checks[n-1].Edge, e.work.Checks[n-1].Owner = true, owner.System.Name
			}
		}
		if len(e.roots[c]) == 0 {
			continue
		}
		for _, m := range e.rootMatches(c, 0, nil) {
			if want != nil { // the identifier is among what was cleared: only the key finds the row
				m = keysOnly(c, m)
			}
			add("key", m, nil)
			// Of what was found by its key alone, a row that stands there afterwards may be another's: nothing is done by that key again.
			byKey := len(m.Fields) == len(c.Key) && slices.ContainsFunc(e.roots[c], func(r root) bool { return r.anchored })
			e.work.Checks[len(e.work.Checks)-1].Exact = want != nil || byKey
		}
		if e.in.Due != nil && c.Rows == nil {
			continue
		}
		for _, f := range graph.Identifying(c) {
			if known := e.known[f.Identifier.Name]; f.Identifier.Unique && known != nil {
				m := connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(known.texts())}
				if sys := e.Systems[c.System.Name]; f.Identifier.FoldsCase() && sys != nil && sys.Card.Folds {
					m.Values, m.Folded = tuplesOf(known.order), true
				}
				add("identifier "+f.Identifier.Name, m, nil)
			}
		}
	}
	return e.checkStrays(sys)
}

// keysOnly is a match of root rows without the identifier they were found by.
func keysOnly(c *datamap.Collection, m connectors.Match) connectors.Match {
	out := connectors.Match{Fields: c.Key}
	for _, t := range m.Values {
		out.Values = append(out.Values, connectors.Tuple{Person: t.Person, Values: t.Values[:len(c.Key)]})
	}
	return out
}

// capture asks for what has to be known of rows as they were locked: of rows that stay and change, their keys, by which
// the change can be checked when nothing leads to them any more; of rows that go, the values that lead on from them over the host.
func (e *erasure) capture(c *datamap.Collection, t *connectors.Treatment, class *Class) {
	if t.Verb == connectors.Set {
		if c.Rows == nil { // rows of files have no key that outlives a rewrite
			t.Capture = slices.Clone(c.Key)
		}
		return
	}
	for _, edge := range e.Graph.Children(c) {
		if _, from := edge.Parent(); e.Graph.Host(edge) {
			t.Capture = union(t.Capture, from)
			l := Link{Fields: from}
			if known := e.links[edge]; known != nil {
				l.Values = known.list
			}
			if c.System.Pool != nil { // by then what others own too may be this person's alone, and what hangs on it is not in the work
				l.Values = lessThose(l.Values, e.fates[c].sharedParents[edge])
			}
			class.Links = append(class.Links, l)
		}
	}
}

// lessThose are the values that are not among others.
func lessThose(values, others []connectors.Tuple) []connectors.Tuple {
	their := map[string]bool{}
	for _, t := range others {
		their[connectors.Tuple{Values: t.Values}.ID()] = true
	}
	return slices.DeleteFunc(slices.Clone(values), func(t connectors.Tuple) bool { return their[connectors.Tuple{Values: t.Values}.ID()] })
}

// planWitnesses picks other persons' rows close by, which must look the same afterwards: those that came into
// view while searching, and the neighbours by number of the person's own: of elements of a document those that stand in it beside them.
func (e *erasure) planWitnesses(sys *datamap.System) error {
	for i, c := range sys.Collections {
		e.atPart(i)
		keys := &tuples{fields: c.Key}
		if w := e.witnesses[c]; w != nil {
			for _, t := range w.list {
				keys.add(t)
			}
		}
		if len(c.Key) == 1 {
			for _, r := range e.roots[c] {
				e.neighbours(keys, r.key[0])
			}
			if err := e.besideOurs(c, keys); err != nil {
				return err
			}
			for _, edge := range e.Graph.Children(c) {
				if _, from := edge.Parent(); slices.Equal(from, c.Key) && e.links[edge] != nil {
					for _, t := range e.links[edge].list[:min(len(e.links[edge].list), 20)] {
						e.neighbours(keys, t.Values[0])
					}
				}
			}
		} else if strings.HasSuffix(c.At, "[]") {
			if err := e.besideOurs(c, keys); err != nil {
				return err
			}
		}
		if c.Rows != nil && e.voice == nil {
			e.besideInside(c, keys)
		}
		if keys.empty() || len(e.matches(c, false)) == 0 {
			continue
		}
		there, err := e.bystanders(c, keys)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			e.work.Witnesses = append(e.work.Witnesses, connectors.Selection{Collection: place(c),
				Any: []connectors.Match{{Fields: c.Key, Values: there}}, Fields: witnessed(c)})
		}
	}
	return nil
}

// bystanders are the keys that stand now on rows which are not this person's, and which no reference to what goes takes along.
func (e *erasure) bystanders(c *datamap.Collection, keys *tuples) ([]connectors.Tuple, error) {
	sel := connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: c.Key, Values: keys.list}}, Fields: c.Key, Where: but(e.anybodys(c))}
	for _, edge := range c.Edges {
		if edge.Leave == "delete" {
			sel.Where = append(sel.Where, connectors.NullField(edge.Fields[0]))
		}
	}
	var out tuples
	open := e.system(c)
	if open == nil {
		return nil, nil
	}
	err := open.Each(e.ctx, sel, func(_ int, vs []any) error {
		out.add(connectors.Tuple{Values: slices.Clone(vs)})
		return nil
	})
	return out.list, e.unreached(c, err)
}

// witnessed are the fields of another person's row that this request may not change: all but references that give
// no rights, and counters.
func witnessed(c *datamap.Collection) []string {
	var free []string
	for _, e := range c.Edges {
		if !e.Rights() {
			free = append(free, e.Fields...)
		}
	}
	for _, f := range c.Fields {
		if f.Counts != nil || f.CopyOf != nil {
			free = append(free, f.Name)
		}
	}
	out := slices.Clone(c.Key)
	for _, name := range dataFields(c) {
		if !slices.Contains(free, name) {
			out = union(out, []string{name})
		}
	}
	return out
}

// besideInside adds, of rows inside objects, the keys next to those of the person's first few, in the same object. Each costs a reading of it, so that of several persons planned together,
// who have most objects in common, none is compared.
func (e *erasure) besideInside(c *datamap.Collection, keys *tuples) {
	last := len(c.Key) - 1
	if last < 1 || c.Key[last] == place(c).Rows.Place() {
		return
	}
	for _, r := range e.roots[c][:min(len(e.roots[c]), insideAtMost)] {
		keys.addBeside(r.key)
	}
}

// insideAtMost is how many rows inside objects have their neighbours compared.
const insideAtMost = 5

// neighbours are the keys before and after one by its number, which is the last part of it.
func (e *erasure) neighbours(keys *tuples, key ...any) {
	if _, ok := key[len(key)-1].(int64); ok && len(keys.list) < 200 {
		keys.addBeside(key)
	}
}

// addBeside adds the keys before and after one by its last part, where that is a number or is written as one.
func (t *tuples) addBeside(key []any) {
	last := len(key) - 1
	for _, next := range besides(key[last]) {
		t.add(connectors.Tuple{Values: append(slices.Clone(key[:last]), next)})
	}
}

// besides are the numbers beside one, as it is written.
func besides(key any) []any {
	switch n := key.(type) {
	case int64:
		return []any{n - 1, n + 1}
	case string:
		if i, err := strconv.ParseInt(n, 10, 64); err == nil && strconv.FormatInt(i, 10) == n {
			return []any{strconv.FormatInt(i-1, 10), strconv.FormatInt(i+1, 10)}
		}
	}
	return nil
}
