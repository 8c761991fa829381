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
func (s *store) Install(ctx context.Context, collections []connectors.Collection) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.view(ctx, l)
		for _, c := range collections {
			t, err := v.table(c)
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
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + own + ".* TO " + account,
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
	keys, pin := strings.Join(quoted(t.key), ", "), own+"."+quote(t.pinName())
	out := []string{
		"CREATE TABLE " + held + " (" + heldKey + " BIGINT NOT NULL AUTO_INCREMENT UNIQUE, " + heldShell + " VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, PRIMARY KEY (" + keys + ")) ENGINE=InnoDB AS SELECT * FROM " + base + " WHERE FALSE",
		// A table that is referred to cannot be emptied by TRUNCATE, which sets off no trigger. Nothing is ever written to this one.
		"CREATE TABLE " + pin + " (PRIMARY KEY (" + keys + ")) ENGINE=InnoDB AS SELECT " + keys + " FROM " + base + " WHERE FALSE",
		"ALTER TABLE " + pin + " ADD FOREIGN KEY (" + keys + ") REFERENCES " + base + " (" + keys + ")",
	}
	row := func(name string) string {
		return "EXISTS (SELECT 1 FROM " + held + " AS h WHERE " + same(t.key, "h", t.key, name) + ")"
	}
	for _, x := range [][2]string{{"INSERT", row("NEW")}, {"UPDATE", row("OLD") + " OR " + row("NEW")}, {"DELETE", row("OLD")}} {
		guard, err := v.guard(t.schema, t.Name, "", x[0], x[1])
		if err != nil {
			return nil, err
		}
		out = append(out, guard)
	}
	more, err := v.guardParents(t, held)
	return append(out, more...), err
}

// guard writes a trigger that refuses a change of a row, unless the executor makes it, where the condition holds.
func (v *view) guard(schema, table, for_, event, condition string) (string, error) {
	login, _, err := v.login()
	if err != nil {
		return "", err
	}
	name := "dossier_" + strings.ToLower(event) + "_" + table
	if for_ != "" {
		name += "_for_" + for_
	}
	if len(name) > 64 {
		return "", fmt.Errorf("%w: the name of table %s is too long for that of a trigger that guards it", connectors.ErrNotSupported, table)
	}
	// USER() is who came; CURRENT_USER() in a trigger is who made it.
	return "CREATE TRIGGER " + quote(schema) + "." + quote(name) + " BEFORE " + event + " ON " + quote(schema) + "." + quote(table) + " FOR EACH ROW INSERT INTO " + quote(v.store.own()) + ".refusals" +
		" SELECT 1 FROM DUAL WHERE LEFT(USER(), CHAR_LENGTH(USER()) - CHAR_LENGTH(SUBSTRING_INDEX(USER(), '@', -1)) - 1) <> " + literal(login) + " AND (" + condition + ")", nil
}

// guardParents guards the rows a restricted row refers to by a key that cascades, and those their tables refer to so, because what a
// cascade does sets off no trigger.
func (v *view) guardParents(t *table, held string) ([]string, error) {
	var out []string
	seen := map[string]bool{t.address(): true}
	var climb func(refs []reference, from, alias, last string, depth int) error
	climb = func(refs []reference, from, alias, last string, depth int) error {
		for _, r := range refs {
			cascades := map[string]bool{"DELETE": r.onDelete == "cascade" || r.onDelete == "set null", "UPDATE": r.onUpdate == "cascade" || r.onUpdate == "set null"}
			parent := r.toSchema + "." + r.toTable
			if seen[parent] || !cascades["DELETE"] && !cascades["UPDATE"] {
				continue
			}
			seen[parent] = true
			for _, event := range []string{"UPDATE", "DELETE"} {
				if !cascades[event] {
					continue
				}
				condition := "EXISTS (SELECT 1 FROM " + from + " WHERE " + last + same(r.from, alias, r.to, "OLD") + ")"
				if event == "UPDATE" { // other columns are changed freely
					condition += " AND (" + differs(r.to, "OLD", "NEW") + ")"
				}
				guard, err := v.guard(r.toSchema, r.toTable, t.Name, event, condition)
				if err != nil {
					return err
				}
				out = append(out, guard)
			}
			above, err := v.references("k.TABLE_SCHEMA = "+placeholder(1)+" AND k.TABLE_NAME = "+placeholder(2), r.toSchema, r.toTable)
			if err != nil {
				return err
			}
			next := fmt.Sprintf("p%d", depth)
			if err := climb(above, from+" JOIN "+r.parent()+" AS "+next+" ON "+same(r.to, next, r.from, alias), next, last, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return out, climb(t.refs, held+" AS h", "h", "", 1)
}

// differs writes that columns do not hold the same under two aliases.
func differs(columns []string, a, b string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = "NOT (" + a + "." + quote(c) + " <=> " + b + "." + quote(c) + ")"
	}
	return strings.Join(parts, " OR ")
}

// Grants gives what the executor's account needs on the tables, and that it is told of every foreign key of their databases: the server tells
// only of tables on which an account may do something.
func (s *store) Grants(ctx context.Context, collections []connectors.Collection) ([]string, error) {
	var out []string
	add := func(what, on, to string) {
		if text := "GRANT " + what + " ON " + on + " TO " + to; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	err := with(ctx, s.pool, func(l *line) error {
		v := s.view(ctx, l)
		_, account, err := v.login()
		if err != nil {
			return err
		}
		for _, c := range collections {
			t, err := v.table(c)
			if err != nil {
				return err
			}
			add("REFERENCES, TRIGGER", quote(t.schema)+".*", account)
			add("SELECT, INSERT, UPDATE, DELETE", t.base().Table(dialect{}), account)
			to, err := v.referring(t.schema, t.Name)
			if err != nil {
				return err
			}
			for _, r := range append(slices.Clone(t.refs), to...) {
				for _, other := range []string{r.child(), r.parent()} {
					add("SELECT", other, account)
				}
			}
		}
		return nil
	})
	return out, err
}

var (
	_ connectors.Installer = (*store)(nil)
	_ connectors.Granter   = (*store)(nil)
)
