package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/tables"
)

func TestNamesAsTheyStand(t *testing.T) {
	h := newHouse(t, `CREATE SCHEMA "My App"; CREATE TABLE "My App"."Order Lines" ("Id" int PRIMARY KEY, "id" text, "Select" text, "a.b" text);
		INSERT INTO "My App"."Order Lines" VALUES (1, 'one', 'x', 'y'), (2, 'two', 'x', 'y');
		CREATE TABLE "Members" (no text PRIMARY KEY, "Name" text); INSERT INTO "Members" VALUES ('C-1', 'Anna')`)
	lines := coll("My App.Order Lines", "Id")
	sel := by(lines, "id", "two")
	sel.Fields = []string{"Id", "id", "Select", "a.b"}
	if got := h.Located(sel); !slices.Equal(got, []string{"0 [2 two x y]"}) {
		t.Error(got)
	}
	members := coll("members", "no") // another case of letters than the table's
	sel = by(members, "NO", "C-1")
	sel.Fields = []string{"name"}
	if got := h.Located(sel); !slices.Equal(got, []string{"0 [Anna]"}) {
		t.Error(got)
	}
	h.Changes([]int64{1, 1}, set(by(lines, "Id", int64(1)), connectors.Assign{Field: "Select", To: "z"}), del(by(lines, "Id", int64(2))))
	h.Says(`SELECT string_agg("Id" || "id" || "Select", ',') FROM "My App"."Order Lines"`, "1onez")
}

// everyType has a column of every kind of type, a key of several, and one of what the database gives out itself.
const everyType = `CREATE TYPE mood AS ENUM ('glad', 'it''s "so"'); CREATE DOMAIN postcode AS text CHECK (VALUE ~ '^\d\d-\d{3}$'); CREATE DOMAIN strict_code AS postcode NOT NULL;
	CREATE TABLE v (book varchar(10), no int, small int2, big int8, exact numeric(12,2), loose numeric, f4 float4, f8 float8, yes bool, c char(6), name name, id uuid, d date, ts timestamp(3), tz timestamptz,
		span interval, clock time, raw bytea, j json, jb jsonb, m mood, code postcode, strict strict_code DEFAULT '00-001', tags text[], nums int[], ip inet, x xml,
		twice int GENERATED ALWAYS AS (no * 2) STORED, seq int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (book, no));
	INSERT INTO v (book, no, small, big, exact, loose, f4, f8, yes, c, name, id, d, ts, tz, span, clock, raw, j, jb, m, code, tags, nums, ip, x)
		VALUES ('K', 1, -32768, 9223372036854775807, 10.50, 12345678901234567890.123456789, 0.1, 1e300, true, 'ab', 'nn', '6BA7B810-9dad-11d1-80b4-00c04fd430c8', '2020-02-29', '2020-02-29 01:02:03.4567',
			'2020-02-29 01:02:03+02', '1 day 2 hours', '01:02', '\x00ff', '{"b":1, "a":[1,"ż"]}', '{"b":1, "a":[1,"ż"]}', 'it''s "so"', '00-950', '{"a,b",NULL,"c\"d"}', '{1,2}', '10.0.0.1/8', '<a>x</a>');
	INSERT INTO v (book, no) VALUES ('K', 2);`

func TestEveryTypeComesAsWhatItIs(t *testing.T) {
	h := newHouse(t, everyType)
	h.EveryType(tables.Types{
		Holds: connectors.Row{"book": "K", "no": int64(1), "small": int64(-32768), "big": int64(9223372036854775807), "exact": connectors.Decimal("10.50"),
			"loose": connectors.Decimal("12345678901234567890.123456789"), "f4": 0.1, "f8": 1e300, "yes": true, "c": "ab", "name": "nn", "id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
			"d": "2020-02-29", "ts": "2020-02-29 01:02:03.457", "tz": time.Date(2020, 2, 28, 23, 2, 3, 0, time.UTC), "span": "P1DT2H", "clock": "01:02:00", "raw": []byte{0, 255},
			"j": connectors.JSON(`{"b":1, "a":[1,"ż"]}`), "jb": connectors.JSON(`{"a": [1, "ż"], "b": 1}`), "m": `it's "so"`, "code": "00-950", "strict": "00-001",
			"tags": connectors.JSON(`["a,b",null,"c\"d"]`), "nums": connectors.JSON("[1,2]"), "ip": "10.0.0.1/8", "x": "<a>x</a>", "twice": int64(2), "seq": int64(1)},
		Unequal:   []string{"j", "x", "tags", "nums"},
		Alike:     []string{"book", "strict"},
		Given:     []string{"book", "no", "twice", "seq", "tags", "nums"},
		Cannot:    map[string]any{"no": "one", "small": int64(40000), "id": "6ba7", "d": "2021-02-30", "m": "sad", "yes": "perhaps", "jb": "{", "exact": "ten"},
		Forbidden: map[string]any{"code": "Secret-9", "c": "Secret-9", "book": "Secret-Secret-9", "twice": int64(9)},
	})
}

