package mysql

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
	h := newHouse(t, "CREATE TABLE `Order Lines` (`Id` int PRIMARY KEY, `order` text, `Select` text, `a.b` text, ```` text);"+
		"INSERT INTO `Order Lines` VALUES (1, 'one', 'x', 'y', 'z'), (2, 'two', 'x', 'y', 'z'); CREATE TABLE `Members` (no varchar(9) PRIMARY KEY, `Name` text); INSERT INTO `Members` VALUES ('C-1', 'Anna')")
	lines := coll("Order Lines", "Id")
	sel := by(lines, "order", "two")
	sel.Fields = []string{"Id", "order", "Select", "a.b", "`"}
	if got := h.Located(sel); !slices.Equal(got, []string{"0 [2 two x y z]"}) {
		t.Error(got)
	}
	sel = by(coll("members", "no"), "NO", "C-1") // another case of letters than the table's
	sel.Fields = []string{"name"}
	if got := h.Located(sel); !slices.Equal(got, []string{"0 [Anna]"}) {
		t.Error(got)
	}
	h.Changes([]int64{1, 1}, set(by(lines, "Id", int64(1)), connectors.Assign{Field: "Select", To: "z"}), del(by(lines, "Id", int64(2))))
	h.Says("SELECT group_concat(concat(`Id`, `order`, `Select`)) FROM `Order Lines`", "1onez")
}

// everyType has a column of every kind of type, a key of several, and one of what the database computes.
const everyType = `CREATE TABLE v (book varchar(10), no int, small smallint, medium mediumint, big bigint, huge bigint unsigned, tiny tinyint unsigned, filled int(5) unsigned zerofill, exact decimal(12,2),
		loose decimal(60,20), f4 float, f8 double, yes tinyint(1), one bit(1), bits bit(60), c char(6), latin varchar(20) CHARACTER SET latin1, old varchar(20) CHARACTER SET utf8mb3, long_text longtext, d date, ts datetime(3), tz timestamp(6) NULL DEFAULT NULL,
		clock time, y year, raw varbinary(20), fixed binary(4), j json, mood enum('glad', 'it''s "so"'), tags set('a', 'b', 'c'), id uuid, ip inet6, twice int AS (no * 2) STORED, thrice int AS (no * 3) VIRTUAL, PRIMARY KEY (book, no));
	INSERT INTO v (book, no, small, medium, big, huge, tiny, filled, exact, loose, f4, f8, yes, one, bits, c, latin, old, long_text, d, ts, tz, clock, y, raw, fixed, j, mood, tags, id, ip)
		VALUES ('K', 1, -32768, -8388608, 9223372036854775807, 18446744073709551615, 255, 42, 10.50, 12345678901234567890.123456789, 0.1, 1e300, true, b'1', 1152921504606846975, 'ab', 'caf\u00e9', 'za\u017c\u00f3\u0142\u0107', 'x', '2020-02-29',
			'2020-02-29 01:02:03.4567', '2020-02-28 23:02:03.5', '-101:02:03', 1999, x'00ff', 'ab', '{"b":1, "a":[1,"\u017c"]}', 'it''s "so"', 'a,c', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '::ffff:10.0.0.1');
	INSERT INTO v (book, no) VALUES ('K', 2);`

func TestEveryTypeComesAsWhatItIs(t *testing.T) {
	h := newHouse(t, strings.NewReplacer(`\u00e9`, "é", `\u017c`, "ż", `\u00f3`, "ó", `\u0142`, "ł", `\u0107`, "ć").Replace(everyType))
	v := tables.Types{
		Holds: connectors.Row{"book": "K", "no": int64(1), "small": int64(-32768), "medium": int64(-8388608), "big": int64(9223372036854775807), "huge": connectors.Decimal("18446744073709551615"), "tiny": int64(255),
			"filled": int64(42), "exact": connectors.Decimal("10.50"), "loose": connectors.Decimal("12345678901234567890.12345678900000000000"), "f4": 0.1, "f8": 1e300, "yes": true, "one": true, "bits": int64(1152921504606846975),
			"c": "ab", "latin": "café", "old": "zażółć", "long_text": "x", "d": "2020-02-29", "ts": "2020-02-29 01:02:03.456", "tz": time.Date(2020, 2, 28, 23, 2, 3, 500000000, time.UTC), "clock": "-101:02:03", "y": int64(1999),
			"raw": []byte{0, 255}, "fixed": []byte("ab\x00\x00"), "j": connectors.JSON(`{"b":1, "a":[1,"ż"]}`), "mood": `it's "so"`, "tags": "a,c", "id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "ip": "::ffff:10.0.0.1",
			"twice": int64(2), "thrice": int64(3)},
		Alike:     []string{"book"},
		Given:     []string{"book", "no", "twice", "thrice"},
		Cannot:    map[string]any{"no": "one", "small": int64(40000), "tiny": int64(-1), "id": "6ba7", "ip": "10.0.0", "d": "31.12.2020", "bits": int64(-1), "exact": "ten", "clock": "late", "y": "soon", "old": "🙂"},
		Forbidden: map[string]any{"c": "Secret-9", "mood": "Secret", "tags": "Secret", "j": "Secret", "twice": int64(9), "book": nil, "d": "2021-13-01"},
	}
	h.EveryType(v)
	c := coll("v", "book", "no")
	h.Run("DELETE FROM v WHERE no = 2")
	h.Install(uses(c))
	h.ReadsEveryType(v) // where a row may stand in either of two tables
	hold := connectors.Treatment{Verb: connectors.Block, On: by(c, "no", int64(1)), Method: methodMove, Mark: "R"}
	h.Changes([]int64{1}, hold)
	h.ReadsEveryType(v) // and where it stands in the other
	h.Says("SELECT count(*) FROM v", "0")
}

