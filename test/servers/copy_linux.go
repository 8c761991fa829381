package servers

import (
	"context"
	"database/sql"
	"net/url"
	"testing"
)

// Logged are the options of a MariaDB server that a [Own.Copy] can follow.
var Logged = []string{"--log-bin", "--server-id=1", "--binlog-format=ROW", "--log-bin-trust-function-creators=1"}

// Copy is a read-only copy of a server, which follows it from its beginning. The URL is that of the database there, by the same account; caught
// waits until the copy has everything the server has now.
func (o *Own) Copy(t testing.TB, database string) (there string, caught func()) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	copied := OwnMySQL(t, "--server-id=2", "--read-only=ON")
	if err := TellMySQL(copied.Admin, "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT="+o.home.url.Port()+", MASTER_USER='root', MASTER_USE_GTID=slave_pos", "START SLAVE"); err != nil {
		t.Fatal(err)
	}
	u.Host = copied.home.url.Host
	return u.String(), func() {
		t.Helper()
		var at string
		var ended int
		err := o.asks("SELECT @@gtid_binlog_pos", &at)
		if err == nil {
			err = copied.asks("SELECT MASTER_GTID_WAIT('"+at+"', 120)", &ended)
		}
		if err != nil || ended != 0 {
			t.Fatalf("the copy does not follow: %v", err)
		}
	}
}

// asks asks the administrator's account one value.
func (o *Own) asks(query string, into any) error {
	db, err := OpenMySQL(o.Admin)
	if err != nil {
		return err
	}
	defer func(db *sql.DB) { _ = db.Close() }(db)
	return db.QueryRowContext(context.Background(), query).Scan(into)
}