func TestRowsOfSelfReferencingTablesGoAsOne(t *testing.T) {
	h := newHouse(t, `CREATE TABLE n (id int PRIMARY KEY, owner text, up int REFERENCES n); INSERT INTO n VALUES (1, 'a', 3), (2, 'a', 1), (3, 'a', 2), (4, 'b', NULL)`)
	c := coll("n", "id")
	m := connectors.Match{Fields: []string{"owner"}, Values: []connectors.Tuple{{Values: []any{"a"}}},
		Via: []connectors.Hop{{Collection: c, From: []string{"id"}, To: []string{"up"}, Repeat: true}}}
	h.Changes([]int64{3}, del(connectors.Selection{Collection: c, Any: []connectors.Match{m}}))
	h.Says("SELECT string_agg(id::text, ',') FROM n", "4")
}

// TestPathsAcrossTypes: a column of texts leads to one of numbers, as keys sent one by one would; NULL and the empty text lead nowhere.
func TestPathsAcrossTypes(t *testing.T) {
	h := newHouse(t, `CREATE TABLE p (id int PRIMARY KEY, no text, card varchar(40), code char(4)); CREATE TABLE q (id int PRIMARY KEY, p_no int, card uuid, code text);
		INSERT INTO p VALUES (1, '07', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'x'), (2, '', '', ''), (3, NULL, NULL, NULL), (4, 'seven', 'no card', 'y');
		INSERT INTO q VALUES (1, 7, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'x'), (2, NULL, NULL, NULL), (3, 0, NULL, '')`)
	p, q := coll("p", "id"), coll("q", "id")
	for from, to := range map[string]string{"no": "p_no", "card": "card", "code": "code"} {
		m := connectors.Match{Fields: []string{"id"}, Via: []connectors.Hop{{Collection: p, From: []string{from}, To: []string{to}}}}
		for i := range 4 {
			m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{int64(i + 1)}})
		}
		if got := h.Located(connectors.Selection{Collection: q, Any: []connectors.Match{m}, Fields: []string{"id"}}); !slices.Equal(got, []string{"0 [1]"}) {
			t.Errorf("over %s: %v", from, got)
		}
		m.Via = []connectors.Hop{{Collection: q, From: []string{to}, To: []string{from}}}
		m.Values = m.Values[:3]
		if got := h.Located(connectors.Selection{Collection: p, Any: []connectors.Match{m}, Fields: []string{"id"}}); !slices.Equal(got, []string{"0 [1]"}) && to != "p_no" {
			t.Errorf("back over %s: %v", from, got) // 7 is not the text 07
		}
	}
}

func TestOnePlaceholderUnderAUniqueKeyIsAConflict(t *testing.T) {
	h := newHouse(t, `CREATE TABLE u (id int PRIMARY KEY, no text UNIQUE); INSERT INTO u VALUES (1, 'Secret-1'), (2, 'Secret-2')`)
	out, err := h.Apply(set(by(coll("u", "id"), "id", int64(1), int64(2)), connectors.Assign{Field: "no", To: "Secret-0"}))
	if !errors.Is(err, connectors.ErrConflict) || len(out[0].Notes) == 0 || out[0].Notes[0].Path != "u.u_no_key" || strings.Contains(err.Error(), "Secret") {
		t.Errorf("%v %+v", err, out)
	}
	h.Says("SELECT string_agg(no, ',' ORDER BY id) FROM u", "Secret-1,Secret-2")
}

// TestKeysThatChange: a later treatment finds a row whose key an earlier one changed.
func TestKeysThatChange(t *testing.T) {
	for _, key := range []string{"PRIMARY KEY", ""} {
		h := newHouse(t, `CREATE TABLE k (id int `+key+`, v text); INSERT INTO k VALUES (1, 'a'), (2, 'b')`)
		c := coll("k", "id")
		h.Changes([]int64{1, 1, 2}, set(by(c, "id", int64(1)), connectors.Assign{Field: "id", To: int64(9)}), set(by(c, "id", int64(1)), connectors.Assign{Field: "v", To: "z"}),
			del(by(c, "v", "a", "b")))
		h.Says("SELECT count(*)::text FROM k", "0")
	}
}

func TestDeferredKeysAreCheckedBeforeTheHostIsAsked(t *testing.T) {
	h := newHouse(t, `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
		INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 2)`)
	a, b := coll("a", "id"), coll("b", "id")
	for _, rehearse := range []bool{true, false} {
		asked := false
		opt := connectors.ApplyOptions{Rehearse: rehearse, Confirm: func(context.Context, []connectors.Outcome) error { asked = true; return nil }}
		if _, err := h.ApplyWith(opt, del(by(a, "id", int64(1)))); !errors.Is(err, connectors.ErrConflict) || asked {
			t.Errorf("rehearsal %t: %v, asked %t", rehearse, err, asked)
		}
	}
	h.Changes([]int64{1, 1}, del(by(a, "id", int64(1))), del(by(b, "a_id", int64(1))))
}

