package faults

import (
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/test/servers"
)

var onMariaDB = &kind{
	name:      "mariadb",
	connector: "mysql",
	database:  servers.MySQL,
	open:      servers.OpenMySQL,
	number:    "int AUTO_INCREMENT PRIMARY KEY",
	nowhere:   "mysql://nobody@127.0.0.1:1/nothing",
	begins:    "START TRANSACTION READ WRITE",
	deletes:   "DELETE u FROM",
	changed:   "DELETE u FROM",
	patient:   "SET innodb_lock_wait_timeout = 60",
	// The server ends whoever has changed less.
	stubborn: `CREATE TABLE IF NOT EXISTS ballast (n int PRIMARY KEY, m int); INSERT INTO ballast ` + many("(%d, 0)", 1000) + `;
		START TRANSACTION; UPDATE ballast SET m = 1`,
	trigger: `CREATE TRIGGER tally BEFORE DELETE ON vehicles FOR EACH ROW UPDATE tallies SET n = n - 1`,
}

func init() {
	onMariaDB.copied = func(t *testing.T) (c *club, there string, caught func()) {
		own := servers.OwnMySQL(t, servers.Logged...)
		c = clubOn(t, onMariaDB, own.Database(t))
		there, caught = own.Copy(t, c.Bare)
		return c, there, caught
	}
	onMariaDB.mortal = func(t *testing.T) (c *club, die func() error, back func()) {
		own := servers.OwnMySQL(t, durable)
		c = clubOn(t, onMariaDB, own.Database(t))
		return c, own.Kill, func() { c.restarted(t, own) }
	}
	// The disk is a tablespace that does not grow, until the server is started with a larger one.
	onMariaDB.small = func(t *testing.T) (c *club, fill, empty func()) {
		own := servers.OwnMySQL(t, durable, "--innodb-data-file-path=ibdata1:12M;ibdata2:12M", "--innodb-file-per-table=OFF")
		c = clubOn(t, onMariaDB, own.Database(t))
		c.do(t, "CREATE TABLE ballast (a int AUTO_INCREMENT PRIMARY KEY, b longblob)")
		fill = func() {
			for size := 1 << 20; size > 0; {
				_, err := c.admin.ExecContext(t.Context(), "INSERT INTO ballast (b) VALUES (repeat('x', ?))", size)
				var e *mysql.MySQLError
				switch {
				case err == nil:
				case errors.As(err, &e) && e.Number == 1114:
					size /= 2
				default:
					t.Fatal(err)
				}
			}
		}
		empty = func() {
			if err := own.Kill(); err != nil {
				t.Fatal(err)
			}
			c.restarted(t, own, "--innodb-data-file-path=ibdata1:12M;ibdata2:12M:autoextend")
		}
		return c, fill, empty
	}
}

// durable: what was committed is with the kernel, and outlives the server.
const durable = "--innodb-flush-log-at-trx-commit=2"

// restarted starts a server that was killed, and connects its administrator anew.
func (c *club) restarted(t *testing.T, own *servers.Own, options ...string) {
	t.Helper()
	err := own.Start(options...)
	if err == nil {
		c.admin, err = c.connected(t.Context(), t, c.URL)
	}
	if err != nil {
		t.Fatal(err)
	}
}
