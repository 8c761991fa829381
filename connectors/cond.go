package connectors

import "time"

// Op is what a condition asks.
type Op string

// The conditions. Each is true or false of a row, never unknown: what asks about a NULL is false.
const (
	And    Op = "and"    // all Kids hold; with no Kids, true
	Or     Op = "or"     // one of Kids holds; with no Kids, false
	Not    Op = "not"    // Kids[0] does not hold
	In     Op = "in"     // Field equals one of Values, by the store's equality; texts are converted to the column's type
	IsNull Op = "null"   // Field is NULL
	Before Op = "before" // Field is a date that can be read, is not zero, and lies before Time
	Dated  Op = "dated"  // Field is a date that can be read and is not zero
	Exists Op = "exists" // some row reached over Over fits all Kids
)

// Cond is a condition on a row. Build it with [InValues], [BeforeTime] and the others.
type Cond struct {
	Op     Op
	Field  string
	Values []any
	Time   time.Time // Before: an instant, exclusive
	Over   *Step     // Exists
	Kids   []Cond
}

// Step leads from a row to rows of another collection (or the same): those whose To fields equal
// the row's From fields.
type Step struct {
	Collection Collection // where the step leads
	From       []string   // fields of the row the condition is about
	To         []string   // fields of Collection
}

// AllOf holds where every one of cs does; of none, always.
func AllOf(cs ...Cond) Cond { return Cond{Op: And, Kids: cs} }

// AnyOf holds where one of cs does; of none, never.
func AnyOf(cs ...Cond) Cond { return Cond{Op: Or, Kids: cs} }

// NotThat holds where c does not.
func NotThat(c Cond) Cond { return Cond{Op: Not, Kids: []Cond{c}} }

// InValues holds where field equals one of vs.
func InValues(field string, vs ...any) Cond { return Cond{Op: In, Field: field, Values: vs} }

// NullField holds where field is NULL.
func NullField(field string) Cond { return Cond{Op: IsNull, Field: field} }

// BeforeTime holds where field is a known date before t.
func BeforeTime(field string, t time.Time) Cond { return Cond{Op: Before, Field: field, Time: t} }

// DatedField holds where field is a known date.
func DatedField(field string) Cond { return Cond{Op: Dated, Field: field} }

// SomeOver holds where a row over s fits all of cs.
func SomeOver(s Step, cs ...Cond) Cond { return Cond{Op: Exists, Over: &s, Kids: cs} }

// NoneOver holds where no row over s fits all of cs.
func NoneOver(s Step, cs ...Cond) Cond { return NotThat(SomeOver(s, cs...)) }
