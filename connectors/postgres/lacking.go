package postgres

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/needs"
)

// lacking says of a call the database did not permit which privilege is missing, of those its uses need. What else was not permitted, in a trigger of the
// application's, say, is told by the database's own word for it.
func (s *store) lacking(ctx context.Context, err error, uses func() []connectors.Use) error {
	if state(err) != privilege || ctx.Err() != nil {
		return err
	}
	var was, out connectors.Diagnostics
	table := ""
	if errors.As(err, &was) && len(was) > 0 {
		table = was[0].Path // what the database names
	}
	failed := with(ctx, s.pool, func(l *line) error {
		v := s.catalog.view(ctx, l)
		login, err := v.login()
		if err != nil {
			return err
		}
		all, err := v.needs(uses())
		if err != nil {
			return err
		}
		missing, err := v.missing(all)
		slices.SortStableFunc(missing, func(a, b needs.Need) int { return about(b, table) - about(a, table) })
		for _, n := range missing {
			on := strings.ReplaceAll(n.On, `"`, "")
			out = append(out, connectors.Diagnostic{Severity: connectors.Error, Path: on, Summary: "the account lacks " + n.Words(func(c string) string { return c }) + " on " + on,
				Detail: granting(n, login)})
		}
		return err
	})
	if failed != nil || len(out) == 0 {
		return err
	}
	out[len(out)-1].Detail += "; `dossier connector grants SYSTEM` prints all it needs"
	return &fault{state: privilege, err: out}
}

// anyColumn stands for whichever column of a table; none has this name.
const anyColumn = "\x01"

// about is 1 for a need of the table that the database named, and comes first; else 0.
func about(n needs.Need, table string) int {
	if table != "" && strings.HasSuffix("."+strings.ReplaceAll(n.On, `"`, ""), "."+table) {
		return 1
	}
	return 0
}

// missing are the needs the account has not, with the columns it lacks.
func (v *view) missing(all needs.Needs) (needs.Needs, error) {
	type place struct{ i, column int }
	var at []place
	var privileges, on, columns []any
	for i, n := range all {
		for k := range max(len(n.Columns), 1) {
			column := ""
			if len(n.Columns) > 0 {
				column = n.Columns[k]
			}
			if n.Any {
				column = anyColumn
			}
			at = append(at, place{i, k})
			privileges, on, columns = append(privileges, n.Privilege), append(on, n.On), append(columns, column)
		}
	}
	lacks := map[int][]string{}
	q := query{Args: []any{privileges, on, columns}, SQL: `SELECT a.n FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS a(privilege, name, col, n)
		LEFT JOIN (SELECT '"' || replace(nspname, '"', '""') || '"' AS name, oid FROM pg_namespace) AS s ON s.name = a.name AND a.privilege = 'USAGE'
		LEFT JOIN (SELECT '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"' AS name, c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace) AS t
			ON t.name = a.name AND a.privilege <> 'USAGE'
		WHERE NOT CASE WHEN a.privilege = 'USAGE' THEN has_schema_privilege(s.oid, 'USAGE') WHEN a.col = '` + anyColumn + `' THEN has_any_column_privilege(t.oid, a.privilege) WHEN a.col = '' THEN has_table_privilege(t.oid, a.privilege)
			ELSE has_column_privilege(t.oid, a.col, a.privilege) END ORDER BY a.n`}
	err := v.line.each(v.ctx, "reading privileges", q, func(row [][]byte) error {
		n := number(string(row[0])) - 1
		if n < 0 || n >= len(at) {
			return nil
		}
		p := at[n]
		if all[p.i].Columns == nil {
			lacks[p.i] = []string{}
		} else {
			lacks[p.i] = append(lacks[p.i], all[p.i].Columns[p.column])
		}
		return nil
	})
	var out needs.Needs
	for i, n := range all {
		if columns, ok := lacks[i]; ok {
			n.Columns = columns
			out = append(out, n)
		}
	}
	return out, err
}

func number(text string) (n int) {
	for _, c := range text {
		n = n*10 + int(c-'0')
	}
	return n
}

// usesOf is what selections ask of the tables they speak of.
func usesOf(sels ...connectors.Selection) []connectors.Use {
	var out []connectors.Use
	read := func(c connectors.Collection, fields ...string) {
		fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return f == "" }) // a during: without an end
		for i := range out {
			if out[i].Collection.At == c.At {
				add(&out[i].Reads, fields...)
				return
			}
		}
		out = append(out, connectors.Use{Collection: c, Reads: slices.Clone(fields)})
	}
	var conds func(c connectors.Collection, list []connectors.Cond)
	conds = func(c connectors.Collection, list []connectors.Cond) {
		for _, x := range list {
			switch {
			case x.Over != nil:
				read(c, x.Over.From...)
				read(x.Over.Collection, x.Over.To...)
				conds(x.Over.Collection, x.Kids)
				continue
			case x.Field != "":
				read(c, x.Field)
			}
			conds(c, x.Kids)
		}
	}
	for _, sel := range sels {
		read(sel.Collection, sel.Fields...)
		conds(sel.Collection, sel.Where)
		for _, m := range sel.Any {
			first := sel.Collection
			if len(m.Via) > 0 {
				first = m.Via[0].Collection
			}
			read(first, m.Fields...)
			for i, h := range m.Via {
				next := sel.Collection
				if i+1 < len(m.Via) {
					next = m.Via[i+1].Collection
				}
				read(h.Collection, h.From...)
				read(next, h.To...)
				conds(h.Collection, h.If)
				conds(next, h.Then)
				if h.During != nil {
					read(next, h.During.Date)
					read(h.Collection, h.During.From, h.During.To)
				}
			}
			for _, t := range m.Values {
				if t.Within != nil {
					read(first, t.Within.Field)
				}
			}
		}
	}
	return out
}

// usedBy is what treatments ask.
func usedBy(do []connectors.Treatment) []connectors.Use {
	var out []connectors.Use
	for _, t := range do {
		more := usesOf(t.On)
		own := &more[0]
		own.Verbs, own.Method = []connectors.Verb{t.Verb}, t.Method
		add(&own.Reads, t.Capture...)
		for _, a := range t.Assign {
			own.Writes = append(own.Writes, a.Field)
			if a.Over != nil {
				more = append(more, connectors.Use{Collection: a.Over.Collection, Reads: a.Over.To})
			}
		}
		out = append(out, more...)
	}
	return out
}

// denied is what the database says was not permitted: a kind of object and its name, which are of the schema.
var denied = regexp.MustCompile(`^permission denied (?:for|to set) (table|view|schema|function|sequence|parameter) "?([^"]+)"?$`)
