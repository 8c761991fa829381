package houses

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mysql"
	"github.com/dossier-dsr/dossier/test/servers"
)

// inMySQL are the words of a database by its name.
func inMySQL(name string) words {
	return words{
		types:    map[Type]string{Text: "varchar(190)", Whole: "bigint", Day: "date", Moment: "datetime"},
		text:     "%s", // texts is what rows come as
		before:   []string{"SET SESSION foreign_key_checks = 0"},
		dropping: "DROP TABLE IF EXISTS %s",
		own:      []string{"DROP DATABASE IF EXISTS dossier_" + name},
		owned:    "SELECT concat('`', table_schema, '`.`', table_name, '`') FROM information_schema.tables WHERE table_schema = 'dossier_" + name + "' AND (table_name = 'marks' OR table_name LIKE 'held%')",
	}
}

// MySQL is a house on the MariaDB server of the tests.
func MySQL(t testing.TB) *House {
	t.Helper()
	at := servers.MySQL(t)
	u, err := url.Parse(at.URL)
	if err != nil {
		t.Fatal(err)
	}
	db, err := servers.OpenMySQL(at.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &House{Kind: "mysql", Connector: mysql.Connector{}, Config: connectors.Config{"url": at.URL, "ordinary_url": at.Ordinary}, words: inMySQL(strings.TrimPrefix(u.Path, "/")),
		run: func(ctx context.Context, statements []string) error {
			if len(statements) == 0 {
				return nil
			}
			_, err := conn.ExecContext(ctx, strings.Join(statements, ";\n"))
			return err
		},
		read: func(ctx context.Context, queries []string) ([][][]*string, error) {
			return readMySQL(ctx, conn, queries)
		},
	}
}

func readMySQL(ctx context.Context, conn *sql.Conn, queries []string) ([][][]*string, error) {
	rows, err := conn.QueryContext(ctx, strings.Join(queries, ";\n"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][][]*string
	for more := true; more; more = rows.NextResultSet() {
		found, err := texts(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, found)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(out) != len(queries) {
		return nil, errors.New("fewer answers than queries")
	}
	return out, nil
}
