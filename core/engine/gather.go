package engine

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// held are the collections the plan found rows of the person in, with their number.
func held(m *datamap.Map, p *plan.Plan) map[*datamap.Collection]int64 {
	out := map[*datamap.Collection]int64{}
	for _, ps := range p.Systems {
		sys := m.System(ps.Name)
		if sys == nil {
			continue
		}
		for _, pc := range ps.Collections {
			if c := sys.Collection(pc.Name); c != nil && pc.Total > 0 {
				out[c] = pc.Total
			}
		}
	}
	return out
}

// cellRoom is about how many bytes a value takes on its way into the package, for the look at the room on the disk.
const cellRoom = 24

func expected(p *plan.Plan, exports []planner.Export) int64 {
	var n int64
	for _, ps := range p.Systems {
		for _, pc := range ps.Collections {
			for _, x := range exports {
				if x.System == ps.Name && x.Collection == pc.Name && x.Only == nil {
					n += pc.Total * int64(len(x.Selection.Fields)) * cellRoom
				}
			}
		}
	}
	return n
}

// gathering is one package while its tables are read.
type gathering struct {
	teller
	b    *archive.Builder
	logs *disclosures
	kept *keeping
	rows map[*datamap.Collection]int64 // the plan's
	left []archive.LeftOut

	limits  []archive.Limited
	records *records
	tasks   []state.Task // what people were asked for this package
}

// own is what is told of the executor's own records: all of them in an access, of the request alone in a portability.
func (g *gathering) own(p *plan.Plan) []archive.Own {
	list := g.records.own(g.teller, p.AsOf)
	if g.right != request.Access {
		return list[:1]
	}
	return list
}

// table reads one collection into the package, in one pass: what is shown, and beside it what retention and the
// disclosure log need to see. omitted is how many values of each field withheld there are; each gives the rows.
func (g *gathering) table(ctx context.Context, sys *planner.System, x planner.Export, omitted []int64, each func(func([]any) error) error) error {
	c := sys.Map.Collection(x.Collection)
	g.omit(c, x, omitted)
	if len(x.Selection.Fields) == 0 {
		return nil
	}
	table, err := g.b.Table(g.info(c, x))
	if err != nil {
		return err
	}
	_, see := g.reading(c, x)
	shown := len(x.Selection.Fields)
	blobs, _ := connectors.As[connectors.BlobOpener](sys.Store)
	err = each(func(vs []any) error {
		see(vs)
		vs = vs[:shown:shown]
		for i, v := range vs {
			vs[i] = archived(v, blobs)
		}
		return table.Row(ctx, vs...)
	})
	if err != nil {
		return err
	}
	return table.Close()
}

// info is what is said of a table: under what restriction its rows stand, and which earlier erasure left them.
func (g *gathering) info(c *datamap.Collection, x planner.Export) archive.TableInfo {
	info := g.teller.table(c, x)
	if x.Limit != nil {
		l := g.limited(info.Label, x.Limit)
		info.Restricted = g.limitWords(l)
		g.limits = append(g.limits, l)
	}
	if x.Only == nil && g.right == request.Access {
		info.Kept = g.records.keptAfter(g.teller, x.System, x.Collection)
	}
	return info
}

// reading is what is read of one collection: what is shown, first and in its order, and behind it what retention and the disclosure
// log need. see is told every row.
func (g *gathering) reading(c *datamap.Collection, x planner.Export) (sel connectors.Selection, see func([]any)) {
	sel = x.Selection
	if x.Only != nil {
		return sel, func([]any) {}
	}
	watched, judge := g.kept.watch(c)
	if c.Discloses != nil {
		sel.Fields = withAlso(sel.Fields, []string{c.Discloses.To, c.Discloses.On})
	}
	sel.Fields = withAlso(sel.Fields, watched)
	at := make([]int, len(watched))
	for i, name := range watched {
		at[i] = slices.Index(sel.Fields, name)
	}
	row := connectors.Row{}
	return sel, func(vs []any) {
		if judge != nil {
			for i, name := range watched {
				row[name] = vs[at[i]]
			}
			judge(row)
		}
		if c.Discloses != nil {
			g.logs.note(c, sel.Fields, vs)
		}
	}
}

// withAlso is fields followed by those of more it lacks.
func withAlso(fields, more []string) []string {
	out := slices.Clone(fields)
	for _, f := range more {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// countedRows is up to how many rows of a collection the values left out are counted: beyond, it is only said that they are.
const countedRows = 10_000

// omissions are how many values are left out of each export, in one look at the system: of each field withheld. nil where nothing is, or it is not counted.
func (g *gathering) omissions(ctx context.Context, sys *planner.System, exports []planner.Export) ([][]int64, error) {
	var asks []connectors.Selection
	out := make([][]int64, len(exports))
	for i, x := range exports {
		if g.rows[sys.Map.Collection(x.Collection)] > countedRows {
			continue
		}
		out[i] = make([]int64, len(x.Withheld))
		for _, name := range x.Withheld {
			ask := x.Selection
			if name != connectors.DocumentField {
				ask.Where = append(slices.Clone(x.Selection.Where), connectors.NotThat(connectors.NullField(name)))
			}
			asks = append(asks, ask)
		}
	}
	if len(asks) == 0 {
		return out, nil
	}
	n, err := sys.Count(ctx, asks...)
	if err != nil {
		return nil, err
	}
	for i := range out {
		k := copy(out[i], n)
		n = n[k:]
	}
	return out, nil
}

// omit says what the package leaves out of a collection, as far as there is any: each field with the number of its values.
func (g *gathering) omit(c *datamap.Collection, x planner.Export, counts []int64) {
	for i, name := range x.Withheld {
		switch {
		case counts == nil:
			g.left = append(g.left, g.leftOut(c, name, x.Why[name], 0))
		case counts[i] > 0:
			g.left = append(g.left, g.leftOut(c, name, x.Why[name], counts[i]))
		}
	}
}

// archived is a value of the contract as the archive takes it.
func archived(v any, blobs connectors.BlobOpener) any {
	switch x := v.(type) {
	case connectors.Decimal:
		return archive.Decimal(x)
	case connectors.JSON:
		return archive.JSON(x)
	case connectors.Blob:
		return archive.Blob{Name: ending(x.Name), MediaType: x.MediaType, Size: x.Size, Open: func(ctx context.Context) (io.ReadCloser, error) {
			if blobs == nil {
				return nil, connectors.ErrNotSupported
			}
			return blobs.OpenBlob(ctx, x)
		}}
	}
	return v
}

// ending is what a file's name may tell: how it ends. The rest may hold a number or a name that is nobody's business beside
// the row it belongs to; the package numbers its files.
func ending(name string) string {
	ext := filepath.Ext(name)
	if len(ext) < 2 || len(ext) > 6 || strings.Trim(strings.ToLower(ext[1:]), "abcdefghijklmnopqrstuvwxyz234") != "" {
		return ""
	}
	return ext
}
