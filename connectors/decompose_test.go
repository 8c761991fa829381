package connectors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// found lists person and row of what a store locates, sorted, each as often as it comes.
func found(s Store, sels ...Selection) ([]string, error) {
	var out []string
	for _, sel := range sels {
		err := Each(context.Background(), s, sel, func(p int, values []any) error {
			out = append(out, fmt.Sprint(p, values))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

func TestDecomposeGivesTheSameRows(t *testing.T) {
	for name, c := range evalCases {
		pushed := family()
		pushed.can = Description{MaxPath: 9, Recursive: true, Exists: true}
		want, err := found(pushed, c.sel)
		if err != nil {
			t.Fatal(err)
		}
		for _, can := range []Description{{}, {MaxValues: 1}, {MaxValues: 2}, {Exists: true}} {
			modest := family()
			modest.can = can
			sels, err := Decompose(context.Background(), modest, can, c.sel)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, err := found(modest, sels...)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %+v: %v %v, want %v", name, can, got, err, want)
			}
		}
	}
}

func TestDecomposeNeedsAKeyToChunk(t *testing.T) {
	s := family()
	sel := toReadings(Tuple{Person: 1, Values: []any{"C-2"}})
	sel.Collection.Key = nil
	if _, err := Decompose(context.Background(), s, Description{}, sel); err != nil {
		t.Errorf("one selection needs no key: %v", err)
	}
	if _, err := Decompose(context.Background(), s, Description{MaxValues: 1}, sel); !errors.Is(err, ErrNotSupported) {
		t.Errorf("without a key: %v", err)
	}
}

func TestDecomposeRefusesMalformed(t *testing.T) {
	sel := toReadings(Tuple{Values: []any{"C-2", "more"}})
	if _, err := Decompose(context.Background(), family(), Description{}, sel); err == nil {
		t.Error("a tuple of the wrong width passed")
	}
}

// Any selection over any rows: pushed down = decomposed.
func TestDecomposeProperty(t *testing.T) {
	cols := []string{"a", "b", "c"}
	names := []string{"t", "u", "v"}
	collection := func(n string) Collection { return at(n, "id") }
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]any{nil, "", "1", "2", "3", int64(1), int64(2)})
		date := rapid.SampledFrom([]any{nil, "", "0000-00-00", "2020-01-01", "2020-01-02 10:00", "2020-02-01", "2021-01-01"})
		rows := map[string][]Row{}
		for _, n := range names {
			for i := range rapid.IntRange(0, 6).Draw(t, "rows") {
				row := Row{"id": int64(i + 1), "from": date.Draw(t, "from"), "to": date.Draw(t, "to"), "on": date.Draw(t, "on")}
				for _, c := range cols {
					row[c] = value.Draw(t, "value")
				}
				rows[n] = append(rows[n], row)
			}
			if rows[n] == nil {
				rows[n] = []Row{}
			}
		}
		col, name := rapid.SampledFrom(cols), rapid.SampledFrom(names)
		var cond func(depth int) Cond
		cond = func(depth int) Cond {
			ops := []Op{In, IsNull, Before, Dated, And, Or, Not, Exists}
			if depth == 0 {
				ops = ops[:4]
			}
			switch op := rapid.SampledFrom(ops).Draw(t, "op"); op {
			case In:
				return InValues(col.Draw(t, "field"), value.Draw(t, "v"), value.Draw(t, "v"))
			case IsNull:
				return NullField(col.Draw(t, "field"))
			case Before:
				d, _, _ := Date("2020-01-15", nil)
				return BeforeTime("on", d)
			case Dated:
				return DatedField("to")
			case Not:
				return NotThat(cond(depth - 1))
			case Exists:
				step := Step{Collection: collection(name.Draw(t, "over")), From: []string{col.Draw(t, "f")}, To: []string{col.Draw(t, "t")}}
				return SomeOver(step, cond(depth-1))
			default:
				return Cond{Op: op, Kids: []Cond{cond(depth - 1), cond(depth - 1)}}
			}
		}
		conds := func(label string) []Cond {
			var out []Cond
			for range rapid.IntRange(0, 1).Draw(t, label) {
				out = append(out, cond(2))
			}
			return out
		}
		sel := Selection{Collection: collection(name.Draw(t, "collection")), Fields: []string{"id"}, Where: conds("where")}
		for range rapid.IntRange(1, 2).Draw(t, "matches") {
			m := Match{Fields: []string{col.Draw(t, "by")}}
			for range rapid.IntRange(0, 3).Draw(t, "tuples") {
				m.Values = append(m.Values, Tuple{Person: rapid.IntRange(0, 2).Draw(t, "person"), Values: []any{value.Draw(t, "v")}})
			}
			var path []string
			for range rapid.IntRange(0, 3).Draw(t, "hops") {
				path = append(path, name.Draw(t, "hop"))
			}
			path = append(path, strings.TrimSpace(sel.Collection.At))
			for i := range len(path) - 1 {
				h := Hop{Collection: collection(path[i]), From: []string{col.Draw(t, "f")}, To: []string{col.Draw(t, "t")}, If: conds("if"), Then: conds("then")}
				h.Repeat = path[i] == path[i+1] && rapid.Bool().Draw(t, "repeat")
				if rapid.Bool().Draw(t, "during") {
					h.During = &Between{Date: "on", From: "from", To: "to"}
				}
				m.Via = append(m.Via, h)
			}
			sel.Any = append(sel.Any, m)
		}
		all := Description{MaxPath: 9, Recursive: true, Exists: true}
		want, err := found(&shelf{rows: rows, can: all}, sel)
		if err != nil {
			t.Fatal(err)
		}
		can := Description{Exists: rapid.Bool().Draw(t, "exists"), MaxValues: rapid.IntRange(0, 3).Draw(t, "values")}
		modest := &shelf{rows: rows, can: can}
		sels, err := Decompose(context.Background(), modest, can, sel)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := found(modest, sels...); err != nil || !slices.Equal(got, want) {
			t.Fatalf("decomposed %v %v, pushed down %v", got, err, want)
		}
	})
}
