package objects

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestAsked: a condition in the form it is asked in says what it says itself, of values that are equal across their types too.
func TestAsked(t *testing.T) {
	at := time.Date(2001, time.February, 3, 0, 0, 0, 0, time.UTC)
	values := []any{nil, "", "7", int64(7), 7.0, connectors.Decimal("7.00"), "7.00", "07", int64(1), true, "t", "true", "C-1", "c-1", []byte("C-1"), connectors.JSON("C-1"), at, "2001-02-03", "2001-02-03T00:00:00Z", 0.1, "0.1"}
	fields := []string{"a", "b", "c"}
	var cond func(t *rapid.T, depth int) connectors.Cond
	cond = func(t *rapid.T, depth int) connectors.Cond {
		field := rapid.SampledFrom(fields).Draw(t, "field")
		kind := rapid.IntRange(0, 7).Draw(t, "kind")
		if depth == 0 {
			kind %= 4
		}
		switch kind {
		case 0, 1:
			return connectors.InValues(field, rapid.SliceOfN(rapid.SampledFrom(values), 0, 20).Draw(t, "values")...)
		case 2:
			return connectors.NullField(field)
		case 3:
			return connectors.BeforeTime(field, at.AddDate(0, 0, 1))
		case 4:
			return connectors.NotThat(cond(t, depth-1))
		case 5: // as keys of rows are asked for
			var any []connectors.Cond
			for range rapid.IntRange(0, 30).Draw(t, "keys") {
				any = append(any, connectors.AllOf(connectors.InValues("a", rapid.SampledFrom(values).Draw(t, "a")), connectors.InValues("b", rapid.SampledFrom(values).Draw(t, "b"))))
			}
			return connectors.AnyOf(append(any, cond(t, depth-1))...)
		}
		kids := make([]connectors.Cond, rapid.IntRange(0, 4).Draw(t, "kids"))
		for i := range kids {
			kids[i] = cond(t, depth-1)
		}
		if kind == 6 {
			return connectors.AllOf(kids...)
		}
		return connectors.AnyOf(kids...)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := cond(t, 3)
		ask := asked(c, time.UTC)
		for range 20 {
			row := connectors.Row{}
			for _, f := range fields {
				row[f] = rapid.SampledFrom(values).Draw(t, f)
			}
			if got, want := ask(row), c.Fits(row, time.UTC); got != want {
				t.Fatalf("%+v of %v: %v, want %v", c, row, got, want)
			}
		}
	})
}

// BenchmarkOwnKeys asks rows for the keys of all of them.
func BenchmarkOwnKeys(b *testing.B) {
	var any []connectors.Cond
	for i := range 10_000 {
		any = append(any, connectors.AllOf(connectors.InValues("month", "2001-01"), connectors.InValues("no", int64(i))))
	}
	ask := asked(connectors.NotThat(connectors.AnyOf(any...)), time.UTC)
	for i := 0; b.Loop(); i++ {
		if ask(connectors.Row{"month": "2001-01", "no": int64(i % 10_000)}) {
			b.Fatal(fmt.Sprint("row ", i, " is not among them"))
		}
	}
}
