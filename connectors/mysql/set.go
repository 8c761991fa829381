package mysql

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// set gives the rows of a treatment their new values, after it was looked how they stand now; a row that is gone is the treatment's no more.
func (w *work) set(j *job) error {
	return w.each(j.Table, j.Rows, func(arm relational.Arm, rows []target) error {
		a := w.about(j.Table, arm)
		if arm.Held && a.moves(j.Do.Assign) {
			return fmt.Errorf("%w: the key of a restricted row of table %s cannot change before the restriction is lifted", connectors.ErrConflict, j.Table.Name)
		}
		looked, err := w.look(j, arm, rows)
		if err != nil {
			return err
		}
		todo := j.Sort(looked.rows)
		if err := j.Within(len(todo) + int(j.Out.Changed)); err != nil || len(todo) == 0 {
			return err
		}
		return w.update(j, arm, todo, looked)
	})
}

// looked are rows as they stand now, and by their names the texts of the values that are worked out row by row; nil is NULL.
type looked struct {
	rows []target
	want map[string][]any
}

// look asks how rows stand: see [connectors.Treatment.Standing]. Old values compare as the store compares, new ones byte for byte, so
// that a correction of capitals is one in a column that does not tell them apart.
func (w *work) look(j *job, arm relational.Arm, rows []target) (*looked, error) {
	s := w.about(j.Table, arm)
	from := s.given(rows)
	width := len(arm.Identity)
	cols := []string{"k.n", s.ids()}
	at := 1 + width
	assigns := make([]assigning, len(j.Do.Assign))
	for i, a := range j.Do.Assign {
		more, err := assigns[i].asked(s, a, at+len(cols)-2)
		if err != nil {
			return nil, err
		}
		cols = append(cols, more...)
	}
	var key []field
	for _, k := range j.Do.On.Collection.Key {
		expr, col, err := s.Field(k)
		if err != nil {
			return nil, err
		}
		key = append(key, cells.At(reader{}, col, at+len(cols)-2))
		cols = append(cols, plain(expr, typeOf(col)))
	}
	out := &looked{want: map[string][]any{}}
	err := w.line.each(w.ctx, "looking at rows of "+j.Table.Name, s.query("SELECT "+strings.Join(cols, ", ")+" FROM "+from), func(row [][]byte) error {
		n, err := strconv.Atoi(string(row[0]))
		if err != nil {
			return err
		}
		t := target{Held: arm.Held, ID: jobs.Texts(row[1:at]), Persons: rows[n].Persons, Standing: connectors.Done}
		keys := connectors.Row{}
		for i, f := range key {
			keys[j.Do.On.Collection.Key[i]] = f.Value(j.Do.On.Collection, row)
		}
		var want []any
		for i, a := range j.Do.Assign {
			standing, value, err := assigns[i].stands(a, j.Do.On.Collection, keys, row)
			if err != nil {
				return err
			}
			if a.How != connectors.Value {
				want = append(want, value)
			}
			if standing == connectors.Conflict || t.Standing == connectors.Done {
				t.Standing = standing
			}
		}
		if t.Standing == connectors.Conflict {
			t.Key = keys
		}
		out.rows = append(out.rows, t)
		out.want[t.Name()] = want
		return nil
	})
	return out, err
}

// assigning is what is asked of rows about one assignment, and where the answers stand.
type assigning struct {
	column relational.Column
	value  int // of How Value: whether it is there already; else the column's own
	from   int // whether an old value stands there; 0: none is asked for
}

func (g *assigning) asked(s *statement, a connectors.Assign, at int) ([]string, error) {
	expr, col, err := s.Field(a.Field)
	if err != nil {
		return nil, err
	}
	g.column, g.value = col, at
	of := relational.Term{SQL: expr, Column: col}
	out := []string{plain(expr, typeOf(col))}
	if a.How == connectors.Value {
		want, err := s.assigned(col, a)
		if err != nil {
			return nil, err
		}
		out[0] = "CASE WHEN " + exactly(of, want) + " THEN 1 ELSE 0 END"
	}
	if len(a.From) > 0 {
		from, err := holdsOne(s, of, a)
		if err != nil {
			return nil, err
		}
		g.from = at + 1
		out = append(out, "CASE WHEN "+from+" THEN 1 ELSE 0 END")
	}
	return out, nil
}

// stands is how one field of a row stands to its assignment, and the text of the value it is to be given.
func (g *assigning) stands(a connectors.Assign, c connectors.Collection, key connectors.Row, row [][]byte) (standing connectors.Standing, value any, err error) {
	there := string(row[g.value]) == "1"
	if a.How != connectors.Value {
		have := typeOf(g.column).read(row[g.value])
		want, err := worked(a, c, key, have)
		if err != nil {
			return 0, nil, err
		}
		if there = connectors.Equal(have, want); want != nil {
			text, err := written(g.column, want)
			if err != nil {
				return 0, nil, foreign(g.column, a)
			}
			value = text
		}
	}
	switch {
	case there:
		return connectors.Done, value, nil
	case g.from > 0 && string(row[g.from]) != "1":
		return connectors.Conflict, value, nil
	}
	return connectors.ToDo, value, nil
}

// worked is the value an assignment works out of a row.
func worked(a connectors.Assign, c connectors.Collection, key connectors.Row, have any) (any, error) {
	switch a.How {
	case connectors.Year, connectors.Month:
		return connectors.CutDate(have, a.How, c.Location()), nil
	case connectors.Derive:
		return connectors.DeriveText(a.Derive, key.Pick(c.Key)...), nil
	}
	return nil, fmt.Errorf("%w: field %s: no way to assign %q", connectors.ErrNotSupported, a.Field, a.How)
}

