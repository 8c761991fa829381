package postgres

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// methodPolicies blocks rows where they are: a policy hides them from every account but the executor's, and a guard keeps them as they are.
const methodPolicies = "row_security"

// What stands for restricted rows that stay in their table: the key, and on whose account.
const (
	guardRequest = "dossier_request"
	guardSince   = "dossier_at"
)

// guardedName is the table of keys of restricted rows.
func (t *table) guardedName() string { return "rows_" + t.address() }

func (t *table) guardedTable() string { return ownSchema + "." + quote(t.guardedName()) }

// guard blocks rows in their place, or lifts a request's marks from them. Nothing of the row itself is touched, so that there is nothing to put back.
func (w *work) guard(j *job) error {
	t := j.Table
	if !t.guarded {
		if j.Do.Verb == connectors.Release {
			return w.standing(j)
		}
		return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: "nothing is installed by which rows of table " + t.Name + " can be restricted",
			Detail: "the administrator runs what `dossier connector install SYSTEM --print` prints"}}
	}
	rows := jobs.Only(j.Rows, false)
	there, changed := map[string]bool{}, map[string]bool{}
	s := t.on()
	from, where := s.given(rows)
	request, keys := s.Bind(j.Do.Mark)+"::text", quoted(t.key)
	text := "WITH new AS (INSERT INTO " + t.guardedTable() + " (" + strings.Join(keys, ", ") + ", " + guardRequest + ") SELECT u." + strings.Join(keys, ", u.") + ", " + request +
		" FROM " + from + " JOIN " + s.as() + " ON " + where + " ON CONFLICT DO NOTHING RETURNING *) SELECT " + s.ids() + " FROM new AS h JOIN " + s.as() + " ON " + t.sameKey("h", "u")
	if j.Do.Verb == connectors.Release {
		text = "WITH gone AS (DELETE FROM " + t.guardedTable() + " AS h USING " + from + " JOIN " + s.as() + " ON " + where + " WHERE " + t.sameKey("h", "u") + " AND h." + guardRequest + " = " + request +
			" RETURNING h.*) SELECT " + s.ids() + " FROM gone AS h JOIN " + s.as() + " ON " + t.sameKey("h", "u")
	}
	a := s.ask("marking rows of "+t.Name, text)
	a.row = jobs.Into(changed)
	if err := w.line.send(w.ctx, t.present(t.base(), rows, there), a); err != nil {
		return err
	}
	return j.Marked(rows, there, changed)
}

// standing counts rows that were never blocked, and are to be released, as they should be.
func (w *work) standing(j *job) error {
	there := map[string]bool{}
	rows := jobs.Only(j.Rows, false)
	if err := w.line.send(w.ctx, j.Table.present(j.Table.base(), rows, there)); err != nil {
		return err
	}
	j.Out.Already += int64(len(there))
	return nil
}

// relation is a table or a partition of one, as far as a policy is concerned.
type relation struct {
	name, bare string // as SQL, and what a policy calls it
	owner      string
	secured    bool   // it had row security before the executor's
	forced     bool   // which bound its owner too
	opened     string // to whom the executor's own policy opens it: "", PUBLIC, or its owner
	policy     bool
	truncate   bool // the guard against TRUNCATE is there, by move
	whole      bool // and by row_security
}

// relations are the table and its partitions.
func (v *view) relations(t *table) ([]relation, error) {
	var out []relation
	q := query{Args: []any{t.oid}, SQL: `SELECT '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"', c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
			(SELECT CASE WHEN p.polroles = '{0}' THEN 'PUBLIC' ELSE 'owner' END FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = 'dossier_open'),
			EXISTS (SELECT 1 FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = 'dossier_restricted'),
			EXISTS (SELECT 1 FROM pg_trigger AS g WHERE g.tgrelid = c.oid AND g.tgname = 'zz_dossier_truncate'),
			EXISTS (SELECT 1 FROM pg_trigger AS g WHERE g.tgrelid = c.oid AND g.tgname = 'zz_dossier_whole')
		FROM (SELECT $1::oid AS oid UNION SELECT relid FROM pg_partition_tree($1::oid)) AS x JOIN pg_class AS c ON c.oid = x.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
		ORDER BY c.oid <> $1::oid, c.relname`}
	err := v.line.each(v.ctx, "reading policies", q, func(r [][]byte) error {
		out = append(out, relation{name: string(r[0]), bare: string(r[1]), owner: string(r[2]), secured: string(r[3]) == "t", forced: string(r[4]) == "t", opened: string(r[5]),
			policy: string(r[6]) == "t", truncate: string(r[7]) == "t", whole: string(r[8]) == "t"})
		return nil
	})
	return out, err
}

