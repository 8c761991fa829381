package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// lookup is an index of a table as far as rows are looked up by its columns.
type lookup []indexed

// indexed is a column, in lower case, and how CREATE INDEX is told of it.
type indexed struct{ column, text string }

// covers says whether whoever looks rows up by other's columns is served by l as well.
func (l lookup) covers(other lookup) bool {
	return len(l) >= len(other) && slices.Equal(l[:len(other)], other)
}

// name is made of the columns' names, text is the list of columns.
func (l lookup) name() (name, text string) {
	names, texts := make([]string, len(l)), make([]string, len(l))
	for i, x := range l {
		names[i], texts[i] = x.column, x.text
	}
	return strings.Join(names, "_"), strings.Join(texts, ", ")
}

// lookups reads the indexes of a table, each up to its first expression. One that leaves rows out is read as if it did not, and one
// that forbids equal rows as if it allowed them: held rows are looked up by what they are looked up by in their table. Those of one origin
// are passed over.
func lookups(ctx context.Context, c *sql.Conn, table, but string) ([]lookup, error) {
	rows, err := c.QueryContext(ctx, `SELECT l.seq, x.name, coalesce(x.coll, 'BINARY'), x."desc" FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS x
		WHERE x.key AND l.origin <> ?2 ORDER BY l.seq DESC, x.seqno`, table, but)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []lookup
	last, cut := -1, false
	for rows.Next() {
		var seq int
		var name sql.NullString
		var collation string
		var descends bool
		if err := rows.Scan(&seq, &name, &collation, &descends); err != nil {
			return nil, err
		}
		if seq != last {
			out, last, cut = append(out, nil), seq, false
		}
		if cut = cut || !name.Valid; cut {
			continue
		}
		text := dialect{}.Quote(name.String) + " COLLATE " + dialect{}.Quote(strings.ToUpper(collation))
		if descends {
			text += " DESC"
		}
		out[len(out)-1] = append(out[len(out)-1], indexed{strings.ToLower(name.String), text})
	}
	return out, rows.Err()
}

// indexed are the columns an index of a table, or of t's held rows, begins with, where it compares as the column does, and those with one
// that ignores case. An index that leaves rows out is none here.
func (t *table) indexed(ctx context.Context, c *sql.Conn, arm *relational.Arm) error {
	arm.Indexed, arm.Caseless = map[string]bool{}, map[string]bool{}
	rows, err := c.QueryContext(ctx, `SELECT lower(x.name), ?2 OR x.coll = 'BINARY', x.coll = 'NOCASE' FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS x
		WHERE x.seqno = 0 AND x.name IS NOT NULL AND NOT l.partial`, arm.From, t.Collated)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var as, caseless bool
		if err := rows.Scan(&name, &as, &caseless); err != nil {
			return err
		}
		arm.Indexed[name] = arm.Indexed[name] || as
		arm.Caseless[name] = arm.Caseless[name] || caseless
	}
	if !arm.Held && t.alias != "" { // the row number itself
		arm.Indexed[strings.ToLower(t.alias)] = true
	}
	return rows.Err()
}

// unserved are the lookups of t that its held rows have no index for; that of their keys they always have.
func (t *table) unserved(ctx context.Context, c *sql.Conn) ([]lookup, error) {
	wanted, err := lookups(ctx, c, t.Name, "pk")
	if err != nil {
		return nil, err
	}
	there, err := lookups(ctx, c, heldPrefix+t.Name, "") // none where the table is still to be made
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(wanted, func(a, b lookup) int { return len(b) - len(a) })
	var out []lookup
	for _, l := range wanted {
		served := func(by lookup) bool { return by.covers(l) }
		unknown := func(x indexed) bool { return t.held != nil && !t.held.columns[x.column] }
		if len(l) > 0 && !slices.ContainsFunc(l, unknown) && !slices.ContainsFunc(there, served) && !slices.ContainsFunc(out, served) {
			out = append(out, l)
		}
	}
	return out, nil
}

// indexes writes what gives held rows the indexes their table has. taken are the names in the file, in lower case.
func (t *table) indexes(more []lookup, taken map[string]bool) []string {
	d := dialect{}
	var out []string
	for _, l := range more {
		columns, text := l.name()
		name := ownPrefix + "by_" + t.Name + "_" + columns
		for taken[strings.ToLower(name)] {
			name += "_"
		}
		taken[strings.ToLower(name)] = true
		out = append(out, "CREATE INDEX "+d.Quote(name)+" ON "+d.Quote(heldPrefix+t.Name)+" ("+text+")")
	}
	return out
}

// names are those of everything in the file, in lower case.
func names(ctx context.Context, c *sql.Conn) (map[string]bool, error) {
	var all []string
	if err := collect(ctx, c, &all, "SELECT lower(name) FROM sqlite_schema"); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	out := map[string]bool{}
	for _, n := range all {
		out[n] = true
	}
	return out, nil
}
