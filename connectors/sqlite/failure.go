package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/dossier-dsr/dossier/connectors"
)

// failure says what went wrong in words of the contract. SQLite's own message is passed on only where it holds
// nothing but names of the schema; a trigger, for one, may raise any text.
func failure(ctx context.Context, doing string, err error) error {
	var e *sqlite.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case !errors.As(err, &e):
		return fmt.Errorf("%s: %w", doing, err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return fmt.Errorf("%s: %w: another process is writing to the database file", doing, connectors.ErrTryLater)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%s: %w: the disk is full", doing, connectors.ErrTryLater)
	case sqlite3.SQLITE_CONSTRAINT:
		return fmt.Errorf("%s: %w: %w", doing, connectors.ErrConflict, connectors.Diagnostics{constraint(e)})
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%s: %w", doing, wrong(settingFile, "the database file cannot be opened for writing",
			"give this account the right to write to the file and to its folder"))
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%s: %w", doing, wrong(settingFile, "the file is no SQLite database, or is encrypted", "check the path"))
	}
	return fmt.Errorf("%s: %s", doing, spoken(e))
}

// named are the messages of SQLite that end in names of the schema.
var named = []string{"no such table", "no such column", "no such function", "no such collation sequence", "no such module",
	"cannot modify", "cannot UPDATE generated column", "cannot INSERT into generated column", "too many", "malformed database schema"}

func spoken(e *sqlite.Error) string {
	for _, n := range named {
		if i := strings.Index(e.Error(), n); i >= 0 {
			return e.Error()[i:]
		}
	}
	if text := sqlite.ErrorCodeString[e.Code()&0xff]; text != "" {
		return text
	}
	return fmt.Sprintf("SQLite error %d", e.Code())
}

// constraint says which constraint forbade a change.
func constraint(e *sqlite.Error) connectors.Diagnostic {
	d := connectors.Diagnostic{Severity: connectors.Error}
	kind, hint := "a constraint", "treat the rows it protects in the same plan, or keep them"
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		kind = "a foreign key"
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		kind, hint = "a unique key", "a row with this key is there already; a placeholder for several rows needs one row each"
	case sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		kind, hint = "NOT NULL", "give the field a value in the map instead of clearing it"
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		kind, hint = "a CHECK constraint", "give the field a value the constraint allows"
	case sqlite3.SQLITE_CONSTRAINT_DATATYPE:
		kind, hint = "the type of a column of a STRICT table", "give the field a value of the column's type"
	case sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return connectors.Diagnostic{Severity: connectors.Error, Summary: "a trigger of the database refuses the change",
			Detail: "see the triggers of the tables treated; what the trigger says is not repeated here, because it may hold values"}
	}
	d.Summary, d.Detail = kind+" forbids the change", hint
	for _, mark := range []string{"constraint failed: ", "in column ", "value in "} {
		if i := strings.LastIndex(e.Error(), mark); i >= 0 {
			at, _, _ := strings.Cut(e.Error()[i+len(mark):], " (")
			if !strings.Contains(at, "constraint failed") {
				d.Path = at
				d.Summary = kind + " forbids the change: " + at
			}
			break
		}
	}
	return d
}