// guarding writes what row_security needs of a table and its partitions: keys of restricted rows in the executor's schema, a guard that refuses change, and a policy that
// hides them. Of what is there already nothing is written again; a partition made since is brought up.
func (v *view) guarding(t *table) ([]string, error) {
	if err := t.installable(t.guardedName()); err != nil {
		return nil, err
	}
	login, err := v.login()
	if err != nil {
		return nil, err
	}
	all, err := v.relations(t)
	if err != nil {
		return nil, err
	}
	keys := t.guardedTable()
	guard, truncate := ownSchema+"."+quote("keep_"+t.address()), ownSchema+"."+quote("whole_"+t.address())
	var out []string
	if !t.guarded {
		out = append(out, t.guardTable(login, keys)...)
		out = append(out, t.guardFunctions(login, keys, guard, truncate)...)
		out = append(out, "DROP TRIGGER IF EXISTS zz_dossier_keep ON "+all[0].name,
			"CREATE TRIGGER zz_dossier_keep BEFORE UPDATE OR DELETE ON "+all[0].name+" FOR EACH ROW EXECUTE FUNCTION "+guard+"()")
	}
	for _, r := range all {
		if !r.whole {
			out = append(out, "CREATE TRIGGER zz_dossier_whole BEFORE TRUNCATE ON "+r.name+" FOR EACH STATEMENT EXECUTE FUNCTION "+truncate+"()")
		}
		if r.policy {
			continue
		}
		switch {
		case !r.secured:
			out = append(out, "CREATE POLICY dossier_open ON "+r.name+" FOR ALL TO PUBLIC USING (true) WITH CHECK (true)")
		case !r.forced: // its owner saw everything, and still does
			out = append(out, "CREATE POLICY dossier_open ON "+r.name+" FOR ALL TO "+quote(r.owner)+" USING (true) WITH CHECK (true)")
		}
		out = append(out, "CREATE POLICY dossier_restricted ON "+r.name+" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT pg_has_role(current_user, 'dossier_exempt', 'member')) OR NOT EXISTS (SELECT 1 FROM "+
			keys+" AS h WHERE "+t.sameKey("h", quote(r.bare))+")) WITH CHECK (true)")
		if !r.secured {
			out = append(out, "ALTER TABLE "+r.name+" ENABLE ROW LEVEL SECURITY")
		}
		if !r.forced {
			out = append(out, "ALTER TABLE "+r.name+" FORCE ROW LEVEL SECURITY")
		}
	}
	return out, nil
}

// guardTable writes the table of keys. Everybody may ask whether a key is in it, for the policy asks as whoever reads; on whose account is the executor's.
func (t *table) guardTable(login, keys string) []string {
	var cols []string
	for _, k := range t.key {
		col, _ := t.Column(k) //nolint:errcheck // the key is of the table's columns
		def := quote(k) + " " + col.Type
		if c := typeOf(col).collation; c != "" {
			def += " COLLATE " + c
		}
		cols = append(cols, def+" NOT NULL")
	}
	names := strings.Join(quoted(t.key), ", ")
	return []string{
		"CREATE TABLE " + keys + " (" + strings.Join(cols, ", ") + ", " + guardRequest + " text NOT NULL, " + guardSince + " timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (" + names + ", " + guardRequest + "))",
		"ALTER TABLE " + keys + " OWNER TO dossier_owner",
		"GRANT SELECT (" + names + ") ON " + keys + " TO PUBLIC",
		"GRANT SELECT, INSERT, DELETE ON " + keys + " TO " + quote(login),
	}
}

