package moved

import (
	"context"
	"database/sql"
	"iter"
	"regexp"
	"strings"
)

// MySQL is a database on a MariaDB or MySQL server, spoken to by who owns it. Texts compare as the database's own collation has it, and
// '0000-00-00' stays a date.
type MySQL struct{ Conn *sql.Conn }

// long are the texts of the sample that no key holds and that know no length.
var long = regexp.MustCompile(`(?m)^(  (?:payer|notes|statement|disability|title|body|terms|topics) +)TEXT\b`)

var (
	inline  = regexp.MustCompile(`(?m)^  (\w+) (.*?) *\bREFERENCES (\w+ \(\w+\))(.*)$`)
	instant = regexp.MustCompile(`\bTIMESTAMP\b`)
	texty   = regexp.MustCompile(`\bTEXT\b`)
	counted = regexp.MustCompile(`(?m)^(  id +INTEGER) PRIMARY KEY`)
)

// Create makes it as MySQL writes it: texts of keys have a length, a foreign key stands for itself, numbers of rows are given out. An index
// that ignores case is any index here.
func (m MySQL) Create(ctx context.Context, statement string) error {
	if strings.Contains(statement, "COLLATE NOCASE") {
		return nil
	}
	var keys []string
	for _, x := range inline.FindAllStringSubmatch(statement, -1) {
		keys = append(keys, "  FOREIGN KEY ("+x[1]+") REFERENCES "+x[3])
	}
	statement = inline.ReplaceAllString(statement, "  $1 $2$4")
	statement = long.ReplaceAllString(statement, "${1}MEDIUMTEXT")
	statement = texty.ReplaceAllString(statement, "VARCHAR(190)")
	statement = instant.ReplaceAllString(statement, "DATETIME") // which names no instant either
	statement = counted.ReplaceAllString(statement, "$1 AUTO_INCREMENT PRIMARY KEY")
	if len(keys) > 0 {
		statement = strings.TrimSuffix(strings.TrimSpace(statement), ")") + ",\n" + strings.Join(keys, ",\n") + "\n)"
	}
	_, err := m.Conn.ExecContext(ctx, statement)
	return err
}

// ZeroDay is true: it is how applications of MySQL say that they do not know a day.
func (MySQL) ZeroDay() bool { return true }

// most is how many values go in one statement.
const most = 6_000

// Fill inserts rows, many in a statement. Foreign keys are not checked meanwhile.
func (m MySQL) Fill(ctx context.Context, table string, columns []string, rows iter.Seq2[[]*string, error]) error {
	begin := "SET SESSION foreign_key_checks = 0, sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'; START TRANSACTION"
	if _, err := m.Conn.ExecContext(ctx, begin); err != nil {
		return err
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	var args []any
	insert := func() error {
		if len(args) == 0 {
			return nil
		}
		_, err := m.Conn.ExecContext(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES "+
			strings.TrimSuffix(strings.Repeat(one+", ", len(args)/len(columns)), ", "), args...)
		args = args[:0]
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		for _, v := range row {
			args = append(args, v)
		}
		if len(args) < most {
			continue
		}
		if err := insert(); err != nil {
			return err
		}
	}
	if err := insert(); err != nil {
		return err
	}
	_, err := m.Conn.ExecContext(ctx, "COMMIT; SET SESSION foreign_key_checks = 1")
	return err
}
