package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/test/houses"
)

// site is a database server on which cases are laid out, one after the other: one database, one open store for all systems of all cases. Every
// case has tables of its own names, because what a store has read of a schema it takes to be so for a while.
type site struct {
	*houses.House
	store connectors.Store
	tall  connectors.Store // opened for what is installed alone, so that the other one has seen nothing before that
}

func newSite(t *testing.T, h *houses.House) *site {
	t.Helper()
	s := &site{House: h}
	for _, into := range []*connectors.Store{&s.store, &s.tall} {
		store, err := h.Connector.Open(t.Context(), h.Config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		*into = store
	}
	return s
}

// plot is one case on a site: its tables.
type plot struct {
	*site
	e          *estate
	g          ground
	tables     []houses.Table // of e.colls
	restricted bool           // rows are going to be: what that takes is installed
}

// clear takes the case away.
func (p *plot) clear() error { return p.Clear(context.Background(), p.tables...) }

// way lays all systems of the case out side by side.
func (p *plot) way() way {
	return way{name: p.Kind, dear: true, card: func(*connectors.Description) {}, fill: p.fill, read: p.everything,
		open: func(*testing.T, int, string) (connectors.Store, connectors.Description, error) {
			return lasting{p.store}, p.Connector.Describe(), nil
		}}
}

// lasting outlives a case.
type lasting struct{ connectors.Store }

func (s lasting) Unwrap() any { return s.Store }
func (lasting) Close() error  { return nil }

func (p *plot) fill(ctx context.Context, h *house) error {
	if err := p.Lay(ctx, p.tables...); err != nil {
		return fmt.Errorf("laying out: %w", err)
	}
	if !p.restricted {
		return nil
	}
	var all []connectors.Use
	for _, c := range p.e.colls {
		all = append(all, connectors.Use{Collection: graph.Place(h.m.System(c.sys.name).Collection(c.name)), Verbs: []connectors.Verb{connectors.Block}, Method: "move"})
	}
	installer, _ := connectors.As[connectors.Installer](p.tall)
	statements, err := installer.Install(ctx, all)
	if err == nil {
		err = p.Run(ctx, statements...)
	}
	return err
}

// everything reads with the executor's eyes, for whom nothing is ever gone.
func (p *plot) everything(ctx context.Context, h *house) (content, error) {
	out := content{}
	for _, c := range p.e.colls {
		out[c] = map[string]map[string]any{}
		sel := connectors.Selection{Collection: graph.Place(h.m.System(c.sys.name).Collection(c.name)), All: true, Fields: c.columns()}
		err := connectors.Each(ctx, p.store, sel, func(_ int, vs []any) error {
			r := map[string]any{}
			for i, name := range sel.Fields {
				r[name] = vs[i]
			}
			if k := c.keyOf(row{v: r}); out[c][k] == nil {
				out[c][k] = r
				return nil
			}
			return fmt.Errorf("%s holds two rows of one key", c.name)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// applied reads with an application's eyes.
func (p *plot) applied(ctx context.Context) (content, error) {
	found, err := p.Dump(ctx, p.tables...)
	if err != nil {
		return nil, err
	}
	out := content{}
	for i, c := range p.e.colls {
		out[c] = map[string]map[string]any{}
		for _, r := range found[i] {
			v := map[string]any{}
			for name, text := range r {
				if v[name] = nil; text != nil {
					v[name] = *text
				}
			}
			out[c][c.keyOf(row{v: v})] = v
		}
	}
	return out, nil
}

func (p *plot) read(ctx context.Context, e *estate) (map[*coll]map[string]map[string]string, error) {
	all, err := p.applied(ctx)
	out := map[*coll]map[string]map[string]string{}
	for c, rows := range all {
		out[c] = map[string]map[string]string{}
		for k, r := range rows {
			out[c][k] = map[string]string{}
			for name, v := range r {
				if out[c][k][name] = nothing; v != nil {
					out[c][k][name] = fmt.Sprint(v)
				}
			}
		}
	}
	return out, err
}

func (p *plot) own(ctx context.Context) (int, error) { return p.Own(ctx) }

// tables are the drawn collections in columns of real types, with foreign keys and unique columns where the rows allow them.
func (e *estate) tables(g ground) []houses.Table {
	var out []houses.Table
	for _, c := range e.colls {
		t := houses.Table{Name: c.at, Key: c.key}
		for _, name := range c.columns() {
			t.Columns = append(t.Columns, houses.Column{Name: name, Type: g.typeOf(c, name)})
		}
		for _, f := range g.unique[c] {
			t.Unique = append(t.Unique, []string{f})
		}
		for _, x := range g.foreign[c] {
			t.References = append(t.References, houses.Reference{Fields: x.fields, Table: x.to.at, Targets: x.toFields})
		}
		for _, r := range c.rows {
			var vs []any
			for _, col := range t.Columns {
				v := r.v[col.Name]
				if v != nil && col.Type == houses.Text {
					v = fmt.Sprint(v)
				}
				vs = append(vs, v)
			}
			t.Rows = append(t.Rows, vs)
		}
		out = append(out, t)
	}
	return out
}

// describe writes what a case has on the ground, for one that fails.
func (e *estate) describe(g ground) string {
	var b strings.Builder
	for _, t := range e.tables(g) {
		b.WriteString("--- " + t.Name + ":")
		for _, c := range t.Columns {
			if c.Type != houses.Text {
				fmt.Fprintf(&b, " %s %s,", c.Name, []string{"text", "whole", "day", "moment"}[c.Type])
			}
		}
		for _, u := range t.Unique {
			fmt.Fprintf(&b, " unique %v", u)
		}
		for _, r := range t.References {
			fmt.Fprintf(&b, " %v to %s %v", r.Fields, r.Table, r.Targets)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// distinctTexts says whether no two rows of c have one value in a column, to a database that ignores case and trailing blanks too.
func distinctTexts(c *coll, name string) bool {
	seen := map[string]bool{}
	return !slices.ContainsFunc(c.rows, func(r row) bool {
		v := r.v[name]
		if v == nil {
			return false
		}
		k := strings.ToLower(strings.TrimRight(fmt.Sprint(v), " "))
		was := seen[k]
		seen[k] = true
		return was
	})
}
