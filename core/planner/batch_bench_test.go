package planner_test

import (
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/core/planner"
)

// BenchmarkBatch plans persons together, on two databases; every second shares a home with the one before.
func BenchmarkBatch(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := build(b, families, nil)
			numbers := "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM k WHERE i < %d) INSERT INTO %s FROM k;\n"
			a := `CREATE TABLE people (id INTEGER PRIMARY KEY, pid TEXT, email TEXT, d TEXT, home INTEGER); CREATE TABLE homes (id INTEGER PRIMARY KEY, street TEXT);
				CREATE TABLE parties (lease INTEGER, of INTEGER, PRIMARY KEY (lease, of)); CREATE TABLE leases (id INTEGER PRIMARY KEY, flat TEXT);
				CREATE INDEX people_pid ON people (pid); CREATE INDEX people_home ON people (home); CREATE INDEX parties_of ON parties (of);`
			for _, into := range []string{"people SELECT i, 'P'||i, NULL, CASE WHEN i%5 = 0 THEN '2026-10-01' ELSE '2001-01-01' END, i/2", "homes SELECT i, 'x'", "parties SELECT i/2, i", "leases SELECT i, 'x'"} {
				a += fmt.Sprintf(numbers, 2000, into)
			}
			h.onFile("a", a)
			h.onFile("b", `CREATE TABLE readings (id INTEGER PRIMARY KEY, lease INTEGER, value TEXT); CREATE TABLE orders (id INTEGER PRIMARY KEY, of INTEGER, note TEXT, d TEXT);
				CREATE INDEX readings_lease ON readings (lease); CREATE INDEX orders_of ON orders (of);`+
				fmt.Sprintf(numbers, 40_000, "readings SELECT i, i/40, 'x'")+fmt.Sprintf(numbers, 10_000, "orders SELECT i, i/5, 'x', CASE WHEN i%3 = 0 THEN '2026-10-01' ELSE '2001-01-01' END"))
			var ms []planner.Member
			for i := 1; i <= n; i++ {
				r := lapsed(fmt.Sprint("pid P", i))
				r.ID = fmt.Sprint(i)
				ms = append(ms, planner.Member{Input: planner.Input{Request: r, AsOf: asOf}, RootKey: []byte("k")})
			}
			for b.Loop() {
				made, err := h.MakeBatch(b.Context(), ms)
				if err != nil || len(made.Left) > 0 {
					b.Fatal(err, made.Left)
				}
			}
		})
	}
}