// TestRowsOfSelfReferencingTablesGoAsOne, though the server looks at each as it goes: leaves first, circles unhooked.
func TestRowsOfSelfReferencingTablesGoAsOne(t *testing.T) {
	h := newHouse(t, `CREATE TABLE n (id int PRIMARY KEY, owner varchar(9), up int, FOREIGN KEY (up) REFERENCES n (id)); SET foreign_key_checks = 0;
		INSERT INTO n VALUES (1, 'a', 3), (2, 'a', 1), (3, 'a', 2), (4, 'b', NULL), (5, 'a', 5), (6, 'a', 1); INSERT INTO n SELECT 100 + seq, 'c', nullif(99 + seq, 99) FROM seq_0_to_30; SET foreign_key_checks = 1`)
	c := coll("n", "id")
	m := connectors.Match{Fields: []string{"owner"}, Values: []connectors.Tuple{{Values: []any{"a"}}},
		Via: []connectors.Hop{{Collection: c, From: []string{"id"}, To: []string{"up"}, Repeat: true}}}
	h.Changes([]int64{5, 31}, del(connectors.Selection{Collection: c, Any: []connectors.Match{m}}), del(by(c, "owner", "c")))
	h.Says("SELECT group_concat(id) FROM n", "4")
	h.Run("INSERT INTO n VALUES (1, 'd', NULL), (2, 'd', 1), (3, 'd', 2)")
	h.Install(uses(c))
	h.Changes([]int64{1}, move(connectors.Block, "R", c, int64(1))) // what stays of it is referred to
	h.Changes([]int64{3}, del(by(c, "owner", "d")))
	h.Says("SELECT group_concat(id) FROM n", "4")
}

// TestRowsOfTablesInACircleGo, whatever the order of the treatments and though the server looks at each row as it goes: those first that others
// do not refer to, and in a circle after references that may be NULL were emptied. Where none may be, it is said.
func TestRowsOfTablesInACircleGo(t *testing.T) {
	h := newHouse(t, `CREATE TABLE a (id int PRIMARY KEY, owner varchar(9), b_id int); CREATE TABLE b (id int PRIMARY KEY, owner varchar(9), a_id int NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id));
		CREATE TABLE c (id int PRIMARY KEY, owner varchar(9), b_id int NOT NULL, FOREIGN KEY (b_id) REFERENCES b (id)); ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
		INSERT INTO a VALUES (1, 'x', NULL), (2, 'y', NULL), (3, 'x', NULL); INSERT INTO b VALUES (1, 'x', 1), (2, 'y', 2), (3, 'x', 3); INSERT INTO c VALUES (1, 'x', 1), (2, 'y', 2); UPDATE a SET b_id = id;
		CREATE TABLE d (id int PRIMARY KEY, owner varchar(9), e_id int NOT NULL); CREATE TABLE e (id int PRIMARY KEY, owner varchar(9), d_id int NOT NULL, FOREIGN KEY (d_id) REFERENCES d (id));
		SET foreign_key_checks = 0; INSERT INTO d VALUES (1, 'x', 1); INSERT INTO e VALUES (1, 'x', 1); ALTER TABLE d ADD FOREIGN KEY (e_id) REFERENCES e (id); SET foreign_key_checks = 1`)
	of := func(table, owner string) connectors.Treatment { return del(by(coll(table, "id"), "owner", owner)) }
	h.Changes([]int64{2, 2, 1}, of("a", "x"), of("b", "x"), of("c", "x"))
	h.Says("SELECT concat((SELECT group_concat(id, b_id) FROM a), '-', (SELECT group_concat(id, a_id) FROM b), '-', (SELECT group_concat(id) FROM c))", "22-22-2")
	h.Changes([]int64{1, 1, 1}, of("b", "y"), of("c", "y"), of("a", "y"))
	out, err := h.Apply(of("d", "x"), of("e", "x"))
	if !errors.Is(err, connectors.ErrConflict) || len(out[0].Notes) == 0 || !strings.Contains(out[0].Notes[0].Detail, "NULL") {
		t.Errorf("rows that cannot let each other go: %v, %+v", err, out)
	}
	h.Says("SELECT count(*) FROM d", "1")
}

