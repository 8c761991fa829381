package sqlite

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// dialect is how SQLite writes a selection.
type dialect struct{}

func (dialect) Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (dialect) Placeholder(n int) string { return "?" + strconv.Itoa(n) }

func (dialect) Beforehand() string { return "MATERIALIZED " } //nolint:misspell // SQL spells it so

func (dialect) Beside() bool { return false }

func (dialect) Anew() string { return "NOT MATERIALIZED " } //nolint:misspell // SQL spells it so

// Then: without statistics SQLite takes a common table for as large as any other, and may read the table beside it whole.
func (dialect) Then() string { return "CROSS JOIN " }

// Asked: the planner takes what is asked by IS TRUE for no way to an index.
func (dialect) Asked(cond string) string { return "(" + cond + " IS TRUE)" }

func (dialect) Folded(of relational.Term) string { return call(fnFold, of.SQL) }

func (dialect) Caseless(of relational.Term) string { return of.SQL + " COLLATE NOCASE" }

func (dialect) Single() bool { return false }

// Bare: unary plus changes no value and drops the affinity of a column.
func (dialect) Bare(of relational.Term, _ relational.Column) string { return "+" + of.SQL }

func (dialect) Filled(of relational.Term) string { return "+" + of.SQL + " NOT IN ('', x'')" }

func (dialect) Dated(of relational.Term, zone string, bind func(any) string) string {
	return call(fnDated, of.SQL, bind(zone))
}

func (dialect) Before(of relational.Term, zone string, t time.Time, bind func(any) string) string {
	return call(fnBefore, of.SQL, bind(zone), bind(instantText(t)))
}

func (dialect) Within(of relational.Term, zone, from, to string, bind func(any) string) string {
	return call(fnWithin, of.SQL, bind(zone), from, to)
}

func (dialect) During(date relational.Term, dateZone string, from, to relational.Term, fromZone string, bind func(any) string) string {
	if to.SQL == "" {
		to.SQL = "NULL"
	}
	return call(fnDuring, date.SQL, bind(dateZone), from.SQL, to.SQL, bind(fromZone))
}

func call(name string, args ...string) string { return name + "(" + strings.Join(args, ", ") + ")" }

// Bound binds a value as it is; every value can stand in every column.
func (d dialect) Bound(col relational.Column, v any, bind func(any) string) (string, error) {
	arg, err := d.Value(col, v)
	if err != nil {
		return "", err
	}
	return bind(arg), nil
}

// Value turns a value of the contract into what the driver binds. The column's affinity does the rest: a text that
// looks like a number becomes one in a numeric column, a number becomes text in a TEXT column.
func (dialect) Value(col relational.Column, v any) (any, error) {
	switch x := v.(type) {
	case nil, int64, float64:
		return x, nil
	case bool:
		return truth(x), nil
	case string:
		if b, err := strconv.ParseBool(strings.ToLower(x)); err == nil && declared(col.Type).boolean() && len(x) > 1 {
			return truth(b), nil
		}
		return x, nil
	case []byte:
		if x == nil {
			x = []byte{} // a nil slice binds as NULL
		}
		return x, nil
	case time.Time:
		return timeText(col, x), nil
	case connectors.Decimal:
		return string(x), nil
	case connectors.JSON:
		return string(x), nil
	}
	return nil, fmt.Errorf("%w: a %T is no value of column %s", connectors.ErrNotSupported, v, col.Name)
}

// timeText writes an instant as SQLite's own date functions read it: the day alone in a DATE column, if it is midnight.
func timeText(col relational.Column, t time.Time) string {
	if h, m, s := t.Clock(); declared(col.Type).base() == "DATE" && h+m+s+t.Nanosecond() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04:05.999999999Z07:00")
}
