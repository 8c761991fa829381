package postgres

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestInspectAsksTheSameOfAnyNumberOfTables: four hundred tables, with keys, triggers and views, take as many statements as one.
func TestInspectAsksTheSameOfAnyNumberOfTables(t *testing.T) {
	const tables = 400
	var b strings.Builder
	b.WriteString(`CREATE TABLE audit (what text); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (OLD.id); RETURN NULL; END $$;`)
	for i := range tables - 1 {
		fmt.Fprintf(&b, `CREATE TABLE t%[1]d (id int PRIMARY KEY, up int REFERENCES t%[2]d ON DELETE CASCADE, name varchar(20), day date); CREATE INDEX ON t%[1]d (up);
			CREATE TRIGGER noted AFTER DELETE ON t%[1]d FOR EACH ROW EXECUTE FUNCTION note(); CREATE VIEW v%[1]d AS SELECT name FROM t%[1]d;`, i, max(i-1, 0))
	}
	h := newHouse(t, b.String())
	schema, statements := &connectors.Schema{}, 0
	began := time.Now()
	err := with(t.Context(), h.Store.(*store).pool, func(l *line) error {
		err := h.Store.(*store).catalog.view(t.Context(), l).inspect(schema)
		statements = l.sent
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d tables and views in %v", len(schema.Collections), time.Since(began))
	if statements != 9 { // tables and six things of them, functions, feeds
		t.Errorf("%d statements", statements)
	}
	seen := 0
	for _, c := range schema.Collections {
		if strings.HasPrefix(c.Name, "t") {
			seen++
			if len(c.Fields) != 4 || len(c.Key) != 1 || len(c.References) != 1 || len(c.Triggers) != 1 || c.Triggers[0].Writes[0] != "audit" || c.Rows > 0 {
				t.Fatalf("%+v", c)
			}
		}
	}
	if seen != tables-1 {
		t.Errorf("%d tables", seen)
	}
}