// guardFunctions write who is refused what. The login is asked for, not the current user: that is the owner of the table in cascades, and of a function in it.
// What the executor deletes or gives another key takes its marks along.
func (t *table) guardFunctions(login, keys, guard, truncate string) []string {
	var differs, sets []string
	for _, k := range t.key {
		differs, sets = append(differs, "NEW."+quote(k)+" IS DISTINCT FROM OLD."+quote(k)), append(sets, quote(k)+" = NEW."+quote(k))
	}
	own := "session_user = " + literal(login)
	function := func(name, body string) []string {
		return []string{"CREATE OR REPLACE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $guard$\nBEGIN\n" + body + "\nEND $guard$",
			"ALTER FUNCTION " + name + "() OWNER TO dossier_owner"}
	}
	refuse := func(what string) string {
		return "RAISE EXCEPTION " + literal(what) + " USING ERRCODE = 'insufficient_privilege', HINT = 'GDPR art. 18'; END IF;"
	}
	out := function(guard, "  IF NOT "+own+" AND EXISTS (SELECT 1 FROM "+keys+" AS h WHERE "+t.sameKey("h", "OLD")+") THEN "+refuse(restricted)+
		"\n  IF TG_OP = 'DELETE' THEN\n    IF "+own+" THEN DELETE FROM "+keys+" AS h WHERE "+t.sameKey("h", "OLD")+"; END IF;\n    RETURN OLD;\n  END IF;\n  IF "+own+" AND ("+strings.Join(differs, " OR ")+
		") THEN UPDATE "+keys+" AS h SET "+strings.Join(sets, ", ")+" WHERE "+t.sameKey("h", "OLD")+"; END IF;\n  RETURN NEW;")
	return append(out, function(truncate, "  IF EXISTS (SELECT 1 FROM "+keys+") THEN "+refuse("table holds restricted rows")+"\n  RETURN NULL;")...)
}

// guardCommon is made once in a database; the two roles once on a server, where what the login has already is not given again.
func (v *view) guardCommon(login string) ([]string, error) {
	var lacks []string
	q := query{SQL: `SELECT CASE WHEN NOT rolsuper AND NOT rolbypassrls THEN 'ALTER ROLE ' || quote_ident(rolname) || ' BYPASSRLS' END,
			CASE WHEN NOT rolsuper AND NOT EXISTS (SELECT 1 FROM pg_roles AS e WHERE e.rolname = 'dossier_exempt' AND pg_has_role(r.oid, e.oid, 'member')) THEN 'GRANT dossier_exempt TO ' || quote_ident(rolname) END
		FROM pg_roles AS r WHERE rolname = $1`, Args: []any{login}}
	err := v.line.each(v.ctx, "asking who this is", q, func(row [][]byte) error {
		for _, text := range row {
			if text != nil {
				lacks = append(lacks, string(text))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}

	role := func(name string) string {
		return "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '" + name + "') THEN CREATE ROLE " + name + " NOLOGIN; END IF; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
	}
	return append(append([]string{role("dossier_owner"), role("dossier_exempt")}, lacks...),
		"CREATE SCHEMA IF NOT EXISTS "+ownSchema, "GRANT USAGE, CREATE ON SCHEMA "+ownSchema+" TO dossier_owner", "GRANT USAGE ON SCHEMA "+ownSchema+" TO PUBLIC"), nil
}

// unguarding writes what takes it all away again, and leaves the table's own row security as it was.
func (v *view) unguarding(t *table) ([]string, error) {
	all, err := v.relations(t)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all {
		out = append(out, "DROP POLICY IF EXISTS dossier_restricted ON "+r.name, "DROP POLICY IF EXISTS dossier_open ON "+r.name, "DROP TRIGGER IF EXISTS zz_dossier_whole ON "+r.name)
		switch r.opened {
		case "PUBLIC":
			out = append(out, "ALTER TABLE "+r.name+" NO FORCE ROW LEVEL SECURITY", "ALTER TABLE "+r.name+" DISABLE ROW LEVEL SECURITY")
		case "owner":
			out = append(out, "ALTER TABLE "+r.name+" NO FORCE ROW LEVEL SECURITY")
		}
	}
	return append(out, "DROP TRIGGER IF EXISTS zz_dossier_keep ON "+all[0].name, "DROP FUNCTION IF EXISTS "+ownSchema+"."+quote("keep_"+t.address())+"()",
		"DROP FUNCTION IF EXISTS "+ownSchema+"."+quote("whole_"+t.address())+"()", "DROP TABLE "+t.guardedTable()), nil
}

// installable refuses tables whose rows cannot be known again, and names that the database would cut with what stands before them.
func (t *table) installable(name string) error {
	if len(t.key) == 0 {
		return fmt.Errorf("%w: table %s has no primary key to know its restricted rows by", connectors.ErrNotSupported, t.Name)
	}
	if len(name) > 55 {
		return fmt.Errorf("%w: the name of table %s is too long for that of the table of its restricted rows", connectors.ErrNotSupported, t.Name)
	}
	return nil
}
