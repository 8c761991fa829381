package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestManySpans: many values, each with a range of time of its own, find what each of them finds by itself. They go as one parameter,
// and the rows of the table are compared with what they may equal, not with all.
func TestManySpans(t *testing.T) {
	path, _ := newFile(t, house+`
		CREATE TABLE days (id INTEGER PRIMARY KEY, flat TEXT, n INTEGER, day);
		INSERT INTO days (flat, n, day) VALUES ('a', 1, '2020-01-01'), ('a', 1, '2020-12-31'), ('a', 2, '2021-06-01T10:00:00+02:00'), ('b', 1, '2020-06-15'), ('b', 2, NULL),
			(NULL, 1, '2020-06-15'), ('A', 1, '2020-06-15'), ('1', 1, 1592179200), ('a', NULL, '2020-06-15'), ('a', 1, 'someday'), ('a', 1, ''), ('c', 3, '2020-06-15');`)
	s := opened(t, path)
	days := coll("days", "id")
	where := func(cs ...connectors.Cond) []string {
		return found(t, s, connectors.Selection{Collection: days, All: true, Fields: []string{"id"}, Where: cs})
	}
	span := func(from, to *time.Time, fields []string, values ...any) connectors.Cond {
		var same []connectors.Cond
		for i, f := range fields {
			same = append(same, connectors.InValues(f, values[i]))
		}
		all := []connectors.Cond{same[0], connectors.DatedField("day")}
		if len(same) > 1 {
			all[0] = connectors.AnyOf(connectors.AllOf(same...))
		}
		if from != nil {
			all = append(all, connectors.NotThat(connectors.BeforeTime("day", *from)))
		}
		if to != nil {
			all = append(all, connectors.BeforeTime("day", to.Add(time.Nanosecond)))
		}
		return connectors.AllOf(all...)
	}
	at := func(text string) *time.Time {
		when, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return &when
	}
	hits := 0
	for _, fields := range [][]string{{"flat"}, {"flat", "n"}} {
		for _, flat := range []any{"a", "b", "A", "1", int64(1), nil, "c"} {
			for _, ends := range [][2]*time.Time{{nil, nil}, {at("2020-06-15"), nil}, {nil, at("2020-06-15")}, {at("2020-06-15"), at("2020-06-15")}, {at("2020-06-16"), at("2020-06-14")}} {
				few := span(ends[0], ends[1], fields, flat, int64(1))
				many, nested := connectors.AnyOf(few), connectors.AnyOf()
				for i := range 80 {
					many.Kids = append(many.Kids, span(at("2020-01-01"), nil, fields, []any{fmt.Sprint("nobody", i), nil, int64(100 + i)}[i%3], int64(i)))
				}
				for i := 0; i < len(many.Kids); i += 27 {
					nested.Kids = append(nested.Kids, connectors.AnyOf(many.Kids[i:i+27]...))
				}
				what := fmt.Sprintf("%v = %v between %v and %v", fields, flat, ends[0], ends[1])
				want := where(few)
				same(t, what, where(many), want)
				same(t, what+", nested", where(nested), want)
				same(t, "not "+what, where(connectors.NotThat(many)), where(connectors.NotThat(few)))
				hits += len(want)
			}
		}
	}
	if hits < 20 {
		t.Errorf("only %d rows were found at all", hits)
	}
	pairs := connectors.AnyOf()
	for i := range 40_000 { // more than a statement takes parameters
		pairs.Kids = append(pairs.Kids, span(at("2020-01-01"), at("2020-12-31"), []string{"flat"}, fmt.Sprint("F-", i)))
	}
	pairs.Kids = append(pairs.Kids, span(at("2020-01-01"), at("2020-12-31"), []string{"flat"}, "a"))
	same(t, "of 40,001", where(pairs), []string{"0: 1", "0: 2", "0: 9"})
}
