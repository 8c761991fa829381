package mysql

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

const (
	working = 10 // connections for calls
	holding = 10 // connections for snapshots, two each
)

// server is what is known of the server.
type server struct {
	maria   bool
	version int // 101106 is 10.11.6
	packet  int // the most bytes it takes in one message, and in one parameter
}

// The first versions that know all that is asked of them.
const (
	oldestMaria = 100600
	oldestMySQL = 80019
)

// store is one open database.
type store struct {
	place   place
	server  server
	name    string // of the database
	pool    *sql.DB
	still   *sql.DB // for snapshots, so that one that is held keeps no call waiting
	catalog *catalog
	unseen  relational.Memory[[]string] // by database: the rights the account would need to be told all of it
}

func open(ctx context.Context, p place) (*store, error) {
	config, err := address(settings.URL, p.URL)
	if err != nil {
		return nil, err
	}
	s := &store{place: p, name: config.DBName, catalog: &catalog{}}
	if s.server, err = p.look(ctx, config); err != nil {
		return nil, err
	}
	config.MaxAllowedPacket = s.server.packet - 1 // what is larger the driver sends parameter by parameter
	for _, x := range []struct {
		most int
		into **sql.DB
	}{{working, &s.pool}, {holding, &s.still}} {
		if *x.into, err = newPool(config, p.session(s.server), x.most); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, with(ctx, s.pool, func(*line) error { return nil })
}

// newPool makes a pool of connections in a session of their own making. Nothing is connected yet.
func newPool(config *mysql.Config, session map[string]string, most int) (*sql.DB, error) {
	c := config.Clone()
	c.Params = session
	how, err := mysql.NewConnector(c)
	if err != nil {
		return nil, settings.Wrong(settings.URL, "the address cannot be used", "check the address")
	}
	db := sql.OpenDB(numbering{how})
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// look connects once and asks what the server is.
func (p place) look(ctx context.Context, config *mysql.Config) (server, error) {
	db, err := newPool(config, nil, 1)
	if err != nil {
		return server{}, err
	}
	defer db.Close()
	var s server
	err = with(ctx, db, func(l *line) error {
		return l.each(ctx, "connecting", query{SQL: "SELECT version(), @@max_allowed_packet"}, func(row [][]byte) (err error) {
			s = known(string(row[0]))
			s.packet, err = strconv.Atoi(string(row[1]))
			return err
		})
	})
	if err == nil && (s.maria && s.version < oldestMaria || !s.maria && s.version < oldestMySQL) {
		err = settings.Wrong(settings.URL, "the server is too old", "MariaDB 10.6 and MySQL 8.0.19 are the oldest that are understood")
	}
	return s, err
}

// known reads a version: 10.11.6-MariaDB-1, 5.5.5-10.6.1-MariaDB, 8.0.36.
func known(text string) server {
	s := server{maria: strings.Contains(strings.ToLower(text), "mariadb")}
	text = strings.TrimPrefix(text, "5.5.5-") // what replication wanted MariaDB to say
	text, _, _ = strings.Cut(text, "-")
	for _, part := range append(strings.SplitN(text, ".", 3), "0", "0")[:3] {
		n, _ := strconv.Atoi(part)
		s.version = s.version*100 + min(n, 99)
	}
	return s
}

// room is how much of one parameter that can be cut is sent at once: small enough that it fits beside others, and beside the statement.
func (s server) room() int { return s.packet / 4 }

// dialect is how this server writes a selection.
func (s server) dialect() dialect { return dialect{s} }

// Close closes all connections. Twice is no error.
func (s *store) Close() error {
	var all []error
	for _, p := range []*sql.DB{s.pool, s.still} {
		if p != nil {
			all = append(all, p.Close())
		}
	}
	return errors.Join(all...)
}

var _ connectors.Store = (*store)(nil)
