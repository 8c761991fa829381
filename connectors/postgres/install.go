package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// methodMove is the one way to block: content goes to a held row, out of reach of applications.
const methodMove = "move"

// restricted is what a guard tells an application.
const restricted = "row is restricted"

// Install gives the statements that make restriction by move possible for collections: a schema of the executor's own, tables for held
// rows, and guards that keep every login but the executor's off what is left in their place. An administrator who owns the tables runs
// them once.
func (s *store) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) (err error) {
		v := s.catalog.view(ctx, l)
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			if t.held != nil {
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
				out = append(out, common...)
			}
			out = append(out, more...)
		}
		return nil
	})
	return out, err
}

// login is the account the executor comes as, quoted, and as a text.
func (v *view) login() (name string, err error) {
	err = v.line.each(v.ctx, "asking who this is", query{SQL: "SELECT session_user::text"}, func(r [][]byte) error {
		name = string(r[0])
		return nil
	})
	return name, err
}

func (v *view) common() ([]string, error) {
	login, err := v.login()
	if err != nil {
		return nil, err
	}
	return []string{
		"CREATE SCHEMA IF NOT EXISTS " + ownSchema,
		"CREATE TABLE IF NOT EXISTS " + marksTable + " (in_table text NOT NULL, held bigint NOT NULL, request text NOT NULL, held_at timestamptz NOT NULL DEFAULT now()," +
			" PRIMARY KEY (in_table, held, request))",
		"GRANT USAGE ON SCHEMA " + ownSchema + " TO " + quote(login),
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + marksTable + " TO " + quote(login),
		"GRANT SET ON PARAMETER session_replication_role TO " + quote(login),
	}, nil
}

// installing writes the table for held rows of t and its guards.
func (v *view) installing(t *table) ([]string, error) {
	if len(t.key) == 0 {
		return nil, fmt.Errorf("%w: table %s has no primary key to know its restricted rows by", connectors.ErrNotSupported, t.Name)
	}
	if len(t.heldName()) > 55 { // longer names the database cuts, with "guard_" before them
		return nil, fmt.Errorf("%w: the name of table %s is too long for that of the table of its restricted rows", connectors.ErrNotSupported, t.Name)
	}
	login, err := v.login()
	if err != nil {
		return nil, err
	}
	held, base := ownSchema+"."+quote(t.heldName()), t.base().Table(dialect{})
	guard, truncate := ownSchema+"."+quote("guard_"+t.address()), ownSchema+"."+quote("truncate_"+t.address())
	row := func(name string) string {
		return "EXISTS (SELECT 1 FROM " + held + " AS h WHERE " + t.sameKey("h", name) + ")"
	}
	function := func(name, body string) string {
		return "CREATE OR REPLACE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $guard$\nBEGIN\n" + body + "\nEND $guard$"
	}
	refuse := "RAISE EXCEPTION " + literal(restricted) + " USING ERRCODE = 'insufficient_privilege', HINT = 'GDPR art. 18'; END IF;"
	// The login is asked for, not the current user: that is the owner of the table in cascades, and of a function in it.
	return []string{
		"CREATE TABLE " + held + " (LIKE " + base + ", " + heldKey + " bigint GENERATED ALWAYS AS IDENTITY UNIQUE, " + heldShell + " text, PRIMARY KEY (" + strings.Join(quoted(t.key), ", ") + "))",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + held + " TO " + quote(login),
		function(guard, "  IF session_user <> "+literal(login)+" THEN\n    IF TG_OP <> 'INSERT' THEN IF "+row("OLD")+" THEN "+refuse+" END IF;\n    IF TG_OP <> 'DELETE' THEN IF "+row("NEW")+" THEN "+refuse+
			" END IF;\n  END IF;\n  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;"),
		function(truncate, "  IF EXISTS (SELECT 1 FROM "+held+") THEN "+strings.Replace(refuse, restricted, "table holds restricted rows", 1)+"\n  RETURN NULL;"),
		"CREATE TRIGGER zz_dossier_guard BEFORE INSERT OR UPDATE OR DELETE ON " + base + " FOR EACH ROW EXECUTE FUNCTION " + guard + "()",
		"CREATE TRIGGER zz_dossier_truncate BEFORE TRUNCATE ON " + base + " FOR EACH STATEMENT EXECUTE FUNCTION " + truncate + "()",
	}, nil
}

var _ connectors.Installer = (*store)(nil)
