package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

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
	if _, err := p.pool(1); err != nil {
		return p, err
	}
	return p, nil
}

// session is what every connection is set to: how values are written as text, and in which zone. It is sent as the connection
// is made and outdoes what the database or the account would set. A person's rows lie far apart and are looked up by indexes: a page read out of
// order is taken to cost hardly more than the next one, or tables would be read whole for some thousand rows of theirs.
var session = map[string]string{
	"application_name": "dossier", "client_encoding": "UTF8", "DateStyle": "ISO, YMD", "IntervalStyle": "iso_8601", "TimeZone": "UTC",
	"extra_float_digits": "1", "bytea_output": "hex", "standard_conforming_strings": "on", "jit": "off", "random_page_cost": "1.1",
}

// pool is how most connections at once are had.
func (p place) pool(most int32) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(p.URL)
	if err != nil { // its message may quote the address
		return nil, settings.Wrong(settings.URL, "url is no address of a PostgreSQL database", "write it like postgres://account@host:5432/database")
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
