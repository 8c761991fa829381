package mysql

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// The errors that something is done about (the same numbers in MariaDB and MySQL).
const (
	deadlock    = 1213
	lockTimeout = 1205
	parentRow   = 1451 // rows still refer to the row
	childRow    = 1452 // the row refers to none
	duplicate   = 1062
	signalled   = 1644

	changedSince = 1020 // the row is another one than when it was read
)

// fault is an error of the database in words of the contract, and which it was.
type fault struct {
	number  uint16
	err     error
	foreign *tie // the foreign key it is of, or nil
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// failure says what went wrong in words of the contract. Of what the database says nothing is passed on: its messages quote values.
func failure(ctx context.Context, doing string, err error) error {
	var e *mysql.MySQLError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case errors.Is(err, mysql.ErrPktTooLarge), errors.As(err, &e) && e.Number == 1105 && strings.Contains(e.Message, "mysql_send_long_data()"):
		return fmt.Errorf("%s: %w", doing, tooLarge())
	case !errors.As(err, &e):
		if why, hint := unencrypted(err); why != "" {
			return settings.Wrong(settings.URL, why, hint)
		}
		return fmt.Errorf("%s: %w: the connection to the database failed", doing, connectors.ErrTryLater)
	}
	return &fault{number: e.Number, foreign: foreignOf(e), err: fmt.Errorf("%s: %w", doing, spoken(e))}
}

func tooLarge() error {
	return fmt.Errorf("%w: a statement with its values is larger than max_allowed_packet of the server", connectors.ErrNotSupported)
}

func spoken(e *mysql.MySQLError) error {
	switch e.Number {
	case 1153, 1301:
		return tooLarge()
	case 1665: // nothing is committed where READ COMMITTED and a log of statements meet
		return connectors.Diagnostics{{Severity: connectors.Error, Summary: "the server logs changes as statements, and so takes none from transactions that are READ COMMITTED",
			Detail: "SET GLOBAL binlog_format = MIXED, or ROW, and keep it in the server's configuration; connections made before keep to the old"}}
	case deadlock, lockTimeout, changedSince, 3572:
		return fmt.Errorf("%w: other transactions hold the rows", connectors.ErrTryLater)
	case 1317, 1969, 3024, 1968: // interrupted, max_statement_time, max_execution_time
		return fmt.Errorf("%w: the statement took longer than it may", connectors.ErrTryLater)
	case 1290, 1792, 1836:
		return fmt.Errorf("%w: the server takes no changes now", connectors.ErrTryLater)
	case 1114, 1021: // what is full is a tablespace that may not grow, or the disk itself
		return fmt.Errorf("%w: its disk is full", connectors.ErrTryLater)
	case 1040, 1053, 1203, 1226, 1927, 4031, 1180, 1030, 1041, 1037, 1038:
		return fmt.Errorf("%w: the server cannot work now (%d)", connectors.ErrTryLater, e.Number)
	case 1045, 1698, 1130, 1251, 2061:
		return settings.Wrong(settings.URL, "the database does not let this account in", "check account, password, the hosts it may come from, and whether it has to come by tls=true")
	case 3159:
		return settings.Wrong(settings.URL, "the server takes encrypted connections alone", "add ?tls=true to the address")
	case 1049:
		return settings.Wrong(settings.URL, "there is no such database", "check the name at the end of the address")
	case 1044, 1142, 1143, 1227, 1370, 1410:
		return connectors.Diagnostics{denied(e)}
	case 1146, 1054, 1051, 1109:
		return errors.New("a table or column is not there any more")
	case 1267, 1270, 1271, 4078:
		return fmt.Errorf("%w: columns or values of types that cannot be compared", connectors.ErrNotSupported)
	}
	if note, ok := constraint(e.Number); ok {
		note.Path = about(e)
		return fmt.Errorf("%w: %w", connectors.ErrConflict, connectors.Diagnostics{note})
	}
	return fmt.Errorf("database error %d", e.Number)
}

// Where a message names something of the schema. The rest of it may quote values, and a value anything.
var (
	keyAtEnd  = regexp.MustCompile(`for key '(?:[^']*\.)?([\w$]+)'$`)
	checked   = regexp.MustCompile("^CONSTRAINT `([^`]+)` failed for `[^`]+`\\.`([^`]+)`$")
	oneColumn = regexp.MustCompile(`^(?:Column|Field) '([\w$]+)' `)
)

// about is what of the schema an error is about; "" where that is not said, or the table is not.
func about(e *mysql.MySQLError) string {
	switch e.Number {
	case duplicate:
		if m := keyAtEnd.FindStringSubmatch(e.Message); m != nil {
			return "." + m[1]
		}
	case 4025:
		if m := checked.FindStringSubmatch(e.Message); m != nil {
			return m[2] + "." + m[1]
		}
	case 1048, 1364:
		if m := oneColumn.FindStringSubmatch(e.Message); m != nil {
			return "." + m[1]
		}
	}
	return ""
}

// constraint says what forbade a change.
func constraint(number uint16) (connectors.Diagnostic, bool) {
	var summary, hint string
	switch number {
	case parentRow, childRow, 1216, 1217, 1701, 1834:
		summary, hint = "a foreign key forbids the change", "treat the rows it protects in the same plan, or keep them"
	case duplicate, 1586, 1761, 1762:
		summary, hint = "a unique key forbids the change", "a row with this key is there already; a placeholder for several rows needs one row each"
	case 1048, 1364, 1263:
		summary, hint = "NOT NULL forbids the change", "give the field a value in the map instead of clearing it"
	case 3819, 4025:
		summary, hint = "a CHECK constraint forbids the change", "give the field a value the constraint allows"
	case 1264, 1265, 1292, 1366, 1406, 1411, 1416, 1367, 3140, 3141, 1426, 1690:
		summary, hint = "a value is none of the type of its column", "give the field a value the column can hold"
	case 3105, 1906, 1443:
		summary, hint = "a column is computed by the database and cannot be set", "leave the field out"
	case signalled, 1643, 1442, 1336, 1415:
		summary, hint = "a trigger of the database refuses the change", "what it says is not repeated here, because it may hold values; the server's log has it"
	default:
		return connectors.Diagnostic{}, false
	}
	return connectors.Diagnostic{Severity: connectors.Error, Summary: summary, Detail: hint}, true
}

// number is that of the database's error behind an error; 0 where there is none.
func number(err error) uint16 {
	var f *fault
	if errors.As(err, &f) {
		return f.number
	}
	return 0
}
