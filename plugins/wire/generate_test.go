package wire_test

import (
	"math"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
)

// Generators of everything the contract can say, in the form it comes back in: empty lists are nil, a
// zone is an offset.

var name = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-zé_.\[\]]{1,8}`))

func names() *rapid.Generator[[]string] { return list(name, 3) }

// list gives nil for an empty list.
func list[T any](g *rapid.Generator[T], most int) *rapid.Generator[[]T] {
	return rapid.Custom(func(t *rapid.T) []T {
		n := rapid.IntRange(0, most).Draw(t, "n")
		var out []T
		for range n {
			out = append(out, g.Draw(t, "item"))
		}
		return out
	})
}

func ptr[T any](g *rapid.Generator[T]) *rapid.Generator[*T] {
	return rapid.Custom(func(t *rapid.T) *T {
		if !rapid.Bool().Draw(t, "some") {
			return nil
		}
		v := g.Draw(t, "value")
		return &v
	})
}

var instants = rapid.Custom(func(t *rapid.T) time.Time {
	seconds := rapid.OneOf(
		rapid.Int64Range(-62135596801, 253402300800), rapid.Int64Range(-1<<40, 1<<40), rapid.Just(int64(-62135596800)),
	).Draw(t, "seconds")
	nanos := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 999999999)).Draw(t, "nanos")
	zone := time.UTC
	if offset := rapid.OneOf(rapid.Just(0), rapid.IntRange(-15*3600, 15*3600)).Draw(t, "offset"); offset != 0 {
		zone = time.FixedZone("", offset)
	}
	return time.Unix(seconds, nanos).In(zone)
})

// foreign is text of any bytes, not only UTF-8.
var foreign = rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }))

var value = rapid.OneOf(
	rapid.Just[any](nil),
	rapid.Map(rapid.Bool(), func(v bool) any { return v }),
	rapid.Map(rapid.Int64(), func(v int64) any { return v }),
	rapid.Map(rapid.Uint64(), func(v uint64) any { return math.Float64frombits(v) }),
	rapid.Map(rapid.Float64(), func(v float64) any { return v }),
	rapid.Map(foreign, func(v string) any { return v }),
	rapid.Map(rapid.SliceOf(rapid.Byte()), func(v []byte) any { return append([]byte{}, v...) }),
	rapid.Map(instants, func(v time.Time) any { return v }),
	rapid.Map(foreign, func(v string) any { return connectors.Decimal(v) }),
	rapid.Map(foreign, func(v string) any { return connectors.JSON(v) }),
	rapid.Map(blob, func(v connectors.Blob) any { return v }),
)

var blob = rapid.Custom(func(t *rapid.T) connectors.Blob {
	return connectors.Blob{
		ID: foreign.Draw(t, "id"), Name: foreign.Draw(t, "name"), MediaType: foreign.Draw(t, "type"), Size: rapid.Int64().Draw(t, "size"),
	}
})

var row = rapid.Custom(func(t *rapid.T) connectors.Row {
	r := connectors.Row{}
	for _, n := range names().Draw(t, "fields") {
		r[n] = value.Draw(t, "value")
	}
	return r
})

var collection = rapid.Custom(func(t *rapid.T) connectors.Collection {
	return connectors.Collection{
		Name: name.Draw(t, "name"), At: name.Draw(t, "at"), Key: names().Draw(t, "key"),
		Rows: ptr(rapid.Custom(func(t *rapid.T) connectors.RowFormat {
			return connectors.RowFormat{
				Format: name.Draw(t, "format"), Delimiter: name.Draw(t, "delimiter"), Encoding: name.Draw(t, "encoding"),
				NoHeader: rapid.Bool().Draw(t, "header"), Each: name.Draw(t, "each"),
			}
		})).Draw(t, "rows"),
		Document: rapid.Bool().Draw(t, "document"), Zone: name.Draw(t, "zone"),
	}
})

var step = rapid.Custom(func(t *rapid.T) connectors.Step {
	return connectors.Step{Collection: collection.Draw(t, "collection"), From: names().Draw(t, "from"), To: names().Draw(t, "to")}
})

func cond(depth int) *rapid.Generator[connectors.Cond] {
	return rapid.Custom(func(t *rapid.T) connectors.Cond {
		c := connectors.Cond{
			Op: connectors.Op(name.Draw(t, "op")), Field: name.Draw(t, "field"), Values: list(value, 3).Draw(t, "values"),
			Over: ptr(step).Draw(t, "over"),
		}
		if rapid.Bool().Draw(t, "timed") {
			c.Time = notZero(instants.Draw(t, "time"))
		}
		if depth > 0 {
			c.Kids = list(cond(depth-1), 2).Draw(t, "kids")
		}
		return c
	})
}

// notZero: where the zero time means none, its zone is not kept.
func notZero(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t
}

var tuple = rapid.Custom(func(t *rapid.T) connectors.Tuple {
	return connectors.Tuple{
		Person: rapid.Int().Draw(t, "person"), Values: list(value, 3).Draw(t, "values"),
		Within: ptr(rapid.Custom(func(t *rapid.T) connectors.Range {
			return connectors.Range{Field: name.Draw(t, "field"), From: ptr(instants).Draw(t, "from"), To: ptr(instants).Draw(t, "to")}
		})).Draw(t, "within"),
	}
})

var hop = rapid.Custom(func(t *rapid.T) connectors.Hop {
	return connectors.Hop{
		Collection: collection.Draw(t, "collection"), From: names().Draw(t, "from"), To: names().Draw(t, "to"),
		If: list(cond(1), 2).Draw(t, "if"), Then: list(cond(1), 2).Draw(t, "then"),
		During: ptr(rapid.Custom(func(t *rapid.T) connectors.Between {
			return connectors.Between{Date: name.Draw(t, "date"), From: name.Draw(t, "from"), To: name.Draw(t, "to")}
		})).Draw(t, "during"),
		Repeat: rapid.Bool().Draw(t, "repeat"),
	}
})

var selection = rapid.Custom(func(t *rapid.T) connectors.Selection {
	return connectors.Selection{
		Collection: collection.Draw(t, "collection"),
		Any: list(rapid.Custom(func(t *rapid.T) connectors.Match {
			return connectors.Match{Via: list(hop, 2).Draw(t, "via"), Fields: names().Draw(t, "fields"), Values: list(tuple, 3).Draw(t, "values"), Folded: rapid.Bool().Draw(t, "folded")}
		}), 2).Draw(t, "any"),
		Where: list(cond(2), 2).Draw(t, "where"),
		All:   rapid.Bool().Draw(t, "all"), Enough: rapid.IntRange(0, 9).Draw(t, "enough"), Fields: names().Draw(t, "fields"),
	}
})

var treatment = rapid.Custom(func(t *rapid.T) connectors.Treatment {
	return connectors.Treatment{
		ID: name.Draw(t, "id"), Verb: connectors.Verb(name.Draw(t, "verb")), On: selection.Draw(t, "on"),
		Assign: list(rapid.Custom(func(t *rapid.T) connectors.Assign {
			a := connectors.Assign{
				Field: name.Draw(t, "field"), How: connectors.How(name.Draw(t, "how")), To: value.Draw(t, "to"), Over: ptr(step).Draw(t, "over"),
				Derive: list(rapid.Byte(), 8).Draw(t, "derive"),
			}
			if rapid.Bool().Draw(t, "correction") { // nil and empty differ here
				a.From = append([]any{}, list(value, 2).Draw(t, "from")...)
			}
			return a
		}), 2).Draw(t, "assign"),
		Method: name.Draw(t, "method"), Mark: name.Draw(t, "mark"), Capture: names().Draw(t, "capture"), AtMost: rapid.Int64().Draw(t, "ceiling"),
	}
})

var diagnostic = rapid.Custom(func(t *rapid.T) connectors.Diagnostic {
	return connectors.Diagnostic{
		Severity: connectors.Severity(name.Draw(t, "severity")), Summary: name.Draw(t, "summary"), Detail: name.Draw(t, "detail"), Path: name.Draw(t, "path"),
	}
})

var people = rapid.Custom(func(t *rapid.T) map[int]int64 {
	m := map[int]int64{}
	for range rapid.IntRange(0, 3).Draw(t, "n") {
		m[rapid.Int().Draw(t, "person")] = rapid.Int64().Draw(t, "rows")
	}
	return m
})

var outcome = rapid.Custom(func(t *rapid.T) connectors.Outcome {
	o := connectors.Outcome{
		ID: name.Draw(t, "id"), Changed: rapid.Int64().Draw(t, "changed"), Already: rapid.Int64().Draw(t, "already"),
		Conflicts: list(row, 2).Draw(t, "conflicts"), ByPerson: people.Draw(t, "people"),
		Notes: list(diagnostic, 2).Draw(t, "notes"), LocksHeld: time.Duration(rapid.Int64().Draw(t, "held")),
	}
	if rapid.Bool().Draw(t, "promised") {
		o.DoneBy = notZero(instants.Draw(t, "by"))
	}
	if rapid.Bool().Draw(t, "keys") {
		o.LinkKeys = &connectors.Keys{Fields: names().Draw(t, "fields"), Tuples: list(tuple, 3).Draw(t, "tuples")}
	}
	return o
})
