package conformance

import (
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// fixture is one collection of the scratch system.
type fixture struct {
	key      []string
	lookup   string // how cases look its rows up, unless the shape says
	document bool
	rows     []connectors.Row
}

// awkward is a text that must survive as a value and as a key looked up: quotes, letters beyond ASCII, line
// ends, and what LIKE, glob, shells and templates take for themselves.
const awkward = "O'Brien said \"zażółć gęślą jaźń\" 🙂\nnext line, 100% of_it \\ ; -- /* $1 ?1 :a {x} * [a-z] ../"

var seen = time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC)

// fixtures are the suite's data. Persons 1 and 2 are a couple who share an e-mail address, a home and a
// lease; 4 and 5 have no number; 6 and 7 have dates nobody can read; 1 and 10 differ by a last digit.
func fixtures() map[string]fixture {
	type row = connectors.Row
	person := func(id int64, no any, more row) row {
		r := row{"id": id, "no": no, "email": fmt.Sprintf("p%d@lipy.example", id), "login_ci": fmt.Sprintf("Login%d", id), "name": "Nowak",
			"boss": nil, "left_on": nil, "status": "A", "note": nil, "address": nil}
		for f, v := range more {
			r[f] = v
		}
		return r
	}
	return map[string]fixture{
		"people": {key: []string{"id"}, lookup: "no", rows: []row{
			person(1, "C-1", row{"email": "anna@lipy.example", "left_on": "2010-05-31", "note": awkward, "address": int64(1), "login_ci": "Anna"}),
			person(2, "C-2", row{"email": "anna@lipy.example", "boss": int64(1), "address": int64(1), "login_ci": "Żaneta"}),
			person(3, "C-10", row{"boss": int64(2), "left_on": "2010-06-01", "status": "W", "note": "", "address": int64(2)}),
			person(4, nil, row{"boss": int64(3), "left_on": "2010-05-31 23:30:00", "status": nil}),
			person(5, "", row{"boss": int64(1), "left_on": "2011-01-01T00:30:00+01:00", "status": ""}),
			person(6, "C-6", row{"left_on": "0000-00-00", "status": "W"}),
			person(7, "C-7", row{"boss": int64(7), "left_on": "31.12.2009", "address": int64(2)}),
			person(8, "C-8", row{"left_on": "2009-12-31", "email": "o'brien+100%_\\@lipy.example"}),
			person(9, "C-9", row{"left_on": "2999-01-01", "name": ""}),
			person(10, "c-1", row{"left_on": "2010-02-28 12:00:00"}),
		}},
		"values": {key: []string{"id"}, lookup: "no", rows: []row{
			{"id": int64(1), "no": "V-1", "whole": int64(9007199254740993), "exact": connectors.Decimal("12345678901234567890.10"),
				"ratio": 0.1, "yes": true, "at": seen, "raw": []byte{0, 255, 39, 92, 10}, "nested": connectors.JSON(`{"a":[1,"ż"]}`), "text": awkward},
			{"id": int64(2), "no": "V-2", "whole": int64(-1), "exact": connectors.Decimal("-0.01"),
				"ratio": -2.5, "yes": false, "at": seen.AddDate(-40, 0, 0), "raw": []byte("text"), "nested": connectors.JSON(`[]`), "text": ""},
			{"id": int64(3), "no": "V-3", "whole": nil, "exact": nil, "ratio": nil, "yes": nil, "at": nil, "raw": nil, "nested": nil, "text": nil},
		}},
		"addresses": {key: []string{"id"}, lookup: "id", rows: []row{
			{"id": int64(1), "street": "Lipowa 1"}, {"id": int64(2), "street": "Lipowa 2"}, {"id": int64(3), "street": "Lipowa 3"},
		}},
		"leases": {key: []string{"no"}, lookup: "no", rows: []row{
			{"no": "L-1", "flat": "A", "started": "2018-01-01", "ended": "2019-12-31", "party_count": int64(2)},
			{"no": "L-2", "flat": "A", "started": "2020-01-01", "ended": nil, "party_count": int64(9)},
			{"no": "L-3", "flat": "B", "started": "0000-00-00", "ended": nil, "party_count": int64(0)},
			{"no": "L-4", "flat": "B", "started": "2018-01-01", "ended": "2018-06-30 12:00:00", "party_count": int64(1)},
		}},
		"parties": {key: []string{"lease", "person"}, lookup: "person", rows: []row{
			{"lease": "L-1", "person": int64(1), "share": "1/2"}, {"lease": "L-1", "person": int64(2), "share": "1/2"},
			{"lease": "L-2", "person": int64(2), "share": "1"}, {"lease": "L-3", "person": int64(3), "share": "1"},
			{"lease": "L-4", "person": int64(7), "share": nil},
		}},
		"readings": {key: []string{"id"}, lookup: "id", rows: []row{
			{"id": int64(1), "flat": "A", "read_on": "2017-12-31"}, {"id": int64(2), "flat": "A", "read_on": "2018-01-01"},
			{"id": int64(3), "flat": "A", "read_on": "2019-12-31 23:59:59"}, {"id": int64(4), "flat": "A", "read_on": "2020-01-01"},
			{"id": int64(5), "flat": "A", "read_on": nil}, {"id": int64(6), "flat": "A", "read_on": "0000-00-00"},
			{"id": int64(7), "flat": "B", "read_on": "2018-06-30 12:00:00"}, {"id": int64(8), "flat": "B", "read_on": "2018-06-30 12:00:01"},
			{"id": int64(9), "flat": nil, "read_on": "2018-06-30"},
		}},
		"entries": {key: []string{"book", "entry"}, lookup: "person", rows: []row{
			{"book": "K", "entry": int64(1), "person": int64(1), "old_book": nil, "old_entry": nil, "booked_on": "2015-03-04", "title": "fee", "amount": connectors.Decimal("10.50")},
			{"book": "K", "entry": int64(2), "person": nil, "old_book": "K", "old_entry": int64(1), "booked_on": "2016-03-04 10:11:12", "title": "fee, put right", "amount": connectors.Decimal("-10.50")},
			{"book": "M", "entry": int64(1), "person": nil, "old_book": "K", "old_entry": int64(2), "booked_on": "2017-03-04", "title": "put right again", "amount": connectors.Decimal("0.01")},
			{"book": "M", "entry": int64(2), "person": int64(2), "old_book": "K", "old_entry": nil, "booked_on": "0000-00-00", "title": nil, "amount": nil},
			{"book": "K", "entry": int64(12), "person": int64(3), "old_book": nil, "old_entry": int64(1), "booked_on": nil, "title": "other", "amount": connectors.Decimal("7")},
		}},
		"order by": {key: []string{"group"}, lookup: "group", rows: []row{
			{"group": int64(1), "select": "x", "two words": "y", `quo"te`: "z"}, {"group": int64(2), "select": "x'", "two words": "y", `quo"te`: "z"},
		}},
		"docs": {key: []string{"no"}, lookup: "no", document: true, rows: []row{
			{"no": "D-1", connectors.DocumentField: []byte("%PDF-1.7 first\x00\xff")}, {"no": "D-2", connectors.DocumentField: []byte("second")},
		}},
	}
}
