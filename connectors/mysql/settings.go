package mysql

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// place is where the database is and how patient to be.
type place struct{ settings.Place }

// configured reads the config; no message holds a value of it.
func configured(c connectors.Config) (place, error) {
	read, err := settings.Read(c)
	p := place{read}
	if err != nil {
		return p, err
	}
	if _, err := address(settings.URL, p.URL); err != nil {
		return p, err
	}
	if p.Ordinary != "" {
		if _, err := address(settings.Ordinary, p.Ordinary); err != nil {
			return p, err
		}
	}
	return p, nil
}

// connecting is how long making a connection may take.
const connecting = 10 * time.Second

// silent drops what the driver would write to the standard error.
type silent struct{}

func (silent) Print(...any) {}

// address reads an address. Its only parameters are socket, the path of a local socket, and tls: true, preferred, skip-verify; with true the
// files ca, cert and key.
func address(setting, text string) (*mysql.Config, error) {
	bad := func(what string) error {
		return settings.Wrong(setting, setting+" is no address of a MariaDB or MySQL database"+what, "write it like mysql://account@host:3306/database; with ?tls=true, ?tls=true&ca=/path or ?socket=/path where needed")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "mysql" && u.Scheme != "mariadb" || u.User == nil { // its message may quote the address
		return nil, bad("")
	}
	name := strings.TrimPrefix(u.Path, "/")
	if name == "" || strings.Contains(name, "/") {
		return nil, bad(": it names no database")
	}
	c := mysql.NewConfig()
	c.User, c.DBName, c.Net, c.Logger, c.Timeout = u.User.Username(), name, "tcp", silent{}, connecting
	c.Passwd, _ = u.User.Password()
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	c.Addr = net.JoinHostPort(u.Hostname(), port)
	for key, values := range u.Query() {
		switch value := values[0]; {
		case key == "socket":
			c.Net, c.Addr = "unix", value
		case key == "tls" && value == "true":
			if c.TLS, err = encrypted(setting, u); err != nil {
				return nil, err
			}
		case key == "tls" && (value == "preferred" || value == "skip-verify"):
			c.TLSConfig = value
		case (key == "ca" || key == "cert" || key == "key") && u.Query().Get("tls") == "true":
		default:
			return nil, bad(": it has a parameter that is not known")
		}
	}
	c.ConnectionAttributes = "program_name:dossier"
	c.InterpolateParams = true // one round trip a statement, and every value comes back as its text
	c.ClientFoundRows = true
	c.CheckConnLiveness = true
	return c, nil
}

// session is what every connection is set to. It outdoes what the server or the account would set.
func (p place) session(s server) map[string]string {
	out := map[string]string{
		"sql_mode":  "'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		"time_zone": "'+00:00'", "autocommit": "1", "foreign_key_checks": "1", "unique_checks": "1", "sql_safe_updates": "0", "sql_auto_is_null": "0",
		"sql_select_limit": "18446744073709551615", "group_concat_max_len": "1048576", "transaction_isolation": "'READ-COMMITTED'",
		"innodb_lock_wait_timeout": seconds(p.Lock), "lock_wait_timeout": seconds(p.Lock),
		"max_execution_time": strconv.FormatInt(p.Statement.Milliseconds(), 10), "cte_max_recursion_depth": "4294967295",
	}
	if s.maria {
		delete(out, "max_execution_time")
		delete(out, "cte_max_recursion_depth")
		delete(out, "transaction_isolation")
		out["tx_isolation"] = "'READ-COMMITTED'"
		out["max_statement_time"] = fmt.Sprintf("%.3f", p.Statement.Seconds())
		out["max_recursive_iterations"] = "4294967295" // at fewer it would end without a word
	}
	return out
}

// seconds rounds up: a server waits for locks in whole ones.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
