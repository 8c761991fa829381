package connectors

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// shelf is a Store over Eval, for tests: it counts what it is asked.
type shelf struct {
	rows  map[string][]Row
	can   Description
	asked []Selection
}

func (s *shelf) eval() Eval {
	return Eval{Rows: func(c Collection) ([]Row, error) {
		rows, ok := s.rows[c.At]
		if !ok {
			return nil, ErrNoCollection
		}
		return rows, nil
	}}
}

func (s *shelf) Locate(_ context.Context, sel Selection, out *Rows) error {
	s.asked = append(s.asked, sel)
	for _, m := range sel.Any {
		switch {
		case len(m.Via) > s.can.MaxPath:
			return errors.New("a path, though it follows none")
		case s.can.MaxValues > 0 && len(m.Values) > s.can.MaxValues:
			return errors.New("more tuples than it takes")
		}
	}
	if !s.can.Exists && hasExists(sel.Where) {
		return errors.New("an Exists, though it asks none")
	}
	found, err := s.eval().Select(sel)
	for _, f := range found {
		for _, p := range f.Persons {
			if err := out.Add(p, sel.Pick(f.Row)...); err != nil {
				return err
			}
		}
	}
	return err
}

func (s *shelf) Close() error { return nil }

func at(name string, key ...string) Collection { return Collection{Name: name, At: name, Key: key} }

func family() *shelf {
	return &shelf{rows: map[string][]Row{
		"members": {
			{"id": int64(1), "no": "C-1", "boss": nil}, {"id": int64(2), "no": "C-2", "boss": int64(1)},
			{"id": int64(3), "no": "", "boss": int64(2)}, {"id": int64(4), "no": "C-4", "boss": int64(3)},
			{"id": int64(5), "no": nil, "boss": int64(5)},
		},
		"leases": {
			{"no": "L1", "from": "2020-01-01", "to": "2020-12-31", "flat": "A"},
			{"no": "L2", "from": "2021-01-01", "to": nil, "flat": "A"},
			{"no": "L3", "from": "0000-00-00", "to": nil, "flat": "B"},
		},
		"parties":  {{"member": int64(1), "lease": "L1"}, {"member": int64(2), "lease": "L1"}, {"member": int64(2), "lease": "L2"}, {"member": int64(4), "lease": "L3"}},
		"readings": {{"id": int64(1), "flat": "A", "on": "2020-06-01"}, {"id": int64(2), "flat": "A", "on": "2021-06-01"}, {"id": int64(3), "flat": "B", "on": "2020-06-01"}, {"id": int64(4), "flat": "A", "on": "2019-06-01"}},
	}}
}

func members() Collection  { return at("members", "id") }
func leases() Collection   { return at("leases", "no") }
func parties() Collection  { return at("parties", "member", "lease") }
func readings() Collection { return at("readings", "id") }

func toReadings(m ...Tuple) Selection {
	return Selection{Collection: readings(), Fields: []string{"id"}, Any: []Match{{
		Fields: []string{"no"}, Values: m,
		Via: []Hop{
			{Collection: members(), From: []string{"id"}, To: []string{"member"}},
			{Collection: parties(), From: []string{"lease"}, To: []string{"no"}},
			{Collection: leases(), From: []string{"flat"}, To: []string{"flat"}, During: &Between{Date: "on", From: "from", To: "to"}},
		},
	}}}
}

func down(p int, no string, more ...Hop) Match {
	return Match{Fields: []string{"no"}, Values: []Tuple{{Person: p, Values: []any{no}}},
		Via: append([]Hop{{Collection: members(), From: []string{"id"}, To: []string{"boss"}, Repeat: true}}, more...)}
}

func recent(cs ...Cond) Cond {
	return SomeOver(Step{Collection: parties(), From: []string{"id"}, To: []string{"member"}}, cs...)
}

var evalCases = map[string]struct {
	sel  Selection
	want map[int64][]int
}{
	"a path, dates along it": {toReadings(Tuple{Person: 0, Values: []any{"C-1"}}, Tuple{Person: 1, Values: []any{"C-2"}}, Tuple{Person: 2, Values: []any{"C-4"}}),
		map[int64][]int{1: {0, 1}, 2: {1}}},
	"downwards, to a fixed point": {Selection{Collection: members(), Fields: []string{"id"}, Any: []Match{down(7, "C-1"), down(8, "C-4")}},
		map[int64][]int{1: {7}, 2: {7}, 3: {7}, 4: {7, 8}}},
	"a loop ends": {Selection{Collection: members(), Fields: []string{"id"}, Any: []Match{{Fields: []string{"id"}, Values: []Tuple{{Values: []any{int64(5)}}},
		Via: []Hop{{Collection: members(), From: []string{"id"}, To: []string{"boss"}, Repeat: true}}}}}, map[int64][]int{5: {0}}},
	"empty numbers lead nowhere": {toReadings(Tuple{Values: []any{""}}, Tuple{Values: []any{nil}}), nil},
	"exists":                     {Selection{Collection: members(), Fields: []string{"id"}, All: true, Where: []Cond{recent(InValues("lease", "L1"))}}, map[int64][]int{1: {0}, 2: {0}}},
	"none over": {Selection{Collection: members(), Fields: []string{"id"}, All: true, Where: []Cond{AnyOf(NotThat(recent()), InValues("no", "C-1"))}},
		map[int64][]int{1: {0}, 3: {0}, 5: {0}}},
	"if and then": {Selection{Collection: parties(), Fields: []string{"member"}, Any: []Match{{Fields: []string{"no"}, Values: []Tuple{{Person: 3, Values: []any{"C-2"}}, {Person: 4, Values: []any{"C-1"}}},
		Via: []Hop{{Collection: members(), From: []string{"id"}, To: []string{"member"}, If: []Cond{NotThat(NullField("boss"))}, Then: []Cond{InValues("lease", "L2")}}}}}},
		map[int64][]int{2: {3}}},
	"repeat, then on, with exists on the way": {Selection{Collection: parties(), Fields: []string{"member"}, Any: []Match{
		down(6, "C-1", Hop{Collection: members(), From: []string{"id"}, To: []string{"member"}, If: []Cond{recent(InValues("lease", "L2", "L3"))}, Then: []Cond{NotThat(InValues("lease", "L1"))}})}},
		map[int64][]int{2: {6}, 4: {6}}},
	"the zero selection": {Selection{}, nil},
	"no tuples":          {toReadings(), nil},
}

func TestEvalSelect(t *testing.T) {
	for name, c := range evalCases {
		got, err := family().eval().Select(c.sel)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %d rows, want %d", name, len(got), len(c.want))
		}
		for _, f := range got {
			id := f.Row[c.sel.Fields[0]].(int64)
			if !slices.Equal(f.Persons, c.want[id]) {
				t.Errorf("%s: row %d for persons %v, want %v", name, id, f.Persons, c.want[id])
			}
		}
	}
}

func TestEvalMissingCollection(t *testing.T) {
	_, err := family().eval().Select(Selection{Collection: at("nowhere"), All: true})
	if !errors.Is(err, ErrNoCollection) {
		t.Errorf("%v", err)
	}
}
