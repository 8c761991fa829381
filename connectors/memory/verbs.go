package memory

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// verb says how r stands to the treatment, and gives the change that would carry it out. Whoever carried
// it out before finds the row done: doing it twice is doing it once.
func (w work) verb(t connectors.Treatment, r *record) (connectors.Standing, func(), error) {
	switch t.Verb {
	case connectors.Delete:
		return connectors.ToDo, func() { r.gone = true }, nil
	case connectors.Set:
		return t.Standing(r.row), func() { maps.Copy(r.row, t.ValuesFor(r.row)) }, nil
	case connectors.Ensure:
		return done(len(r.row) > 0), func() { maps.Copy(r.row, t.Values()) }, nil
	case connectors.Recount:
		return w.recount(t, r)
	case connectors.Block, connectors.Release:
		if t.Method != "move" {
			return 0, nil, fmt.Errorf("%w: blocking by %q", connectors.ErrNotSupported, t.Method)
		}
		i := slices.Index(r.marks, t.Mark)
		if t.Verb == connectors.Block {
			return done(i >= 0), func() { r.marks = append(r.marks, t.Mark) }, nil
		}
		return done(i < 0), func() { r.marks = slices.Delete(r.marks, i, i+1) }, nil
	}
	return 0, nil, fmt.Errorf("%w: %q", connectors.ErrNotSupported, t.Verb)
}

// recount counts the rows that refer to r as they are now, after what earlier treatments did.
func (w work) recount(t connectors.Treatment, r *record) (connectors.Standing, func(), error) {
	counts := connectors.Row{}
	standing := connectors.Done
	for _, a := range t.Assign {
		eval := w.store.eval(w.left(a.Over.Collection))
		related, err := eval.Related(r.row, *a.Over)
		if err != nil {
			return 0, nil, err
		}
		counts[a.Field] = int64(len(related))
		if !connectors.Equal(r.row[a.Field], counts[a.Field]) {
			standing = connectors.ToDo
		}
	}
	return standing, func() { maps.Copy(r.row, counts) }, nil
}

// left is the rows of a collection that no earlier treatment deleted.
func (w work) left(c connectors.Collection) tables {
	records, ok := w.tables[c.At]
	if !ok {
		return nil
	}
	return tables{c.At: slices.DeleteFunc(slices.Clone(records), func(r *record) bool { return r.gone })}
}

func done(yes bool) connectors.Standing {
	if yes {
		return connectors.Done
	}
	return connectors.ToDo
}
