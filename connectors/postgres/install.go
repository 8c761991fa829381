package postgres

import (
	"context"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// methodMove blocks by taking content to a held row, out of reach of applications.
const methodMove = "move"

// restricted is what a guard tells an application.
const restricted = "row is restricted"

// Install gives the statements that make restriction possible as uses say: a schema of the executor's own, tables for held rows or their keys, and guards that
// keep every login but the executor's off them. An administrator who owns the tables runs them once, and again for partitions made since.
func (s *store) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.catalog.view(ctx, l)
		begun := map[string]bool{}
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			more, err := v.lacks(t, u.Method)
			if err != nil {
				return err
			}
			if len(more) > 0 && !begun[u.Method] {
				begun[u.Method] = true
				common, err := v.common(u.Method)
				if err != nil {
					return err
				}
				out = append(out, common...)
			}
			out = append(out, more...)
		}
		if len(out) > 0 { // whoever waits for a lock keeps everybody behind him waiting
			out = append([]string{"SET lock_timeout = '2s'"}, append(out, "RESET lock_timeout")...)
		}
		return nil
	})
	return out, err
}

// lacks are the statements by which rows of a table can be blocked by a method, but for what is there.
func (v *view) lacks(t *table, method string) ([]string, error) {
	if method == methodPolicies {
		return v.guarding(t)
	}
	if t.held != nil {
		return v.truncatable(t)
	}
	return v.installing(t)
}

// login is the account the executor comes as, quoted, and as a text.
func (v *view) login() (name string, err error) {
	err = v.line.each(v.ctx, "asking who this is", query{SQL: "SELECT session_user::text"}, func(r [][]byte) error {
		name = string(r[0])
		return nil
	})
	return name, err
}

func (v *view) common(method string) ([]string, error) {
	login, err := v.login()
	if err != nil {
		return nil, err
	}
	if method == methodPolicies {
		return v.guardCommon(login)
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
	if err := t.installable(t.heldName()); err != nil {
		return nil, err
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
	out := []string{
		"CREATE TABLE " + held + " (LIKE " + base + ", " + heldKey + " bigint GENERATED ALWAYS AS IDENTITY UNIQUE, " + heldShell + " text, PRIMARY KEY (" + strings.Join(quoted(t.key), ", ") + "))",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + held + " TO " + quote(login),
		function(guard, "  IF session_user <> "+literal(login)+" THEN\n    IF TG_OP <> 'INSERT' THEN IF "+row("OLD")+" THEN "+refuse+" END IF;\n    IF TG_OP <> 'DELETE' THEN IF "+row("NEW")+" THEN "+refuse+
			" END IF;\n  END IF;\n  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;"),
		function(truncate, "  IF EXISTS (SELECT 1 FROM "+held+") THEN "+strings.Replace(refuse, restricted, "table holds restricted rows", 1)+"\n  RETURN NULL;"),
		"CREATE TRIGGER zz_dossier_guard BEFORE INSERT OR UPDATE OR DELETE ON " + base + " FOR EACH ROW EXECUTE FUNCTION " + guard + "()",
	}
	more, err := v.truncatable(t)
	return append(out, more...), err
}

// truncatable writes the guards against TRUNCATE that a table or a partition of it lacks: nothing else of a partition has to be told, for it has the other guards from its whole.
func (v *view) truncatable(t *table) ([]string, error) {
	all, err := v.relations(t)
	var out []string
	for _, r := range all {
		if !r.truncate {
			out = append(out, "CREATE TRIGGER zz_dossier_truncate BEFORE TRUNCATE ON "+r.name+" FOR EACH STATEMENT EXECUTE FUNCTION "+ownSchema+"."+quote("truncate_"+t.address())+"()")
		}
	}
	return out, err
}

var _ connectors.Installer = (*store)(nil)
