package sqlite

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// resolve finds the rows of a treatment, how each stands to it, and the link keys wanted of them: one statement,
// which gives persons too. It reads no further than the ceiling.
func (w *work) resolve(j *job) error {
	var err error
	if j.table, err = w.view.table(j.t.On.Collection); err != nil {
		return err
	}
	if j.t.Verb == connectors.Ensure {
		return w.resolveEnsure(j)
	}
	r := &resolver{job: j, seen: map[any]int{}}
	q, ok, err := relational.Select(dialect{}, w.view.relational, j.t.On, r.output)
	if err != nil {
		return err
	}
	if len(j.t.Capture) > 0 {
		j.out.LinkKeys = &connectors.Keys{Fields: j.t.Capture}
	}
	if !ok {
		return nil
	}
	if err := w.view.each(w.ctx, q, r.row); err != nil {
		return err
	}
	return nil
}

// resolver takes in the rows of one treatment.
type resolver struct {
	job     *job
	seen    map[any]int // position of a row among all, by what names it
	rows    []seenRow
	capture []field
	key     []field
	stands  int // column of the standing; 0: every row is to do
	width   int // of the identity
}

type seenRow struct {
	standing connectors.Standing
	todo     int // where it stands in job.todo
}

// output selects identity, standing, captured fields and, where rows can conflict, the key.
func (r *resolver) output(at relational.At) ([]string, error) {
	cols := at.Identity()
	r.width = len(cols)
	add := func(names []string) ([]field, error) {
		more, fields, err := fieldsOf(at, names)
		for i := range fields {
			fields[i].shift(len(cols))
		}
		cols = append(cols, more...)
		return fields, err
	}
	var err error
	if r.capture, err = add(r.job.t.Capture); err != nil {
		return nil, err
	}
	if r.job.t.Verb != connectors.Set {
		return cols, nil
	}
	if r.key, err = add(r.job.t.On.Collection.Key); err != nil {
		return nil, err
	}
	stands, err := standing(at, r.job.t)
	r.stands = 1 + len(cols)
	return append(cols, stands), err
}

// row takes in one row reached for one person.
func (r *resolver) row(row []driver.Value) error {
	j, person := r.job, int(row[0].(int64))
	if len(r.capture) > 0 {
		t := connectors.Tuple{Person: person}
		for _, f := range r.capture {
			t.Values = append(t.Values, f.value(j.t.On.Collection, row))
		}
		j.out.LinkKeys.Tuples = append(j.out.LinkKeys.Tuples, t)
	}
	id := make([]any, r.width)
	for i := range id {
		id[i] = row[1+i]
	}
	name := nameOf(id)
	if i, ok := r.seen[name]; ok { // another person's too
		if s := r.rows[i]; s.standing == connectors.ToDo {
			j.todo[s.todo].persons = append(j.todo[s.todo].persons, person)
		}
		return nil
	}
	s := seenRow{standing: connectors.ToDo, todo: len(j.todo)}
	if r.stands > 0 {
		s.standing = connectors.Standing(row[r.stands].(int64))
	}
	r.seen[name] = len(r.rows)
	r.rows = append(r.rows, s)
	switch s.standing {
	case connectors.Done:
		j.out.Already++
	case connectors.Conflict:
		key := connectors.Row{}
		for i, f := range r.key {
			key[j.t.On.Collection.Key[i]] = f.value(j.t.On.Collection, row)
		}
		j.out.Conflicts = append(j.out.Conflicts, key)
	default:
		j.todo = append(j.todo, target{id: id, persons: []int{person}})
		if int64(len(j.todo)) > j.t.AtMost && j.t.Verb != connectors.Recount {
			return tooMany(j.t)
		}
	}
	return nil
}

func tooMany(t connectors.Treatment) error {
	return fmt.Errorf("%w: table %s, ceiling %d", connectors.ErrMoreRows, t.On.Collection.Name, t.AtMost)
}

// standing writes [connectors.Treatment.Standing] in SQL: old values compare as the store compares, new ones byte for byte, so
// that a correction of capitals is one in a column that does not tell them apart.
func standing(at relational.At, t connectors.Treatment) (string, error) {
	var done, open []string
	for _, a := range t.Assign {
		expr, _, err := at.Field(a.Field)
		if err != nil {
			return "", err
		}
		want, err := wanted(at, t, a)
		if err != nil {
			return "", err
		}
		is := "(" + expr + " IS (" + want + ") COLLATE BINARY)"
		done = append(done, is)
		if len(a.From) == 0 {
			continue
		}
		from, err := at.In(a.Field, a.From)
		if err != nil {
			return "", err
		}
		if slices.Contains(a.From, nil) {
			from = "(" + from + " OR " + expr + " IS NULL)"
		}
		open = append(open, "("+is+" OR "+from+")")
	}
	text := fmt.Sprintf("CASE WHEN %s THEN %d", strings.Join(done, " AND "), connectors.Done)
	if len(open) > 0 {
		text += fmt.Sprintf(" WHEN NOT (%s) THEN %d", strings.Join(open, " AND "), connectors.Conflict)
	}
	return text + fmt.Sprintf(" ELSE %d END", connectors.ToDo), nil
}

// row is where fields and parameters of a statement come from.
type row interface {
	Field(name string) (string, relational.Column, error)
	Bind(v any) string
}

// wanted writes the value an assignment gives.
func wanted(at row, t connectors.Treatment, a connectors.Assign) (string, error) {
	expr, col, err := at.Field(a.Field)
	if err != nil {
		return "", err
	}
	switch a.How {
	case connectors.Value:
		v, err := dialect{}.Value(col, a.To)
		return at.Bind(v), err
	case connectors.Year, connectors.Month:
		return call(fnCut, expr, at.Bind(string(a.How)), at.Bind(t.On.Collection.Zone)), nil
	case connectors.Derive:
		args := []string{at.Bind(a.Derive)}
		for _, k := range t.On.Collection.Key {
			key, _, err := at.Field(k)
			if err != nil {
				return "", err
			}
			args = append(args, key)
		}
		return call(fnDerive, args...), nil
	}
	return "", fmt.Errorf("%w: field %s: no way to assign %q", connectors.ErrNotSupported, a.Field, a.How)
}
