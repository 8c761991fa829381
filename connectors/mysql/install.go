package mysql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// restricted is what a guard tells an application.
const restricted = "row is restricted (GDPR art. 18)"

// Install gives the statements that make restriction by move possible for collections: a database of the executor's own, tables for held
// rows, and guards that keep every account but the executor's off what is left in their place. An administrator who owns the tables runs
// them once. None of them has a semicolon in it, so that every client reads them: what a guard does is one INSERT, into a table that
// takes none.
func (s *store) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.view(ctx, l)
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			if t.held {
				continue
			}
			more, err := v.installing(t)
			if err != nil {
				return err
			}
			if len(out) == 0 {
				common, err := v.common()
				if err != nil {
					return err
				}
				out = append([]string{"SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'"}, common...)
			}
			for _, text := range more {
				if !slices.Contains(out, text) { // a parent of several tables
					out = append(out, text)
				}
			}
		}
		return nil
	})
	return out, err
}

// login is the account the executor comes as: its name, and as it is granted to.
func (v *view) login() (name, account string, err error) {
	err = v.line.each(v.ctx, "asking who this is", query{SQL: "SELECT CURRENT_USER()"}, func(r [][]byte) error {
		text := string(r[0])
		at := strings.LastIndex(text, "@")
		name, account = text[:at], literal(text[:at])+"@"+literal(text[at+1:])
		return nil
	})
	return name, account, err
}

func (v *view) common() ([]string, error) {
	_, account, err := v.login()
	if err != nil {
		return nil, err
	}
	own := quote(v.store.own())
	return []string{
		"CREATE DATABASE IF NOT EXISTS " + own + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
		"CREATE TABLE IF NOT EXISTS " + v.store.marks() + " (in_table VARCHAR(130) NOT NULL, held BIGINT NOT NULL, request VARCHAR(500) NOT NULL, held_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP," +
			" PRIMARY KEY (in_table, held, request)) ENGINE=InnoDB",
		"CREATE TABLE IF NOT EXISTS " + own + ".refusals (refused INT NOT NULL PRIMARY KEY) ENGINE=InnoDB",
		"DROP TRIGGER IF EXISTS " + own + ".refuse",
		"CREATE TRIGGER " + own + ".refuse BEFORE INSERT ON " + own + ".refusals FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = " + literal(restricted),
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + everywhere(v.store.own()) + " TO " + account,
	}, nil
}

// installing writes the table for held rows of t and its guards.
func (v *view) installing(t *table) ([]string, error) {
	switch {
	case len(t.key) == 0:
		return nil, fmt.Errorf("%w: table %s has no primary key to know its restricted rows by", connectors.ErrNotSupported, t.Name)
	case len(t.heldName()) > 64 || len(v.store.own()) > 64:
		return nil, fmt.Errorf("%w: the name of table %s is too long for that of the table of its restricted rows", connectors.ErrNotSupported, t.Name)
	}
	if err := t.changeable(); err != nil {
		return nil, err
	}
	own := quote(v.store.own())
	held, base := own+"."+quote(t.heldName()), t.base().Table(dialect{})
	keys := strings.Join(quoted(t.key), ", ")
	out := []string{
		"CREATE TABLE " + held + " (" + heldKey + " BIGINT NOT NULL AUTO_INCREMENT UNIQUE, " + heldShell + " VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, PRIMARY KEY (" + keys + ")) ENGINE=InnoDB AS SELECT * FROM " + base + " WHERE FALSE",
	}
	parted, err := v.partitioned(t)
	if err != nil {
		return nil, err
	}
	if !parted { // to one that is no key can refer, so that it has no shells that could be lost
		pin := own + "." + quote(t.pinName())
		out = append(out,
			// A table that is referred to cannot be emptied by TRUNCATE, which sets off no trigger. Nothing is ever written to this one.
			"CREATE TABLE "+pin+" (PRIMARY KEY ("+keys+")) ENGINE=InnoDB AS SELECT "+keys+" FROM "+base+" WHERE FALSE",
			"ALTER TABLE "+pin+" ADD FOREIGN KEY ("+keys+") REFERENCES "+base+" ("+keys+")")
	}
	guards, err := v.guards(t)
	if err != nil {
		return nil, err
	}
	for _, g := range guards {
		text, err := v.guarding(g)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// partitioned says whether rows of a table stand in partitions.
func (v *view) partitioned(t *table) (yes bool, err error) {
	q := query{Args: []any{t.schema, t.Name}, SQL: "SELECT 1 FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = " + placeholder(1) + " AND TABLE_NAME = " + placeholder(2) + " AND PARTITION_NAME IS NOT NULL LIMIT 1"}
	err = v.line.each(v.ctx, reading, q, func([][]byte) error {
		yes = true
		return nil
	})
	return yes, err
}

var _ connectors.Installer = (*store)(nil)
