package houses

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/test/servers"
)

var inPostgres = words{
	types:    map[Type]string{Text: "text", Whole: "bigint", Day: "date", Moment: "timestamp(0)"},
	text:     "%s", // texts is what rows come as
	before:   []string{"SET client_min_messages = warning"},
	dropping: "DROP TABLE IF EXISTS %s CASCADE",
	own:      []string{"DROP SCHEMA IF EXISTS dossier CASCADE"},
	owned:    "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname = 'dossier'",
}

// Postgres is a house on the PostgreSQL server of the tests.
func Postgres(t testing.TB) *House {
	t.Helper()
	db := servers.Postgres(t)
	conn, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	pg := conn.PgConn()
	return &House{Kind: "postgres", Connector: postgres.Connector{}, Config: connectors.Config{"url": db.URL, "ordinary_url": db.Ordinary}, words: inPostgres,
		run: func(ctx context.Context, statements []string) error {
			_, err := pg.Exec(ctx, strings.Join(statements, ";\n")).ReadAll()
			return err
		},
		read: func(ctx context.Context, queries []string) ([][][]*string, error) {
			return readPostgres(ctx, pg, queries)
		},
	}
}

func readPostgres(ctx context.Context, pg *pgconn.PgConn, queries []string) ([][][]*string, error) {
	results, err := pg.Exec(ctx, strings.Join(queries, ";\n")).ReadAll()
	if err != nil {
		return nil, err
	}
	out := make([][][]*string, len(results))
	for i, r := range results {
		for _, row := range r.Rows {
			values := make([]*string, len(row))
			for j, v := range row {
				if v != nil {
					s := string(v)
					values[j] = &s
				}
			}
			out[i] = append(out[i], values)
		}
	}
	return out, nil
}
