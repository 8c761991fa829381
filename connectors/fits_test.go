package connectors

import (
	"slices"
	"testing"
	"time"
)

func TestCondFits(t *testing.T) {
	day := func(s string) time.Time { d, _, _ := Date(s, time.UTC); return d }
	row := Row{"s": "paid", "n": int64(7), "null": nil, "empty": "", "old": "2020-01-31", "zero": "0000-00-00", "odd": "31.01.2020",
		"at": day("2020-01-31")}
	never := Cond{Op: "like", Field: "s"}
	some := SomeOver(Step{Collection: Collection{At: "x"}, From: []string{"s"}, To: []string{"s"}})
	for name, c := range map[string]struct {
		c    Cond
		want bool
	}{
		"and of none":         {AllOf(), true},
		"or of none":          {AnyOf(), false},
		"in":                  {InValues("s", "unpaid", "paid"), true},
		"in as text":          {InValues("n", "7"), true},
		"in null":             {InValues("null", nil, "x"), false},
		"not in null":         {NotThat(InValues("null", "x")), true}, // two-valued: SQL alone would say unknown
		"in empty":            {InValues("empty", ""), true},
		"null":                {NullField("null"), true},
		"absent is null":      {NullField("absent"), true},
		"empty is not null":   {NullField("empty"), false},
		"before":              {BeforeTime("old", day("2020-02-01")), true},
		"before is exclusive": {BeforeTime("old", day("2020-01-31")), false},
		"instant before":      {BeforeTime("at", day("2020-02-01")), true},
		"null before":         {BeforeTime("null", day("2020-02-01")), false},
		"zero before":         {BeforeTime("zero", day("2020-02-01")), false},
		"odd before":          {BeforeTime("odd", day("2021-02-01")), false},
		"not before zero":     {NotThat(BeforeTime("zero", day("2020-02-01"))), true},
		"dated":               {DatedField("old"), true},
		"zero is not dated":   {DatedField("zero"), false},
		"and":                 {AllOf(InValues("s", "paid"), NotThat(NullField("n"))), true},
		"or":                  {AnyOf(InValues("s", "unpaid"), InValues("n", int64(7))), true},
		"unknown":             {never, false},
		"exists needs others": {some, false},
		"and so does none":    {NotThat(some), false},
		"and inside":          {AllOf(AnyOf(NotThat(some))), false},
	} {
		if got := c.c.Fits(row, time.UTC); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestBeforeStandsInTheZone(t *testing.T) {
	warsaw, _ := time.LoadLocation("Europe/Warsaw")
	cut := time.Date(2020, 1, 30, 23, 30, 0, 0, time.UTC) // 00:30 of the 31st in Warsaw
	c := BeforeTime("d", cut)
	if !c.Fits(Row{"d": "2020-01-31"}, warsaw) || c.Fits(Row{"d": "2020-01-31"}, time.UTC) {
		t.Error("a date without a zone must stand in the collection's zone")
	}
}

func TestSelectionFits(t *testing.T) {
	from, to := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 12, 31, 0, 0, 0, 0, time.UTC)
	sel := Selection{
		Collection: Collection{At: "t"},
		Any: []Match{
			{Fields: []string{"a", "b"}, Values: []Tuple{{Person: 2, Values: []any{"x", int64(1)}}, {Person: 2, Values: []any{"x", int64(1)}}}},
			{Fields: []string{"c"}, Values: []Tuple{{Person: 1, Values: []any{"y"}, Within: &Range{Field: "d", From: &from, To: &to}}, {Person: 3, Values: []any{""}}}},
			{Via: []Hop{{}}, Fields: []string{"a"}, Values: []Tuple{{Person: 9, Values: []any{"x"}}}},
		},
	}
	for name, c := range map[string]struct {
		row  Row
		want []int
	}{
		"both":       {Row{"a": "x", "b": int64(1), "c": "y", "d": "2020-05-01"}, []int{1, 2}},
		"too late":   {Row{"a": "x", "b": int64(1), "c": "y", "d": "2020-12-31 00:00:01"}, []int{2}},
		"last":       {Row{"c": "y", "d": "2020-12-31"}, []int{1}},
		"undated":    {Row{"c": "y", "d": "0000-00-00"}, nil},
		"one of two": {Row{"a": "x"}, nil},
		"empty":      {Row{"c": ""}, nil},
	} {
		if got := sel.Fits(c.row); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := (Selection{}).Fits(Row{"a": "x"}); got != nil {
		t.Errorf("the zero selection fits %v", got)
	}
}

func TestBetweenRange(t *testing.T) {
	b := Between{Date: "read_on", From: "started", To: "ended"}
	r, ok := b.Range(Row{"started": "2020-01-01", "ended": "2020-01-31"}, time.UTC)
	if !ok || !r.Holds(Row{"read_on": "2020-01-31 23:59:59.999"}, time.UTC) || r.Holds(Row{"read_on": "2020-02-01"}, time.UTC) {
		t.Error("an end without a time must cover its whole day")
	}
	if r, ok = b.Range(Row{"started": "2020-01-01"}, time.UTC); !ok || r.To != nil {
		t.Error("a missing end must be open")
	}
	for _, row := range []Row{{"ended": "2020-01-31"}, {"started": "0000-00-00"}, {"started": "2020-01-01", "ended": "0000-00-00"}} {
		if _, ok := b.Range(row, time.UTC); ok {
			t.Errorf("a %v with an unknown date must fit nothing", row)
		}
	}
}

func TestKeysAndPick(t *testing.T) {
	sel := Selection{Fields: []string{"b", "missing"}, Any: []Match{
		{Fields: []string{"email"}, Values: []Tuple{{Person: 0, Values: []any{"a@x"}}, {Person: 0, Values: []any{"a@x"}}, {Person: 1, Values: []any{"a@x"}}, {Person: 2, Values: []any{""}}, {Person: 3, Values: []any{nil}}}},
		{Fields: []string{"id"}, Values: []Tuple{{Person: 0, Values: []any{int64(1)}}}},
	}}
	if got := sel.Keys("email"); len(got) != 2 || got[0].Person != 0 || got[1].Person != 1 {
		t.Errorf("Keys gave %d tuples, want one of each person", len(got))
	}
	if err := sel.Beyond("email", "id"); err != nil {
		t.Errorf("Beyond: %v", err)
	}
	if err := sel.Beyond("email"); err == nil {
		t.Error("Beyond must tell that id was asked for")
	}
	if got := sel.Pick(Row{"b": int64(1), "c": "x"}); len(got) != 2 || got[0] != int64(1) || got[1] != nil {
		t.Errorf("Pick gave %v", got)
	}
}
