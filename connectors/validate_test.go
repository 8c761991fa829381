package connectors

import (
	"strings"
	"testing"
	"time"
)

func TestSelectionValidate(t *testing.T) {
	good := func() Selection {
		return Selection{Collection: at("members", "id"), Fields: []string{"id"},
			Any: []Match{down(0, "C-1")}, Where: []Cond{AllOf(NullField("no"), NotThat(recent()))}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	if err := (Selection{}).Validate(); err != nil {
		t.Errorf("the zero selection: %v", err)
	}
	for name, spoil := range map[string]func(*Selection){
		"no address":             func(s *Selection) { s.Collection.At = "" },
		"no time zone":           func(s *Selection) { s.Collection.Zone = "Europe/Lipce" },
		"all rows and for some":  func(s *Selection) { s.All = true },
		"without a name":         func(s *Selection) { s.Fields = []string{""} },
		"no fields":              func(s *Selection) { s.Any[0].Fields = nil },
		"values for 1 fields":    func(s *Selection) { s.Any[0].Values[0].Values = []any{"a", "b"} },
		"person -1":              func(s *Selection) { s.Any[0].Values[0].Person = -1 },
		"range without a field":  func(s *Selection) { s.Any[0].Values[0].Within = &Range{} },
		"Go type int is not":     func(s *Selection) { s.Any[0].Values[0].Values = []any{7} },
		"join to 2":              func(s *Selection) { s.Any[0].Via[0].To = []string{"a", "b"} },
		"leads from members to":  func(s *Selection) { s.Collection = leases() },
		"time without its":       func(s *Selection) { s.Any[0].Via[0].During = &Between{Date: "on"} },
		"condition : no such":    func(s *Selection) { s.Where = []Cond{{}} },
		"condition not: it is":   func(s *Selection) { s.Where = []Cond{{Op: Not}} },
		"condition null: no fie": func(s *Selection) { s.Any[0].Via[0].If = []Cond{{Op: IsNull}} },
		"no edge":                func(s *Selection) { s.Any[0].Via[0].Then = []Cond{{Op: Exists}} },
		"fields join":            func(s *Selection) { s.Where = []Cond{SomeOver(Step{Collection: leases()})} },
	} {
		s := good()
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestTreatmentValidate(t *testing.T) {
	on := Selection{Collection: members(), Any: []Match{down(0, "C-1")}}
	edge := &Step{Collection: parties(), From: []string{"id"}, To: []string{"member"}}
	good := map[Verb]Treatment{
		Delete:  {ID: "d", Verb: Delete, On: on, AtMost: 3, Capture: []string{"no"}},
		Set:     {ID: "s", Verb: Set, On: on, Assign: []Assign{{Field: "no", From: []any{"C-1"}, To: "C-2"}, {Field: "on", How: Year}, {Field: "x", How: Derive, Derive: []byte("k")}}},
		Ensure:  {ID: "e", Verb: Ensure, On: Selection{Collection: members()}, Assign: []Assign{{Field: "id", To: "0"}}},
		Block:   {ID: "b", Verb: Block, On: on, Method: "move", Mark: "r1"},
		Release: {ID: "r", Verb: Release, On: on, Method: "move", Mark: "r1"},
		Recount: {ID: "c", Verb: Recount, On: on, Assign: []Assign{{Field: "n", How: Count, Over: edge}}},
	}
	var all []Treatment
	for v, d := range good {
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", v, err)
		}
		all = append(all, d)
	}
	if err := ValidateAll(all); err != nil {
		t.Error(err)
	}
	if err := ValidateAll(append(all, all[0])); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("the same id twice: %v", err)
	}
	for _, c := range []struct {
		verb  Verb
		spoil func(*Treatment)
		want  string
	}{
		{Delete, func(d *Treatment) { d.ID = "" }, "no id"},
		{Delete, func(d *Treatment) { d.AtMost = -1 }, "ceiling below zero"},
		{Delete, func(d *Treatment) { d.Capture = []string{""} }, "without a name"},
		{Delete, func(d *Treatment) { d.On.Collection.Key = nil }, "has no key"},
		{Delete, func(d *Treatment) { d.Assign = []Assign{{Field: "x"}} }, "assigns nothing"},
		{Delete, func(d *Treatment) { d.Verb = "drop" }, "no such verb"},
		{Delete, func(d *Treatment) { d.On.Collection.At = "" }, "no address"},
		{Set, func(d *Treatment) { d.Assign = nil }, "nothing to assign"},
		{Set, func(d *Treatment) { d.Assign = []Assign{{}} }, "no name"},
		{Set, func(d *Treatment) { d.Assign = []Assign{{Field: "x"}, {Field: "x"}} }, "twice"},
		{Set, func(d *Treatment) { d.Assign = []Assign{{Field: "x", To: time.Second}} }, "not of the contract"},
		{Set, func(d *Treatment) { d.Assign = []Assign{{Field: "x", How: Derive}} }, "no secret"},
		{Set, func(d *Treatment) { d.Assign = []Assign{{Field: "x", How: "hash"}} }, `called "hash"`},
		{Set, func(d *Treatment) { d.Assign = []Assign{{Field: "x", How: Count, Over: edge}} }, "belong to recount"},
		{Ensure, func(d *Treatment) { d.Assign = []Assign{{Field: "no", To: "x"}} }, "no key field id"},
		{Ensure, func(d *Treatment) { d.Assign[0].From = []any{"x"} }, "only a correction"},
		{Ensure, func(d *Treatment) { d.Assign = append(d.Assign, Assign{Field: "y", How: Year}) }, "as they stand"},
		{Ensure, func(d *Treatment) { d.On.Collection.At = "" }, "no address"},
		{Block, func(d *Treatment) { d.Mark = "" }, "no request"},
		{Release, func(d *Treatment) { d.Method = "" }, "no method"},
		{Recount, func(d *Treatment) { d.Assign = []Assign{{Field: "n", How: Count}} }, "no edge"},
		{Recount, func(d *Treatment) { d.Assign = []Assign{{Field: "n"}} }, "belong to recount"},
		{Recount, func(d *Treatment) { d.Assign = []Assign{{Field: "n", How: Count, Over: &Step{Collection: parties()}}} }, "join"},
	} {
		d := good[c.verb]
		d.Assign = append([]Assign{}, d.Assign...)
		c.spoil(&d)
		if err := d.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, want %q: got %v", c.verb, c.want, err)
		}
	}
}
