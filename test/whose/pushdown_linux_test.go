package whose

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/policy"
)

// TestCutoffInTheStore: a period as the store applies it to rows of every day of 40 years, and of no known day, is what is said of
// each row by itself.
func TestCutoffInTheStore(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "days.db")
	db := open(t, file)
	do(t, db, "CREATE TABLE days (id INTEGER PRIMARY KEY, day DATE)",
		"INSERT INTO days (day) WITH RECURSIVE d(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 14700) SELECT date('1987-01-01', n || ' days') FROM d",
		"INSERT INTO days (day) SELECT day || ' 23:59:59' FROM days WHERE id % 7 = 0", "INSERT INTO days (day) SELECT day || 'T00:00:00Z' FROM days WHERE id % 11 = 0 AND length(day) = 10",
		"INSERT INTO days (day) VALUES (NULL), (''), ('0000-00-00'), ('0000-00-00 00:00:00'), ('2010-13-01'), ('2010-02-30'), ('wkrótce'), ('2010'), ('20100101'), (20100101), (1262304000), (x'00')")
	store, err := sqlite.Connector{}.Open(context.Background(), connectors.Config{"file": file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	days := connectors.Collection{Name: "days", At: "days", Key: []string{"id"}, Zone: "Europe/Warsaw"}
	located := func(where ...connectors.Cond) map[int64]any {
		out := map[int64]any{}
		err := connectors.Each(context.Background(), store, connectors.Selection{Collection: days, All: true, Where: where, Fields: []string{"id", "day"}},
			func(_ int, row []any) error { out[row[0].(int64)] = row[1]; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	all := located()
	for _, asOf := range []time.Time{time.Date(2026, 11, 6, 11, 20, 0, 0, zone), time.Date(2024, 2, 29, 12, 0, 0, 0, zone), time.Date(2026, 1, 1, 0, 0, 0, 0, zone)} {
		terms := policy.Terms{AsOf: asOf, Zone: zone}
		for _, p := range []datamap.Period{{N: 5, Unit: datamap.Years}, {N: 6, Unit: datamap.Years, YearEnd: true}, {N: 18, Unit: datamap.Months}, {N: 90, Unit: datamap.Days}} {
			for _, skip := range []bool{false, true} {
				h := terms.HoldOf(&datamap.Collection{System: &datamap.System{}}, &datamap.Rule{Purpose: &datamap.Purpose{Name: "p"}, Since: &datamap.DateRef{Field: "day"}, Keep: &p, SkipMissing: skip})
				kept := located(h.Keeps())
				wrong := 0
				for id, day := range all {
					_, down := kept[id]
					if row := terms.Judge(h, connectors.Row{"day": day}, zone); down != row.Keeps && wrong < 5 {
						wrong++
						t.Errorf("%+v as of %s: %v kept by the store %t, by itself %t", p, asOf.Format(time.DateOnly), fmt.Sprint(day), down, row.Keeps)
					}
				}
				if len(kept) == 0 || len(kept) == len(all) {
					t.Errorf("%+v keeps %d of %d", p, len(kept), len(all))
				}
			}
		}
	}
}
