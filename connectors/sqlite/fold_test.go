package sqlite

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// anyCase asks for rows of c by texts in whatever case they are written.
func anyCase(c connectors.Collection, field string, texts ...string) connectors.Selection {
	sel := by(c, field)
	for i, t := range texts {
		sel.Any[0].Values = append(sel.Any[0].Values, one(i, t))
	}
	sel.Any[0].Folded = true
	return sel
}

// TestAnyCase: texts are found however they are written, by an index that ignores case where there is one, held rows too.
func TestAnyCase(t *testing.T) {
	path, db := newFile(t, `CREATE TABLE p (id INTEGER PRIMARY KEY, plain TEXT, caseless TEXT, folding TEXT COLLATE NOCASE);
		CREATE INDEX p_caseless ON p (caseless COLLATE NOCASE); CREATE INDEX p_folding ON p (folding);
		INSERT INTO p SELECT column1, column2, column2, column2 FROM (VALUES (1, 'aNNa@Lipy.Example'), (2, 'bob@lipy.example'), (3, 'ŻANETA@lipy.example'), (4, 5), (5, NULL), (6, ''));`)
	s := opened(t, path)
	c := coll("p", "id")
	for _, held := range []bool{false, true} {
		if held {
			hold(t, s, by(c, "id", one(0, int64(1)), one(0, int64(3))))
		}
		for _, field := range []string{"plain", "caseless", "folding"} {
			sel := anyCase(c, field, "AnnA@lipy.EXAMPLE", "żaneta@LIPY.example", "nobody@lipy.example", "")
			same(t, field, found(t, s, sel), []string{"0: 1", "1: 3"})
			same(t, field+", letters of ASCII", found(t, s, anyCase(c, field, "AnnA@lipy.EXAMPLE", "BOB@lipy.example")), []string{"0: 1", "1: 2"})
			q := compiled(t, s, anyCase(c, field, "AnnA@lipy.EXAMPLE"))
			q.SQL = "EXPLAIN QUERY PLAN " + q.SQL
			for _, step := range explained(t, s, q) {
				if field != "plain" && reads(step) {
					t.Errorf("%s, held %t: %s", field, held, step)
				}
			}
		}
	}
	twice := anyCase(c, "plain", "ANNA@lipy.example", "anna@LIPY.example")
	for i := range twice.Any[0].Values {
		twice.Any[0].Values[i].Person = 0
	}
	same(t, "one row, two spellings", found(t, s, twice), []string{"0: 1"})
	out, err := apply(s, connectors.Treatment{Verb: connectors.Delete, On: anyCase(c, "caseless", "anna@lipy.example", "zaneta@lipy.example"), AtMost: 5})
	if err != nil || out[0].Changed != 1 {
		t.Fatal(out, err)
	}
	if left := texts(t, db, "SELECT id FROM p ORDER BY id"); strings.Join(left, " ") != "2 3 4 5 6" {
		t.Errorf("left: %v", left)
	}
}