// TestDeepPaths: a server that gives up a repetition after so many rounds does not do so here.
func TestDeepPaths(t *testing.T) {
	h := newHouse(t, `CREATE TABLE n (id int PRIMARY KEY, up int, KEY (up)); INSERT INTO n SELECT seq, seq - 1 FROM seq_1_to_3000`)
	c := coll("n", "id")
	m := connectors.Match{Fields: []string{"id"}, Values: []connectors.Tuple{{Values: []any{int64(1)}}}, Via: []connectors.Hop{{Collection: c, From: []string{"id"}, To: []string{"up"}, Repeat: true}}}
	tallies, err := h.Store.(connectors.Counter).Count(t.Context(), []connectors.Selection{{Collection: c, Any: []connectors.Match{m}}})
	if err != nil || tallies[0].Total != 3000 {
		t.Errorf("%+v, %v", tallies, err)
	}
}

// TestPathsAcrossTypes: a column of texts leads to one of numbers, as keys sent one by one would; NULL, the empty text and one of spaces lead
// nowhere.
func TestPathsAcrossTypes(t *testing.T) {
	h := newHouse(t, `CREATE TABLE p (id int PRIMARY KEY, no varchar(9), code char(4), latin varchar(9) CHARACTER SET latin1, big bigint unsigned);
		CREATE TABLE q (id int PRIMARY KEY, no int, code text COLLATE utf8mb4_bin, latin varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci, big varchar(30));
		INSERT INTO p VALUES (1, '07', 'x', 'café', 18446744073709551615), (2, '', '', '', NULL), (3, NULL, NULL, NULL, NULL), (4, '7x', 'y', '?', 7), (5, ' ', '  ', ' ', 8);
		INSERT INTO q VALUES (1, 7, 'x', 'CAFÉ', '18446744073709551615'), (2, NULL, NULL, NULL, NULL), (3, 0, '', '', ''), (4, 1, ' ', 'łó', '7x'), (5, 2, 'X', '  ', '18446744073709551614')`)
	p, q := coll("p", "id"), coll("q", "id")
	for _, field := range []string{"no", "code", "latin", "big"} {
		m := connectors.Match{Fields: []string{"id"}, Via: []connectors.Hop{{Collection: p, From: []string{field}, To: []string{field}}}}
		for i := range 5 {
			m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{int64(i + 1)}})
		}
		if got := h.Located(connectors.Selection{Collection: q, Any: []connectors.Match{m}, Fields: []string{"id"}}); !slices.Equal(got, []string{"0 [1]"}) {
			t.Errorf("over %s: %v", field, got)
		}
		m.Via = []connectors.Hop{{Collection: q, From: []string{field}, To: []string{field}}}
		if got := h.Located(connectors.Selection{Collection: p, Any: []connectors.Match{m}, Fields: []string{"id"}}); !slices.Equal(got, []string{"0 [1]"}) && field != "no" && field != "code" {
			t.Errorf("back over %s: %v", field, got) // 7 is not the text 07; X is x where the column says so
		}
	}
}

// TestEqualityIsTheColumns: letters and spaces compare as the collation says; what it takes for nothing is nobody's.
func TestEqualityIsTheColumns(t *testing.T) {
	h := newHouse(t, `CREATE TABLE e (id int PRIMARY KEY, ci varchar(20) COLLATE utf8mb4_unicode_ci, bin varchar(20) COLLATE utf8mb4_bin, nopad varchar(20) COLLATE utf8mb4_nopad_bin);
		INSERT INTO e VALUES (1, 'Anna', 'Anna', 'Anna'), (2, 'anna ', 'anna ', 'anna '), (3, '', '', ''), (4, '  ', '  ', '  '), (5, 'Ania', 'Ania', 'Ania')`)
	for _, c := range []struct {
		field, value string
		want         int
	}{{"ci", "ANNA", 2}, {"ci", "anna  ", 2}, {"bin", "anna", 1}, {"bin", "Anna ", 1}, {"bin", "ANNA", 0}, {"nopad", "anna", 0}, {"nopad", "anna ", 1}, {"ci", " ", 0}, {"bin", "  ", 0}, {"nopad", "  ", 1}, {"ci", "\u200b", 0}} {
		if got := h.Located(by(coll("e", "id"), c.field, c.value)); len(got) != c.want {
			t.Errorf("%s %q finds %v, want %d rows", c.field, c.value, got, c.want)
		}
	}
	h.Changes([]int64{1}, set(by(coll("e", "id"), "id", int64(1)), connectors.Assign{Field: "ci", To: "ANNA", From: []any{"anna"}})) // a correction of capitals is one
	h.Says("SELECT ci FROM e WHERE id = 1", "ANNA")
}

