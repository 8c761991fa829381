package moved

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Postgres is a database on a PostgreSQL server, spoken to by who owns it.
type Postgres struct{ Conn *pgx.Conn }

// Create makes it as it was. An index that ignores case is SQLite's own; here it is one of what is compared without case.
func (p Postgres) Create(ctx context.Context, statement string) error {
	statement = strings.ReplaceAll(statement, "(email COLLATE NOCASE)", "(lower(email))")
	_, err := p.Conn.Exec(ctx, statement)
	return err
}

// ZeroDay is false.
func (Postgres) ZeroDay() bool { return false }

// noNull stands for NULL on the way; no text of the sample is it.
const noNull = "\x01"

// Fill copies rows as CSV. The triggers that would check foreign keys do not fire meanwhile.
func (p Postgres) Fill(ctx context.Context, table string, columns []string, rows iter.Seq2[[]*string, error]) error {
	if _, err := p.Conn.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return err
	}
	from, into := io.Pipe()
	go func() { into.CloseWithError(written(into, rows)) }()
	_, err := p.Conn.PgConn().CopyFrom(ctx, from, "COPY "+table+" ("+strings.Join(columns, ", ")+") FROM STDIN WITH (FORMAT csv, NULL '"+noNull+"')")
	from.CloseWithError(err) // where the server would not read on, nobody goes on writing
	_, back := p.Conn.Exec(ctx, "SET session_replication_role = origin")
	return errors.Join(err, back)
}

func written(to io.Writer, rows iter.Seq2[[]*string, error]) error {
	w := csv.NewWriter(to)
	for row, err := range rows {
		if err != nil {
			return err
		}
		cells := make([]string, len(row))
		for i, v := range row {
			if cells[i] = noNull; v != nil {
				cells[i] = *v
			}
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
