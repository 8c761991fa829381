package servers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// mysqlEnv names a server to be used instead of one started here.
const mysqlEnv = "DOSSIER_TEST_MYSQL_URL"

var mariadb = sync.OnceValues(findMySQL)

// MySQL gives a test an empty database of a MariaDB server, and takes it away with the test. The account of URL owns it, and the
// executor's own database beside it.
func MySQL(t testing.TB) Database {
	t.Helper()
	server, err := mariadb()
	if err != nil {
		t.Fatalf("this test needs a MariaDB database, and none is to be had: %v\n`make deps` installs a server; %s names one", err, mysqlEnv)
	}
	return databaseOn(t, server)
}

// databaseOn is an empty database of a server, as long as the test.
func databaseOn(t testing.TB, server *url.URL) Database {
	t.Helper()
	name := fmt.Sprintf("dossier_test_%d_%d", os.Getpid(), databases.Add(1))
	db, err := newMySQL(server, name)
	if err != nil {
		t.Fatalf("making the test's database: %v", err)
	}
	t.Cleanup(func() {
		err := TellMySQL(server.String(), "SET SESSION foreign_key_checks = 0", "DROP DATABASE IF EXISTS dossier_"+name, "DROP DATABASE IF EXISTS "+name,
			"DROP USER IF EXISTS "+name+", "+name+"_app, "+name+"_bare")
		if err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return db
}

// NewMySQL makes an empty database of a name, and its accounts. Server and database last as long as this process.
func NewMySQL(name string) (Database, error) {
	server, err := mariadb()
	if err != nil {
		return Database{}, err
	}
	return newMySQL(server, name)
}

func newMySQL(server *url.URL, name string) (Database, error) {
	app, bare := name+"_app", name+"_bare"
	statements := []string{"CREATE DATABASE " + name + " CHARACTER SET utf8mb4"}
	for _, account := range []string{name, app, bare} {
		statements = append(statements, "CREATE USER "+account+"@'%' IDENTIFIED BY '"+ordinary+"'")
	}
	pattern := strings.ReplaceAll(name, "_", `\_`) // as which the connector grants
	statements = append(statements, "GRANT ALL ON `"+pattern+"`.* TO "+name+" WITH GRANT OPTION", "GRANT ALL ON `dossier\\_"+pattern+"`.* TO "+name+" WITH GRANT OPTION",
		"GRANT SELECT, INSERT, UPDATE, DELETE, DROP ON "+name+".* TO "+app,
		"GRANT REFERENCES ON "+name+".* TO "+bare) // else it is not let in
	if err := TellMySQL(server.String(), statements...); err != nil {
		return Database{}, err
	}
	as := func(account string) string {
		u := *server
		u.User, u.Path = url.UserPassword(account, ordinary), "/"+name
		return u.String()
	}
	admin := *server
	admin.Path = "/" + name
	return Database{URL: as(name), Ordinary: as(app), Bare: as(bare), Admin: admin.String()}, nil
}

// OpenMySQL opens a database by the address of one, for applications of tests. It takes several statements at once.
func OpenMySQL(address string) (*sql.DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("no address of a MySQL database")
	}
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.DBName, c.MultiStatements, c.InterpolateParams = u.User.Username(), "tcp", u.Host, strings.TrimPrefix(u.Path, "/"), true, true
	c.Passwd, _ = u.User.Password()
	c.Params = map[string]string{"time_zone": "'+00:00'"}
	how, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(how), nil
}

// TellMySQL runs statements at an address, one by one.
func TellMySQL(address string, statements ...string) error {
	db, err := OpenMySQL(address)
	if err != nil {
		return err
	}
	conn, err := db.Conn(context.Background())
	for _, s := range statements {
		if err == nil {
			_, err = conn.ExecContext(context.Background(), s)
		}
	}
	if conn != nil {
		err = errors.Join(err, conn.Close())
	}
	return errors.Join(err, db.Close())
}

func findMySQL() (*url.URL, error) {
	if text := os.Getenv(mysqlEnv); text != "" {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s is no URL", mysqlEnv)
		}
		return u, nil
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		u, err := startMySQL()
		if err == nil {
			return u, nil
		}
		failed = err
	}
	return nil, failed
}

func startMySQL() (*url.URL, error) {
	var options []string
	if lasting {
		options = []string{"--innodb-flush-log-at-trx-commit=1", "--innodb-doublewrite=1", "--innodb-flush-method=O_DIRECT", "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G"}
	}
	h, err := layMySQL(options...)
	if err != nil {
		return nil, err
	}
	if err := h.as.start(h.dir, mysqlReady, h.command...); err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}
	return h.url, nil
}

// mysqlHome is a server that is laid out: where, as whom it runs, how it is started, and what its administrator's address will be.
type mysqlHome struct {
	as      account
	dir     string
	command []string
	url     *url.URL
}

const mysqlReady = "ready for connections"

// layMySQL lays a server out; the options come after those all have.
func layMySQL(options ...string) (*mysqlHome, error) {
	server, err := found("mariadbd")
	if err != nil {
		return nil, err
	}
	install, err := found("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	as, err := accountOf("mysql")
	if err != nil {
		return nil, err
	}
	dir, err := as.folder("my")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	lay := as.command(dir, install, "--no-defaults", "--datadir="+data, "--tmpdir="+dir, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
	if out, err := lay.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("mariadb-install-db: %w\n%s", err, out), os.RemoveAll(dir))
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	return &mysqlHome{
		as: as, dir: dir, url: &url.URL{Scheme: "mysql", User: url.User("root"), Host: net.JoinHostPort("127.0.0.1", port), Path: "/mysql"},
		command: append([]string{server, "--no-defaults", "--datadir=" + data, "--socket=" + filepath.Join(dir, "s"), "--port=" + port, "--bind-address=127.0.0.1",
			"--pid-file=" + filepath.Join(dir, "pid"), "--tmpdir=" + dir, // where it keeps temporary tables: a server that starts clears them out of the folder all share
			"--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite", "--innodb-flush-method=nosync", "--debug-no-sync",
			"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-fast-shutdown=2", "--performance-schema=OFF", "--max-connections=200"}, options...),
	}, nil
}

// found looks for a program where the shell does, and where Debian puts servers.
func found(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	path := filepath.Join("/usr/sbin", name)
	_, err := os.Stat(path)
	return path, err
}
