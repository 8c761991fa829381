package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// The states of SQL that something is done about (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	outOfOrder  = "40001"
	deadlock    = "40P01"
	lockTimeout = "55P03"
	foreignKey  = "23503"
	uniqueKey   = "23505"
	stalePlan   = "0A000" // of a statement prepared before the table changed
	canceled    = "57014"
	raised      = "P0001"
	privilege   = "42501"
	readOnly    = "25006"
)

// fault is an error of the database in words of the contract, and which it was.
type fault struct {
	state   string
	err     error
	foreign *foreign // the foreign key it is of, or nil
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// failure says what went wrong in words of the contract. Of what the database says only the names of the schema are passed on: its
// message and its detail quote values.
func failure(ctx context.Context, doing string, err error) error {
	var e *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case !errors.As(err, &e):
		return fmt.Errorf("%s: %w: the connection to the database failed", doing, connectors.ErrTryLater)
	}
	out := &fault{state: e.Code, err: fmt.Errorf("%s: %w", doing, spoken(e))}
	if e.Code == foreignKey {
		out.foreign = &foreign{e.SchemaName, e.TableName, e.ConstraintName}
	}
	return out
}

func spoken(e *pgconn.PgError) error {
	switch e.Code {
	case outOfOrder, deadlock, lockTimeout:
		return fmt.Errorf("%w: other transactions hold the rows", connectors.ErrTryLater)
	case canceled:
		return fmt.Errorf("%w: the statement took longer than it may", connectors.ErrTryLater)
	case readOnly:
		return fmt.Errorf("%w: the server takes no changes now", connectors.ErrTryLater)
	case privilege:
		d := connectors.Diagnostic{Severity: connectors.Error, Path: named(e), Summary: "the account may not do this" + of(e),
			Detail: "the administrator grants what is missing; `dossier connector grants SYSTEM` and `install SYSTEM --print` list it"}
		if m := denied.FindStringSubmatch(e.Message); m != nil {
			d.Path, d.Summary = m[2], "the account may not use "+m[1]+" "+m[2]
		}
		return connectors.Diagnostics{d}
	case "28P01", "28000":
		return settings.Wrong(settings.URL, "the database does not let this account in", "check account, password and pg_hba.conf")
	case "3D000":
		return settings.Wrong(settings.URL, "there is no such database", "check the name at the end of the address")
	case "42P01", "3F000", "42703":
		return errors.New("a table or column is not there any more")
	case "42883", "42804", "42P21", "42P22":
		return fmt.Errorf("%w: columns or values of types that cannot be compared", connectors.ErrNotSupported)
	}
	switch e.Code[:2] {
	case "53":
		short := map[string]string{"53100": "its disk is full", "53200": "it is out of memory", "53300": "it has as many connections as it may"}[e.Code]
		return fmt.Errorf("%w: the server lacks what it needs%s", connectors.ErrTryLater, also(short, e.Code))
	case "08", "57", "58":
		return fmt.Errorf("%w: the server cannot work now (%s)", connectors.ErrTryLater, e.Code)
	case "23", "22", "44":
		return fmt.Errorf("%w: %w", connectors.ErrConflict, connectors.Diagnostics{constraint(e)})
	case "P0", "09":
		return fmt.Errorf("%w: %w", connectors.ErrConflict, connectors.Diagnostics{{Severity: connectors.Error, Path: named(e),
			Summary: "a trigger or function of the database refuses the change" + of(e),
			Detail:  "what it says is not repeated here, because it may hold values; the server's log has it"}})
	}
	return fmt.Errorf("PostgreSQL error %s", e.Code)
}

// also is a reason in words, or else the state.
func also(words, state string) string {
	if words == "" {
		return " (" + state + ")"
	}
	return ": " + words
}

// named is what of the schema an error is about.
func named(e *pgconn.PgError) string {
	switch {
	case e.TableName == "":
		return ""
	case e.ColumnName != "":
		return e.TableName + "." + e.ColumnName
	case e.ConstraintName != "":
		return e.TableName + "." + e.ConstraintName
	}
	return e.TableName
}

func of(e *pgconn.PgError) string {
	if n := named(e); n != "" {
		return ": " + n
	}
	return ""
}

// constraint says which constraint forbade a change.
func constraint(e *pgconn.PgError) connectors.Diagnostic {
	kind, hint := "a constraint", "treat the rows it protects in the same plan, or keep them"
	switch e.Code {
	case foreignKey:
		kind = "a foreign key"
	case uniqueKey, "23P01":
		kind, hint = "a unique key", "a row with this key is there already; a placeholder for several rows needs one row each"
	case "23502":
		kind, hint = "NOT NULL", "give the field a value in the map instead of clearing it"
	case "23514":
		kind, hint = "a CHECK constraint", "give the field a value the constraint allows"
	default:
		if e.Code[:2] == "22" {
			return connectors.Diagnostic{Severity: connectors.Error, Path: named(e), Summary: "a value is none of the type of its column" + of(e),
				Detail: "give the field a value the column can hold"}
		}
	}
	return connectors.Diagnostic{Severity: connectors.Error, Path: named(e), Summary: kind + " forbids the change" + of(e), Detail: hint}
}

// state is the state of SQL behind an error; "" where there is none.
func state(err error) string {
	var f *fault
	if errors.As(err, &f) {
		return f.state
	}
	return ""
}
