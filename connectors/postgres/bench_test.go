package postgres

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/test/servers"
	"github.com/dossier-dsr/dossier/test/tables"
)

// byHand is the erasure of members as someone would write it.
func byHand(ctx context.Context, conn *pgx.Conn, nos []string) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	for _, q := range []string{
		"DELETE FROM payments WHERE member_id IN (SELECT id FROM members WHERE no = ANY($1))",
		"DELETE FROM members WHERE no = ANY($1)",
	} {
		if _, err := tx.Exec(ctx, q, nos); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// BenchmarkErase compares Apply with statements written by hand, in turns, so that what the machine does meanwhile hits both.
func BenchmarkErase(b *testing.B) {
	for _, persons := range []int{1, 1000} {
		b.Run(fmt.Sprint(persons), func(b *testing.B) {
			db := servers.Postgres(b)
			conn, err := pgx.Connect(b.Context(), db.URL)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close(context.Background())
			if _, err := conn.Exec(b.Context(), tables.Owned+fmt.Sprintf(`; CREATE INDEX ON payments (member_id); INSERT INTO members SELECT g, 'C-' || g, NULL FROM generate_series(0, %[1]d) AS g;
				INSERT INTO payments SELECT g, g / 40 FROM generate_series(0, %[1]d * 40) AS g; ANALYZE`, 2*persons*b.N)); err != nil { //nolint:misspell // SQL spells it so
				b.Fatal(err)
			}
			s, err := Connector{}.Open(b.Context(), connectors.Config{settings.URL: db.URL})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			var mine, theirs time.Duration
			next := 0
			for range b.N {
				var nos []string
				for range persons {
					nos = append(nos, fmt.Sprintf("C-%d", next))
					next++
				}
				began := time.Now()
				if err := byHand(b.Context(), conn, nos); err != nil {
					b.Fatal(err)
				}
				theirs += time.Since(began)
				var values []any
				for range persons {
					values = append(values, fmt.Sprintf("C-%d", next))
					next++
				}
				members, payments := coll("members", "id"), coll("payments", "id")
				paid := by(members, "no", values...)
				paid.Collection, paid.Any[0].Via = payments, []connectors.Hop{{Collection: members, From: []string{"id"}, To: []string{"member_id"}}}
				do := []connectors.Treatment{{ID: "payments", Verb: connectors.Delete, On: paid, AtMost: 1 << 30},
					{ID: "members", Verb: connectors.Delete, On: by(members, "no", values...), AtMost: 1 << 30, Capture: []string{"id"}}}
				began = time.Now()
				out, err := s.(connectors.Writer).Apply(b.Context(), do, connectors.ApplyOptions{Confirm: yes})
				mine += time.Since(began)
				if err != nil || out[1].Changed != int64(persons) {
					b.Fatal(out, err)
				}
			}
			b.ReportMetric(float64(mine)/float64(theirs), "ratio")
			b.ReportMetric(float64(mine.Microseconds())/float64(b.N), "µs/apply")
			b.ReportMetric(float64(theirs.Microseconds())/float64(b.N), "µs/by-hand")
		})
	}
}
