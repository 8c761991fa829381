package connectors

import "testing"

func TestStanding(t *testing.T) {
	on := Selection{Collection: Collection{Name: "members", At: "members", Key: []string{"id"}}}
	correct := func(from ...any) Treatment {
		return Treatment{Verb: Set, On: on, Assign: []Assign{{Field: "email", From: from, To: "new@example.org"}}}
	}
	clearNote := Treatment{Verb: Set, On: on, Assign: []Assign{{Field: "note"}}}
	year := Treatment{Verb: Set, On: on, Assign: []Assign{{Field: "born", How: Year}}}
	derive := Treatment{Verb: Set, On: on, Assign: []Assign{{Field: "code", How: Derive, Derive: []byte("k")}}}
	both := Treatment{Verb: Set, On: on, Assign: append(correct("old@example.org").Assign, clearNote.Assign...)}
	for name, c := range map[string]struct {
		t    Treatment
		row  Row
		want Standing
	}{
		"delete":                   {Treatment{Verb: Delete, On: on}, Row{"id": int64(1)}, ToDo},
		"ensure":                   {Treatment{Verb: Ensure, On: on}, Row{"id": int64(1)}, Done},
		"from":                     {correct("old@example.org"), Row{"email": "old@example.org"}, ToDo},
		"one of from":              {correct("older", "old@example.org"), Row{"email": "old@example.org"}, ToDo},
		"to":                       {correct("old@example.org"), Row{"email": "new@example.org"}, Done},
		"neither":                  {correct("old@example.org"), Row{"email": "third@example.org"}, Conflict},
		"null is neither":          {correct("old@example.org"), Row{"email": nil}, Conflict},
		"null as from":             {correct(nil), Row{}, ToDo},
		"empty is not null":        {correct(nil), Row{"email": ""}, Conflict},
		"any old value":            {correct(), Row{"email": "third@example.org"}, ToDo},
		"cleared":                  {clearNote, Row{"note": nil}, Done},
		"empty text to clear":      {clearNote, Row{"note": ""}, ToDo},
		"year to do":               {year, Row{"born": "1980-02-03"}, ToDo},
		"year done":                {year, Row{"born": "1980-01-01"}, Done},
		"year unreadable":          {year, Row{"born": "0000-00-00"}, ToDo},
		"year null":                {year, Row{}, Done},
		"derive to do":             {derive, Row{"id": int64(1), "code": "x"}, ToDo},
		"derive done":              {derive, Row{"id": int64(1), "code": DeriveText([]byte("k"), int64(1))}, Done},
		"a number as text":         {Treatment{Verb: Set, On: on, Assign: []Assign{{Field: "n", To: "7"}}}, Row{"n": int64(7)}, Done},
		"conflict outweighs to do": {both, Row{"email": "third@example.org", "note": "x"}, Conflict},
		"one field left":           {both, Row{"email": "new@example.org", "note": "x"}, ToDo},
	} {
		if got := c.t.Standing(c.row); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestValuesForAppliedAreDone(t *testing.T) {
	do := Treatment{Verb: Set, On: Selection{Collection: Collection{Key: []string{"id"}, Zone: "Europe/Warsaw"}}, Assign: []Assign{
		{Field: "a", To: "x"}, {Field: "b"}, {Field: "c", How: Month}, {Field: "d", How: Derive, Derive: []byte("k")},
	}}
	row := Row{"id": int64(1), "a": "1", "b": "2", "c": "2020-02-03 04:05", "d": "4"}
	for f, v := range do.ValuesFor(row) {
		row[f] = v
	}
	if do.Standing(row) != Done {
		t.Errorf("a row that holds the assigned values is %s", do.Standing(row))
	}
}
