package sqlite

import (
	"context"
	"database/sql/driver"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

var rewrite = flag.Bool("update", false, "write the golden files anew")

// statements are selections whose SQL stands in testdata, to be read.
func statements() map[string]connectors.Selection {
	boss := hop(members, "id", "boss")
	boss.Repeat = true
	circle := by(payments, "member_no", one(0, "C-1"))
	circle.Any[0].Via = []connectors.Hop{boss, hop(members, "id", "member_id"), hop(parties, "lease_no", "lease_no")}
	meter := by(readings, "lease_no", one(0, "L-1"))
	last := hop(leases, "flat", "flat")
	last.During = &connectors.Between{Date: "read_on", From: "started", To: "ended"}
	last.If = []connectors.Cond{connectors.NotThat(connectors.NullField("flat"))}
	meter.Any[0].Via = []connectors.Hop{last}
	within := one(0, "A")
	from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	within.Within = &connectors.Range{Field: "read_on", From: &from}
	conds := by(members, "id", one(0, int64(1)))
	conds.Where = []connectors.Cond{connectors.AnyOf(connectors.BeforeTime("left_on", from), connectors.NotThat(connectors.InValues("name", "a", "b"))),
		connectors.NoneOver(connectors.Step{Collection: parties, From: []string{"id"}, To: []string{"member_id"}}, connectors.InValues("share", "1"))}
	two := by(members, "email", one(0, "a"))
	two.Any = append(two.Any, by(members, "member_no", one(1, "C-1")).Any...)
	bytes := connectors.Selection{Collection: parties, Fields: []string{"share"}, Any: []connectors.Match{{Fields: []string{"lease_no", "member_id"},
		Values: []connectors.Tuple{{Values: []any{[]byte{0, 1}, int64(2)}}}}}}
	return map[string]connectors.Selection{
		"key": by(members, "id", one(0, int64(1)), one(1, int64(2))), "path": toPayments(one(0, "C-1")), "repeat": circle, "during": meter,
		"within": by(readings, "flat", within), "conditions": conds, "two_ways": two, "bytes": bytes,
		"all": {Collection: payments, All: true, Fields: []string{"id", "paid_on"}},
	}
}

// compiled writes a selection as Locate would.
func compiled(t *testing.T, s *store, sel connectors.Selection) (q relational.Query) {
	t.Helper()
	err := s.reading(t.Context(), func(v *view) error {
		var err error
		q, _, err = relational.Select(dialect{}, v.relational, sel, func(at relational.At) ([]string, error) {
			cols, _, err := fieldsOf(at, sel.Fields)
			return cols, err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestStatements(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	for name, sel := range statements() {
		got := compiled(t, s, sel).SQL + "\n"
		file := filepath.Join("testdata", name+".sql")
		if *rewrite {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, got, string(want))
	}
}

// TestPathsUseIndexes: whatever leads from a person, no table of people's data is read from end to end.
func TestPathsUseIndexes(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	for name, sel := range statements() {
		if sel.All {
			continue
		}
		q := compiled(t, s, sel)
		q.SQL = "EXPLAIN QUERY PLAN " + q.SQL
		for _, step := range explained(t, s, q) {
			what, _ := strings.CutPrefix(step, "SCAN ")
			if strings.HasPrefix(step, "SCAN ") && (strings.HasPrefix(what, "t") || strings.HasPrefix(what, "x") || strings.HasPrefix(what, "e")) {
				t.Errorf("%s: %s", name, step)
			}
			if strings.Contains(step, "AUTOMATIC") && strings.HasPrefix(step, "SEARCH t") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// TestAColumnWithoutIndexIsReadOnce: many persons looked up by a column without index cost one pass over the table.
func TestAColumnWithoutIndexIsReadOnce(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	for _, sel := range []connectors.Selection{by(members, "name", one(0, "a"), one(1, "b")), by(members, "active", one(0, int64(5)))} {
		q := compiled(t, s, sel)
		q.SQL = "EXPLAIN QUERY PLAN " + q.SQL
		plan := strings.Join(explained(t, s, q), "\n")
		if !strings.Contains(plan, "AUTOMATIC") {
			t.Errorf("%s", plan)
		}
	}
}

func explained(t *testing.T, s *store, q relational.Query) (steps []string) {
	t.Helper()
	err := s.reading(t.Context(), func(v *view) error {
		return v.each(context.Background(), q, func(row []driver.Value) error {
			steps = append(steps, row[3].(string))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}
