package mysql

import (
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
)

// Where a message names what is missing; the rest of it is the account's name.
var (
	ofTableDenied  = regexp.MustCompile("^([A-Z, ]+) command denied to user .* for table (?:`([^`]+)`\\.`([^`]+)`|'([^']+)')$")
	ofColumnDenied = regexp.MustCompile(`^([A-Z, ]+) command denied to user .* for column '([^']+)' in table '([^']+)'$`)
	routineDenied  = regexp.MustCompile(`^([A-Z, ]+) command denied to user .* for routine '([^']+)'$`)
	toDatabase     = regexp.MustCompile(`^Access denied for user .* to database '([^']+)'$`)
)

// denied says of a call the server did not permit what the account lacks, which the server says itself: a privilege, and of what.
func denied(e *mysql.MySQLError) connectors.Diagnostic {
	out := connectors.Diagnostic{Severity: connectors.Error, Summary: "the account may not do this",
		Detail: "the administrator grants what is missing; `dossier connector grants SYSTEM` and `install SYSTEM --print` list it"}
	lacks := func(right, on, statement string) connectors.Diagnostic {
		out.Path, out.Summary = on, "the account lacks "+right+" on "+on
		out.Detail = "GRANT " + statement + "; `dossier connector grants SYSTEM` prints all it needs"
		return out
	}
	switch e.Number {
	case 1142:
		if m := ofTableDenied.FindStringSubmatch(e.Message); m != nil {
			on, name := quote(m[2])+"."+quote(m[3]), m[2]+"."+m[3]
			if m[4] != "" {
				on, name = quote(m[4]), m[4]
			}
			return lacks(m[1], name, m[1]+" ON "+on)
		}
	case 1143:
		if m := ofColumnDenied.FindStringSubmatch(e.Message); m != nil {
			return lacks(m[1]+" ("+m[2]+")", m[3], m[1]+" ("+quote(m[2])+") ON "+quote(m[3]))
		}
	case 1370:
		if m := routineDenied.FindStringSubmatch(e.Message); m != nil {
			return lacks(m[1], m[2], m[1]+" ON ROUTINE "+quoteName(m[2]))
		}
	case 1044:
		if m := toDatabase.FindStringSubmatch(e.Message); m != nil {
			return lacks("any right", m[1], "REFERENCES ON "+everywhere(m[1]))
		}
	}
	return out
}

// quoteName quotes a name that may have that of a database before it.
func quoteName(name string) string {
	if schema, bare, ok := strings.Cut(name, "."); ok {
		return quote(schema) + "." + quote(bare)
	}
	return quote(name)
}