func TestRowsATriggerKeeps(t *testing.T) {
	h := newHouse(t, `CREATE TABLE k (id int PRIMARY KEY, v text); INSERT INTO k VALUES (1, 'a');
		CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON k FOR EACH ROW EXECUTE FUNCTION keep();
		CREATE TABLE l (id int PRIMARY KEY, v text); INSERT INTO l VALUES (1, 'Secret');
		CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no, %'', OLD.v; END'; CREATE TRIGGER shout BEFORE DELETE ON l FOR EACH ROW EXECUTE FUNCTION shout()`)
	k := by(coll("k", "id"), "id", int64(1))
	for _, do := range []connectors.Treatment{del(k), set(k, connectors.Assign{Field: "v", To: "b"})} {
		if _, err := h.Apply(do); !errors.Is(err, connectors.ErrConflict) {
			t.Errorf("%s: %v", do.Verb, err)
		}
	}
	if _, err := h.Apply(del(by(coll("l", "id"), "id", int64(1)))); !errors.Is(err, connectors.ErrConflict) || strings.Contains(err.Error(), "Secret") {
		t.Errorf("%v", err)
	}
}

func TestPartitionsAndChildrenOfInheritance(t *testing.T) {
	h := newHouse(t, `CREATE TABLE e (id int, y int, who text, PRIMARY KEY (id, y)) PARTITION BY RANGE (y); CREATE TABLE e1 PARTITION OF e FOR VALUES FROM (0) TO (10); CREATE TABLE e2 PARTITION OF e FOR VALUES FROM (10) TO (20);
		INSERT INTO e VALUES (1, 1, 'a'), (2, 11, 'a'), (3, 12, 'b');
		CREATE TABLE log (y int, who text) PARTITION BY RANGE (y); CREATE TABLE log1 PARTITION OF log FOR VALUES FROM (0) TO (10); CREATE TABLE log2 PARTITION OF log FOR VALUES FROM (10) TO (20);
		INSERT INTO log VALUES (1, 'a'), (11, 'a'), (12, 'b');
		CREATE TABLE parent (id int PRIMARY KEY, who text); CREATE TABLE child (more text) INHERITS (parent); INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES (1, 'a', 'x'), (2, 'b', 'y')`)
	h.Changes([]int64{2}, set(by(coll("e", "id", "y"), "who", "a"), connectors.Assign{Field: "y", To: int64(15)})) // a row moves to another partition
	h.Changes([]int64{2}, del(by(coll("e", "id", "y"), "who", "a")))
	h.Changes([]int64{2, 2}, set(by(coll("log", "y"), "who", "a"), connectors.Assign{Field: "y", To: int64(16)}), del(by(coll("log", "y"), "who", "a")))
	h.Changes([]int64{2}, del(by(coll("parent", "id"), "who", "a")))
	for _, table := range []string{"e", "log", "parent"} {
		h.Says("SELECT string_agg(who, ',') FROM "+table, "b")
	}
}

func TestViewsAreRefused(t *testing.T) {
	h := newHouse(t, `CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM t`)
	for _, at := range []string{"v", "m"} {
		var d connectors.Diagnostics
		err := connectors.Each(t.Context(), h.Store, by(coll(at, "id"), "id", int64(1)), func(int, []any) error { return nil })
		if !errors.As(err, &d) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// TestTablesThatReferToEachOther: whichever treatment stands first, rows that refer to each other go together, restricted ones too.
func TestTablesThatReferToEachOther(t *testing.T) {
	h := newHouse(t, `CREATE TABLE a (id int PRIMARY KEY, b_id int); CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a, c_id int); CREATE TABLE c (id int PRIMARY KEY, b_id int REFERENCES b);
		INSERT INTO a SELECT g, g FROM generate_series(1, 3) AS g; INSERT INTO b SELECT g, g, g FROM generate_series(1, 3) AS g; INSERT INTO c SELECT g, g FROM generate_series(1, 3) AS g;
		ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b; ALTER TABLE b ADD FOREIGN KEY (c_id) REFERENCES c`)
	var all []connectors.Collection
	for _, name := range []string{"a", "b", "c"} {
		all = append(all, coll(name, "id"))
	}
	h.Install(uses(all...))
	for _, c := range all {
		h.Changes([]int64{1}, move(connectors.Block, "R-1", c, int64(2)))
	}
	h.Changes([]int64{2, 2, 2}, del(by(all[0], "id", int64(1), int64(2))), del(by(all[1], "id", int64(1), int64(2))), del(by(all[2], "id", int64(1), int64(2))))
	h.Says("SELECT (SELECT string_agg(a::text, '') FROM a) || (SELECT string_agg(b::text, '') FROM b) || (SELECT string_agg(c::text, '') FROM c) || (SELECT count(*) FROM dossier.marks)", "(3,3)(3,3,3)(3,3)0")
	if out, err := h.Apply(del(by(all[0], "id", int64(3))), del(by(all[1], "id", int64(3)))); !errors.Is(err, connectors.ErrConflict) || out[0].Changed != 0 {
		t.Errorf("a row is left that refers to what goes: %+v, %v", out, err)
	}
}
