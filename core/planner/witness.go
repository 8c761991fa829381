package planner

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

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
		if c.Rows != nil {
			e.besideInside(c, keys)
		}
		if len(e.matches(c, false)) == 0 {
			continue
		}
		there, err := e.bystanders(c, keys)
		if err == nil && len(there) == 0 {
			there, err = e.strangers(c)
		}
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

// bystanders are those of the keys that stand now on rows which are not this person's, and which no reference to what goes takes along.
func (e *erasure) bystanders(c *datamap.Collection, keys *tuples) ([]connectors.Tuple, error) {
	if keys.empty() {
		return nil, nil
	}
	return e.others(connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: c.Key, Values: keys.list}}}, c, 0)
}

// others are the keys of the rows of a selection that are not this person's, and which no reference to what goes takes along; of the first ones only where
// a number is given.
func (e *erasure) others(sel connectors.Selection, c *datamap.Collection, most int) ([]connectors.Tuple, error) {
	sel.Fields, sel.Where = c.Key, but(e.anybodys(c))
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
		if most == 0 || len(out.list) < most {
			out.add(connectors.Tuple{Values: slices.Clone(vs)})
		}
		return nil
	})
	return out.list, e.unreached(c, err)
}

// fewStrangers is how many rows of others are compared where none is known to stand beside the person's.
const fewStrangers = 5

// strangers are a few rows of others where no number tells which stand beside the person's: of elements, in the same documents; else whichever the
// store gives first. They tell a treatment that goes too far, and not one that takes a single row besides.
func (e *erasure) strangers(c *datamap.Collection) ([]connectors.Tuple, error) {
	f := e.fates[c]
	if f.gone+f.kept+f.sharedRows == 0 || c.Rows != nil || strings.ContainsAny(c.At, "{*") {
		return nil, nil
	}
	for _, d := range c.System.Collections {
		within := elementsOf(c, d)
		if within == nil {
			continue
		}
		ours, err := e.fewOurs(c)
		if err != nil || len(ours) == 0 {
			return nil, err
		}
		var documents tuples
		for _, t := range ours {
			if in, ok := pickKey(c, t.Values, within.Fields); ok && len(documents.list) < fewStrangers {
				documents.add(in)
			}
		}
		return e.others(connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: within.Fields, Values: documents.list}}}, c, 4*fewStrangers)
	}
	if len(c.Key) != 1 {
		return nil, nil
	}
	some, err := e.others(connectors.Selection{Collection: place(c), All: true, Enough: fewStrangers}, c, fewStrangers)
	if errors.Is(err, connectors.ErrNotSupported) {
		return nil, nil // a store that cannot list
	}
	return some, err
}

// pickKey takes the values of some fields of a key; ok is false where one is not of it.
func pickKey(c *datamap.Collection, key []any, fields []string) (out connectors.Tuple, ok bool) {
	for _, f := range fields {
		i := slices.Index(c.Key, f)
		if i < 0 {
			return out, false
		}
		out.Values = append(out.Values, key[i])
	}
	return out, true
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

// besideInside adds, of rows inside objects, the keys next to those of the person's first few, in the same object. Each costs a reading of it: of several persons planned together
// the first few do so, and only where their keys say which objects it is.
func (e *erasure) besideInside(c *datamap.Collection, keys *tuples) {
	last := len(c.Key) - 1
	if last < 1 || c.Key[last] == place(c).Rows.Place() || e.voice != nil && (e.voice.rank >= insideAtMost || !keyNamesObject(c)) {
		return
	}
	for _, r := range e.roots[c][:min(len(e.roots[c]), insideAtMost)] {
		keys.addBeside(r.key)
	}
}

// insideAtMost is of how many persons, and of how many rows of each, inside objects, the neighbours are compared.
const insideAtMost = 5

// keyNamesObject says whether the key of a row inside an object says which object that is.
func keyNamesObject(c *datamap.Collection) bool {
	fields := pathFields(c)
	return !strings.Contains(c.At, "*") && !slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(c.Key, f) })
}

// pathFields are the fields of c that stand in the address of its objects.
func pathFields(c *datamap.Collection) []string {
	var out []string
	for _, part := range strings.Split(c.At, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		out = union(out, []string{name})
	}
	return out
}

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

// besideOurs adds the keys next to those of the person's rows, where they are few.
func (e *erasure) besideOurs(c *datamap.Collection, keys *tuples) error {
	ours, err := e.fewOurs(c)
	for _, k := range ours {
		e.neighbours(keys, k.Values...)
	}
	return err
}

// fewOurs are the keys of the person's rows, where they are few and stand in no objects.
func (e *erasure) fewOurs(c *datamap.Collection) ([]connectors.Tuple, error) {
	const few = 20
	f := e.fates[c]
	if n := f.gone + f.kept + f.sharedRows; n == 0 || n > few || c.Rows != nil {
		return nil, nil
	}
	return e.keysOf(c)
}
