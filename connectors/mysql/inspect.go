package mysql

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Inspect reads the live schema, views included and marked as such, in as many statements for one table as for a thousand: of the database, and of
// others of the server on which the account was granted something by name, whose tables are named with their database. What the account may not
// know of a table or a column, is not there for it.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	err := s.reading(ctx, s.pool, func(v *view) error {
		if err := v.line.run(ctx, s.arrive()); err != nil {
			return err
		}
		return v.inspect(out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (v *view) inspect(out *connectors.Schema) error {
	names, err := v.databases()
	if err != nil {
		return err
	}
	var all []*told
	for _, name := range names {
		more, err := v.database(name)
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	shown(all)
	for _, t := range all {
		out.Collections = append(out.Collections, t.SchemaCollection)
	}
	return v.feeds(out)
}

// systems are databases no application keeps anything in.
var systems = []string{"mysql", "information_schema", "performance_schema", "sys"}

// databases are the account's, that of the address first.
func (v *view) databases() ([]string, error) {
	out := []string{v.store.name}
	err := v.line.each(v.ctx, reading, query{SQL: "SELECT TABLE_SCHEMA FROM information_schema.SCHEMA_PRIVILEGES UNION SELECT TABLE_SCHEMA FROM information_schema.TABLE_PRIVILEGES ORDER BY 1"}, func(row [][]byte) error {
		name := strings.NewReplacer(`\_`, "_", `\%`, "%").Replace(string(row[0])) // a grant is on names like this one
		if !slices.Contains(out, name) && name != v.store.own() && !slices.Contains(systems, name) {
			out = append(out, name)
		}
		return nil
	})
	return out, err
}

// told is one table as the server describes it.
type told struct {
	connectors.SchemaCollection
	schema, table string
}

// elsewhere are engines that keep a table's rows on other servers.
var elsewhere = []string{"FEDERATED", "CONNECT", "SPIDER"}

const listed = `SELECT TABLE_NAME, TABLE_TYPE, COALESCE(TABLE_ROWS, -1), COALESCE(ENGINE, ''), COALESCE((SELECT e.TRANSACTIONS FROM information_schema.ENGINES AS e WHERE e.ENGINE = t.ENGINE), '')
	FROM information_schema.TABLES AS t`

// database reads the tables and views of one database.
func (v *view) database(schema string) ([]*told, error) {
	var out []*told
	of := every(schema)
	err := v.line.each(v.ctx, reading, of.asked(listed, "TABLE_SCHEMA", "", "ORDER BY TABLE_NAME"), func(row [][]byte) error {
		kind, engine := string(row[1]), string(row[3])
		if strings.Contains(kind, "SEQUENCE") || strings.Contains(kind, "TEMPORARY") {
			return nil
		}
		t := &told{schema: schema, table: string(row[0])}
		t.Name = v.called(schema, t.table)
		t.Remote = slices.Contains(elsewhere, engine)
		t.View = t.Remote || strings.Contains(kind, "VIEW")
		t.Versioned, t.Unsafe = strings.Contains(kind, "VERSIONED"), !t.View && string(row[4]) != "YES"
		if t.Rows, _ = strconv.ParseInt(string(row[2]), 10, 64); t.View { // the server's estimate
			t.Rows = -1
		}
		out = append(out, t)
		return nil
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	columns, err := v.columnsOf(of)
	if err != nil {
		return nil, err
	}
	documents, err := v.documents(of)
	if err != nil {
		return nil, err
	}
	keys, err := v.keys(of)
	if err != nil {
		return nil, err
	}
	refs, err := v.references("k.TABLE_SCHEMA = "+placeholder(1)+" AND r.CONSTRAINT_SCHEMA = "+placeholder(1), schema)
	if err != nil {
		return nil, err
	}
	for _, t := range out {
		t.describe(columns[t.table], documents[t.table])
		if t.View {
			continue
		}
		t.index(keys[t.table])
		for _, r := range refs {
			if r.fromTable == t.table {
				t.References = append(t.References, connectors.Reference{Fields: r.from, Target: v.called(r.toSchema, r.toTable), Targets: r.to, OnDelete: r.onDelete, OnUpdate: r.onUpdate, ByRow: true})
			}
		}
	}
	return out, v.read(schema, out)
}

// called is how a table is named from the database of the address.
func (v *view) called(schema, table string) string {
	if schema == v.store.name {
		return table
	}
	return schema + "." + table
}

func (t *told) describe(columns []relational.Column, documents map[string]bool) {
	for _, col := range columns {
		own := typeOf(col)
		own.json = own.kind == text && documents[col.Name]
		t.Fields = append(t.Fields, connectors.SchemaField{Name: col.Name, Type: col.Type, NotNull: col.NotNull, Generated: col.Computed, Family: own.family(), Length: own.length, Collation: own.collation, Undated: own.undated, Stamped: own.touched})
	}
}

func (t *told) index(keys []key) {
	for _, k := range keys {
		whole := k.columns
		if i := slices.Index(whole, ""); i >= 0 {
			whole = whole[:i]
		}
		if len(whole) > 0 {
			t.Indexes = append(t.Indexes, whole)
		}
		switch {
		case !k.unique || k.part:
		case k.name == "PRIMARY":
			t.Key = k.columns
		default:
			t.Unique = append(t.Unique, k.columns)
		}
	}
}

// feeds are ways by which every change leaves the server, with its values, as it happens.
func (v *view) feeds(out *connectors.Schema) error {
	kinds := map[string]string{"log_bin": "binary log", "general_log": "log of all statements", "server_audit_logging": "log of all statements"}
	return v.line.each(v.ctx, reading, query{SQL: "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin', 'general_log', 'server_audit_logging') AND Value IN ('1', 'ON')"}, func(row [][]byte) error {
		name := strings.ToLower(string(row[0]))
		out.Feeds = append(out.Feeds, connectors.Feed{Name: name, Kind: kinds[name]})
		return nil
	})
}

var _ connectors.Inspector = (*store)(nil)
