package sqlite

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// dated2020 is a table whose rows are named by dates, and nothing else: the driver would make instants of them, which name no row.
const dated2020 = `CREATE TABLE r (flat TEXT, day DATE, at TIMESTAMP, v TEXT, PRIMARY KEY (flat, day, at)) WITHOUT ROWID;
	CREATE TABLE k (id INTEGER PRIMARY KEY, flat TEXT, day DATE, at TIMESTAMP, FOREIGN KEY (flat, day, at) REFERENCES r);
	INSERT INTO r VALUES ('A', '2020-01-02', '2020-01-02 03:04:05', 'x'), ('B', '2020-01-02', '2020-01-02 03:04', 'x');
	INSERT INTO k VALUES (1, 'A', '2020-01-02', '2020-01-02 03:04:05');`

func TestRowsNamedByDates(t *testing.T) {
	path, db := newFile(t, dated2020)
	s := opened(t, path)
	all := connectors.Selection{Collection: coll("r", "flat", "day", "at"), All: true}
	before := application(t, db)
	probed := func(label string, want int64) {
		t.Helper()
		if r, w, err := s.Probe(t.Context(), all); err != nil || r != want || w != want {
			t.Errorf("%s: %d readable, %d writable, %v", label, r, w, err)
		}
	}
	probed("free", 2)
	hold(t, s, all)
	probed("held", 0)
	if err := lift(s, all); err != nil {
		t.Fatal(err)
	}
	probed("lifted", 2)
	same(t, "lifted", application(t, db), before)
	hold(t, s, all)
	second := by(all.Collection, "flat", one(0, "B"))
	for _, do := range []connectors.Treatment{
		{Verb: connectors.Set, On: all, AtMost: 2, Assign: []connectors.Assign{{Field: "v", To: "y"}}},
		{Verb: connectors.Delete, On: second, AtMost: 1},
		treat(connectors.Release, all, "R-1"),
		{Verb: connectors.Set, On: all, AtMost: 2, Assign: []connectors.Assign{{Field: "day", To: "2021-01-02"}}},
	} {
		run(t, db, "DELETE FROM k WHERE "+truthOf(do.Verb == connectors.Set && do.Assign[0].Field == "day"))
		out, err := apply(s, do)
		if want := int64(1); err != nil || out[0].Changed < want {
			t.Fatalf("%s: %+v, %v", do.Verb, out, err)
		}
	}
	same(t, "rows left", count(t, db, "SELECT count(*) FROM r WHERE flat = 'A' AND day = '2021-01-02' AND at = '2020-01-02 03:04:05' AND v = 'y'"), 1)
	if out, err := apply(s, connectors.Treatment{Verb: connectors.Delete, On: all, AtMost: 1}); err != nil || out[0].Changed != 1 {
		t.Fatal(out, err)
	}
	same(t, "rows in the end", count(t, db, "SELECT count(*) FROM r"), 0)
}

func truthOf(yes bool) string {
	if yes {
		return "TRUE"
	}
	return "FALSE"
}
