package livecheck_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/connectors/mysql"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/test/servers"
)

var (
	postgresConnector = postgres.Connector{}
	mysqlConnector    = mysql.Connector{}
)

// madePostgres is the address of a database that statements made.
func madePostgres(t *testing.T, statements, cleanup string) string {
	t.Helper()
	db := servers.Postgres(t)
	conn, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cleanup != "" {
			if _, err := conn.Exec(context.Background(), cleanup); err != nil {
				t.Error(err)
			}
		}
		conn.Close(context.Background())
	})
	for _, text := range strings.Split(statements, ";\n") { // one by one: a slot is made in no transaction that has written
		for _, one := range alone(text) {
			if _, err := conn.Exec(t.Context(), one); err != nil {
				t.Fatalf("%s: %v", one, err)
			}
		}
	}
	return db.URL
}

// alone splits the statements that make slots, which share a line; those of functions hold semicolons, and go together.
func alone(text string) []string {
	if strings.Contains(text, "pg_create_logical") {
		return strings.Split(text, ";")
	}
	return []string{text}
}

// madeMySQL is the address of a database that statements made.
func madeMySQL(t *testing.T, statements, _ string) string {
	t.Helper()
	db := servers.MySQL(t)
	for _, text := range strings.Split(statements, ";\n\n") { // together: what a trigger does holds semicolons
		if err := servers.TellMySQL(db.URL, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return db.URL
}