// update gives rows their values.
func (w *work) update(j *job, arm relational.Arm, rows []target, l *looked) error {
	s := w.about(j.Table, arm)
	var more [][]any
	for _, r := range rows {
		if want := l.want[r.Name()]; len(want) > 0 {
			more = append(more, want)
		}
	}
	from := s.given(rows, more...)
	parts, n := make([]string, len(j.Do.Assign)), 0
	for i, a := range j.Do.Assign {
		col, err := j.Table.Column(a.Field)
		if err != nil {
			return err
		}
		var want string
		may := a.To == nil
		if a.How == connectors.Value {
			want, err = s.assigned(col, a)
		} else {
			may = slices.ContainsFunc(more, func(row []any) bool { return row[n] == nil })
			want = s.cellOf(n, col)
			n++
		}
		if err != nil {
			return err
		}
		if col.Computed { // which some servers would pass over in silence
			note, _ := constraint(1906)
			note.Path = j.Table.Name + "." + col.Name
			return jobs.Conflict(note)
		}
		if may && col.NotNull { // which some servers would fill with the time of day
			note, _ := constraint(1048)
			note.Path = j.Table.Name + "." + col.Name
			return jobs.Conflict(note)
		}
		parts[i] = "u." + quote(col.Name) + " = " + want
	}
	changed, err := w.line.exec(w.ctx, "changing "+j.Table.Name, s.query("UPDATE "+from+" SET "+strings.Join(parts, ", ")))
	if err != nil {
		return err
	}
	if changed != int64(len(rows)) {
		return kept(j.Table.Name)
	}
	j.Count(rows)
	if s.moves(j.Do.Assign) {
		return w.renamed(j, arm, rows, more)
	}
	return nil
}

// moves says whether the rows are named otherwise after the assignments.
func (s *statement) moves(assign []connectors.Assign) bool {
	return slices.ContainsFunc(assign, func(a connectors.Assign) bool {
		return slices.ContainsFunc(s.arm.Identity, func(n string) bool { return strings.EqualFold(n, a.Field) })
	})
}

// renamed finds out what names rows now, by the values their keys were given, and says it to every treatment of the table.
func (w *work) renamed(j *job, arm relational.Arm, rows []target, more [][]any) error {
	s := w.about(j.Table, arm)
	from, on := s.given(rows, more...), []string{}
	n := 0
	given := map[string]string{}
	for _, a := range j.Do.Assign {
		col, err := j.Table.Column(a.Field)
		if err != nil {
			return err
		}
		if a.How != connectors.Value {
			given[col.Name] = s.cellOf(n, col)
			n++
			continue
		}
		if given[col.Name], err = s.assigned(col, a); err != nil {
			return err
		}
	}
	for i, c := range arm.Identity {
		x, ok := given[c]
		if !ok {
			x = s.d.cell("k.i"+strconv.Itoa(i), j.Table.own(c))
		}
		on = append(on, "u."+quote(c)+" = "+x)
	}
	from, _, _ = strings.Cut(from, " STRAIGHT_JOIN ")
	var names [][2][]string
	err := w.line.each(w.ctx, "looking at rows of "+j.Table.Name, s.query("SELECT k.n, "+s.ids()+" FROM "+from+" STRAIGHT_JOIN "+s.as()+" ON "+strings.Join(on, " AND ")), func(row [][]byte) error {
		i, err := strconv.Atoi(string(row[0]))
		if err == nil {
			names = append(names, [2][]string{rows[i].ID, jobs.Texts(row[1:])})
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(names) != len(rows) {
		return kept(j.Table.Name)
	}
	w.Call.Renamed(j.Table, names)
	return nil
}

func foreign(col relational.Column, a connectors.Assign) error {
	return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: col.Name,
		Summary: "the value for field " + a.Field + " is none of its type, " + col.Type, Detail: "give the field a value the column can hold"})
}

// assigned is a given value as the column will hold it: a number or a time is rounded as the column rounds it, a text is never cut.
func (s *statement) assigned(col relational.Column, a connectors.Assign) (string, error) {
	x, err := s.d.Bound(col, a.To, s.Bind)
	if errors.Is(err, relational.ErrForeign) {
		return "", foreign(col, a)
	}
	if a.To == nil {
		return x, err
	}
	switch t := typeOf(col); t.kind {
	case exact:
		x = "CAST(" + x + " AS " + strings.TrimSuffix(strings.TrimSuffix(col.Type, " zerofill"), " unsigned") + ")"
	case stamp, instant:
		x = "CAST(" + x + " AS DATETIME(" + strconv.Itoa(t.scale) + "))"
	}
	return x, err
}

// exactly writes that a column holds exactly a value.
func exactly(of relational.Term, want string) string {
	switch typeOf(of.Column).kind {
	case text:
		return "(CAST(CONVERT(" + of.SQL + " USING utf8mb4) AS BINARY) <=> CAST(CONVERT(" + want + " USING utf8mb4) AS BINARY))"
	case other:
		return "(" + of.SQL + " IS NULL AND " + want + " IS NULL)"
	}
	return "(" + of.SQL + " <=> " + want + ")"
}

// holdsOne writes that the field holds one of the old values of a correction; NULL can be one of them.
func holdsOne(s *statement, of relational.Term, a connectors.Assign) (string, error) {
	out := []string{"FALSE"}
	for _, v := range a.From {
		if v == nil {
			out = append(out, of.SQL+" IS NULL")
			continue
		}
		x, err := s.d.Bound(of.Column, v, s.Bind)
		if errors.Is(err, relational.ErrForeign) {
			continue
		}
		if err != nil {
			return "", err
		}
		out = append(out, "COALESCE("+of.SQL+" = "+x+", FALSE)")
	}
	return "(" + strings.Join(out, " OR ") + ")", nil
}
