package moved

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Target is a database on a server, empty before.
type Target interface {
	// Create makes a table or an index by the statement that made it in SQLite.
	Create(ctx context.Context, statement string) error
	// Fill puts rows into a table, nil for NULL. Rows may refer to rows that come later.
	Fill(ctx context.Context, table string, columns []string, rows iter.Seq2[[]*string, error]) error
	// ZeroDay says whether a column of dates takes '0000-00-00'.
	ZeroDay() bool
}

// Move copies what stands in a SQLite file to a database, and removes the file. An error leaves the file where it is.
func Move(ctx context.Context, file string, to Target) error {
	db, err := open(file)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := datesOnly(ctx, db, to.ZeroDay()); err != nil {
		return err
	}
	if err := copyAll(ctx, db, to); err != nil {
		return fmt.Errorf("moving %s: %w", file, err)
	}
	return errors.Join(db.Close(), remove(file))
}

func open(file string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath())
}

func remove(file string) error {
	err := os.Remove(file)
	for _, beside := range []string{"-wal", "-shm"} {
		if e := os.Remove(file + beside); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func copyAll(ctx context.Context, db *sql.DB, to Target) error {
	var later []string
	for _, what := range []string{"table", "index"} {
		made, err := texts(ctx, db, "SELECT name, sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL ORDER BY rowid", what)
		if err != nil {
			return err
		}
		for _, m := range made {
			if what == "index" {
				later = append(later, *m[1])
				continue
			}
			if err := to.Create(ctx, *m[1]); err != nil {
				return fmt.Errorf("table %s: %w", *m[0], err)
			}
			if err := fill(ctx, db, *m[0], to); err != nil {
				return fmt.Errorf("table %s: %w", *m[0], err)
			}
		}
	}
	for _, statement := range later {
		if err := to.Create(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func fill(ctx context.Context, db *sql.DB, table string, to Target) error {
	found, err := texts(ctx, db, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return err
	}
	var columns, casts []string
	for _, c := range found { // else the driver makes instants of dates
		columns, casts = append(columns, *c[0]), append(casts, "CAST("+*c[0]+" AS TEXT)")
	}
	return to.Fill(ctx, table, columns, each(ctx, db, "SELECT "+strings.Join(casts, ", ")+" FROM "+table))
}

// DatesOnly clears what is no date out of the columns of a SQLite file that should hold dates; where there must be one, it is 2 January
// 1999, and a row whose key it is goes. It is what [Move] does first: to compare a house that moved with one that did not, do it to that
// one too. Where zero is true, '0000-00-00' may stay.
func DatesOnly(ctx context.Context, file string, zero bool) error {
	db, err := open(file)
	if err != nil {
		return err
	}
	return errors.Join(datesOnly(ctx, db, zero), db.Close())
}

func datesOnly(ctx context.Context, db *sql.DB, zero bool) error {
	statements, err := texts(ctx, db, `SELECT CASE WHEN c.pk > 0 THEN 'DELETE FROM ' || m.name
		ELSE 'UPDATE ' || m.name || ' SET ' || c.name || ' = ' || iif(c."notnull", '''1999-01-02''', 'NULL') END
		|| ' WHERE ' || c.name || ' IS NOT NULL AND date(' || c.name || ') IS NOT ' || c.name || iif(?, ' AND ' || c.name || ' <> ''0000-00-00''', '')
		FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.type = 'DATE'`, zero)
	for _, s := range statements {
		if err == nil {
			_, err = db.ExecContext(ctx, *s[0])
		}
	}
	return err
}