func TestOnePlaceholderUnderAUniqueKeyIsAConflict(t *testing.T) {
	h := newHouse(t, `CREATE TABLE u (id int PRIMARY KEY, no varchar(20), UNIQUE KEY by_no (no)); INSERT INTO u VALUES (1, 'Secret-1'), (2, 'Secret-2')`)
	out, err := h.Apply(set(by(coll("u", "id"), "id", int64(1), int64(2)), connectors.Assign{Field: "no", To: "Secret-0"}))
	if !errors.Is(err, connectors.ErrConflict) || len(out[0].Notes) == 0 || out[0].Notes[0].Path != "u.by_no" || strings.Contains(err.Error(), "Secret") {
		t.Errorf("%v %+v", err, out)
	}
	h.Says("SELECT group_concat(no ORDER BY id) FROM u", "Secret-1,Secret-2")
}

// TestKeysThatChange: a later treatment finds a row whose key an earlier one changed, and what refers to it follows.
func TestKeysThatChange(t *testing.T) {
	h := newHouse(t, `CREATE TABLE k (a int, b varchar(9), v text, PRIMARY KEY (a, b)); CREATE TABLE of_k (id int PRIMARY KEY, a int, b varchar(9), FOREIGN KEY (a, b) REFERENCES k (a, b) ON UPDATE CASCADE ON DELETE CASCADE);
		INSERT INTO k VALUES (1, 'x', 'a'), (2, 'y', 'b'); INSERT INTO of_k VALUES (1, 1, 'x'), (2, 2, 'y')`)
	c, of := coll("k", "a", "b"), coll("of_k", "id")
	h.Changes([]int64{1, 1, 1}, set(by(c, "a", int64(1)), connectors.Assign{Field: "b", To: "z"}), set(by(c, "a", int64(1)), connectors.Assign{Field: "a", To: "7"}), set(by(c, "a", int64(1)), connectors.Assign{Field: "v", To: "w"}))
	h.Says("SELECT group_concat(concat(a, b) ORDER BY id) FROM of_k", "7z,2y")
	h.Changes([]int64{2, 2}, del(by(c, "a", int64(7), int64(2))), del(by(of, "id", int64(1), int64(2)))) // whom a cascade took counts where it was planned
	h.Says("SELECT count(*) FROM of_k", "0")
}

func TestRowsATriggerRefuses(t *testing.T) {
	h := newHouse(t, `CREATE TABLE l (id int PRIMARY KEY, v varchar(20)); INSERT INTO l VALUES (1, 'Secret');
		CREATE TRIGGER shout BEFORE DELETE ON l FOR EACH ROW BEGIN DECLARE m text; SET m = concat('no, ', OLD.v); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = m; END`)
	if _, err := h.Apply(del(by(coll("l", "id"), "id", int64(1)))); !errors.Is(err, connectors.ErrConflict) || strings.Contains(err.Error(), "Secret") {
		t.Errorf("%v", err)
	}
}

// TestWhatCannotBeTakenBackIsRefused: engines without transactions, rows that stay as they were, tables whose rows nothing tells apart, views.
func TestWhatCannotBeTakenBackIsRefused(t *testing.T) {
	h := newHouse(t, `CREATE TABLE a (id int PRIMARY KEY) ENGINE=Aria; CREATE TABLE m (id int PRIMARY KEY) ENGINE=MyISAM; CREATE TABLE s (id int PRIMARY KEY) WITH SYSTEM VERSIONING; CREATE TABLE k (id int); CREATE VIEW w AS SELECT * FROM a;
		INSERT INTO a VALUES (1); INSERT INTO m VALUES (1); INSERT INTO s VALUES (1); INSERT INTO k VALUES (1)`)
	for _, at := range []string{"a", "m", "s", "k", "w"} {
		sel := by(coll(at, "id"), "id", int64(1))
		for _, rehearse := range []bool{true, false} {
			asked := false
			opt := connectors.ApplyOptions{Rehearse: rehearse, Confirm: func(context.Context, []connectors.Outcome) error { asked = true; return nil }}
			var d connectors.Diagnostics
			if _, err := h.ApplyWith(opt, del(sel)); !errors.As(err, &d) || asked {
				t.Errorf("%s, rehearsal %t: %v, asked %t", at, rehearse, err, asked)
			}
		}
		h.Says("SELECT count(*) FROM "+at, "1")
	}
	if got := h.Located(by(coll("a", "id"), "id", int64(1))); len(got) != 1 { // it is read
		t.Error(got)
	}
}
