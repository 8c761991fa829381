package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors"
)

const (
	settingURL       = "url"
	settingOrdinary  = "ordinary_url"
	settingLock      = "lock_timeout"
	settingStatement = "statement_timeout"
)

const (
	defaultLock      = 2 * time.Second
	defaultStatement = 5 * time.Minute
	// idle is how long the database keeps a transaction in which nothing is asked: longer than a host takes to confirm.
	idle = 15 * time.Second
)

// place is where the database is and how patient to be.
type place struct {
	url, ordinary   string
	lock, statement time.Duration
}

func wrong(setting, summary, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + setting, Summary: summary, Detail: hint}}
}

// settings reads the config; no message holds a value of it.
func settings(c connectors.Config) (place, error) {
	p := place{url: c[settingURL], ordinary: c[settingOrdinary], lock: defaultLock, statement: defaultStatement}
	for name, into := range map[string]*time.Duration{settingLock: &p.lock, settingStatement: &p.statement} {
		text := c[name]
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Millisecond {
			return p, wrong(name, name+" is no time", "write it like 500ms or 2s")
		}
		*into = d
	}
	if _, err := p.pool(1); err != nil {
		return p, err
	}
	return p, nil
}

// session is what every connection is set to: how values are written as text, and in which zone. It is sent as the connection
// is made and outdoes what the database or the account would set.
var session = map[string]string{
	"application_name": "dossier", "client_encoding": "UTF8", "DateStyle": "ISO, YMD", "IntervalStyle": "iso_8601", "TimeZone": "UTC",
	"extra_float_digits": "1", "bytea_output": "hex", "standard_conforming_strings": "on", "jit": "off",
}

// pool is how most connections at once are had.
func (p place) pool(most int32) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(p.url)
	if err != nil { // its message may quote the address
		return nil, wrong(settingURL, "url is no address of a PostgreSQL database", "write it like postgres://account@host:5432/database")
	}
	for name, value := range session {
		c.ConnConfig.RuntimeParams[name] = value
	}
	c.MaxConns, c.MinConns = most, 0
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	c.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: time.Second}
	}
	return c, nil
}
