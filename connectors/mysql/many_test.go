package mysql

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestInspectAsksTheSameOfAnyNumberOfTables: four hundred tables, with keys, triggers and views, take as many statements as one.
func TestInspectAsksTheSameOfAnyNumberOfTables(t *testing.T) {
	t.Parallel()
	const tables, told = 400, 40 // of those told of, triggers and views: to make them takes longer than to ask
	var b strings.Builder
	b.WriteString(`CREATE TABLE audit (what int); CREATE PROCEDURE note(of int) INSERT INTO audit VALUES (of);`)
	for i := range tables - 1 {
		fmt.Fprintf(&b, `CREATE TABLE t%[1]d (id int PRIMARY KEY, up int, name varchar(20), day date, KEY (up), FOREIGN KEY (up) REFERENCES t%[2]d (id) ON DELETE CASCADE);`, i, max(i-1, 0))
		if i < told {
			fmt.Fprintf(&b, `CREATE TRIGGER noted%[1]d AFTER DELETE ON t%[1]d FOR EACH ROW CALL note(OLD.id); CREATE VIEW v%[1]d AS SELECT name FROM t%[1]d;`, i)
		}
	}
	h := newHouse(t, b.String())
	schema, statements := &connectors.Schema{}, 0
	began := time.Now()
	err := with(t.Context(), h.Store.(*store).pool, func(l *line) error {
		l.sent = 0
		err := h.Store.(*store).view(t.Context(), l).inspect(schema)
		statements = l.sent
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d tables and views in %v", len(schema.Collections), time.Since(began))
	// Which databases, and of the one: tables, columns, what makes them JSON, keys, foreign keys, routines, triggers, views; words of the server, feeds.
	if statements != 11 {
		t.Errorf("%d statements", statements)
	}
	seen, triggers := 0, 0
	for _, c := range schema.Collections {
		if strings.HasPrefix(c.Name, "t") {
			seen++
			if len(c.Fields) != 4 || len(c.Key) != 1 || len(c.References) != 1 || c.Rows > 0 {
				t.Fatalf("%+v", c)
			}
			triggers += len(c.Triggers)
			if len(c.Triggers) > 0 && (!slices.Equal(c.Triggers[0].Writes, []string{"audit"}) || c.Triggers[0].Unread) {
				t.Errorf("%+v", c.Triggers)
			}
		}
	}
	if seen != tables-1 || triggers != told {
		t.Errorf("%d tables, %d triggers", seen, triggers)
	}
}
