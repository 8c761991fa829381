package parquet

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// fresh gives the slots of a row that is added: what it does not name is NULL.
func (f *File) fresh(row connectors.Row) ([][]slot, error) {
	out := make([][]slot, len(f.leaves))
	given := map[*Column]any{}
	for name, v := range row {
		c := f.root.find(name)
		if c == nil {
			return nil, fmt.Errorf("%w: the file has no column %s", connectors.ErrConflict, name)
		}
		if !c.Single() && v != nil {
			return nil, fmt.Errorf("%w: a nested column of a Parquet file cannot be written", connectors.ErrNotSupported)
		}
		given[c] = v
	}
	for i, c := range f.leaves {
		v := given[c]
		if v == nil {
			def, ok := c.absent()
			if !ok {
				return nil, fmt.Errorf("%w: column %s must not be NULL", ErrValue, c.Path())
			}
			out[i] = []slot{{def: def}}
			continue
		}
		b, err := c.bytes(v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Path(), err)
		}
		out[i] = []slot{{def: c.maxDef, val: b}}
	}
	return out, nil
}

// absent is the level of a NULL: of the outermost thing around the leaf that can be.
func (c *Column) absent() (def byte, ok bool) {
	for n := c; n.parent != nil; n = n.parent {
		if n.repeat != required {
			def, ok = n.maxDef-1, true
		}
	}
	return def, ok
}

// fresh writes a row group of rows that are added or come back where no other is left, encoded plainly, compressed as the last one is.
func (o *output) fresh(rows [][][]slot) error {
	start := o.at
	at := structOf(0, listOf(1, isStruct, nil), i64(2, 0), i64(3, int64(len(rows))), i64(5, start), i64(6, 0), node{id: 7, kind: isI16, num: int64(len(o.groups))})
	var plainSize, size int64
	for i, c := range o.f.leaves {
		codec := int64(codecNone)
		if n := len(o.f.groups); n > 0 && known(o.f.groups[n-1].chunks[i].codec) {
			codec = o.f.groups[n-1].chunks[i].codec
		}
		meta := structOf(3, i32(1, int64(c.phys)), listOf(2, isI32, []node{{kind: isI32, num: encPlain}, {kind: isI32, num: encRLE}}), listOf(3, isBinary, names(c)),
			i32(4, codec), i64(5, 0), i64(6, 0), i64(7, 0), i64(9, 0), structOf(12, i64(3, 0)))
		if o.f.orders && c.order() != nil {
			meta.get(12).set(binaryOf(5, nil))
			meta.get(12).set(binaryOf(6, nil))
		}
		chunk := &chunk{col: c, at: &node{kind: isStruct, kids: []node{i64(2, 0), meta}}, codec: codec}
		chunk.meta = chunk.at.get(3)
		d := &editor{o: o, c: chunk, p: &pages{}}
		p := &draft{encoding: encPlain, vals: newValues(c.width)}
		for _, r := range rows {
			d.begin(p, r[i])
		}
		d.pages = []*draft{p}
		out, t, err := d.finish()
		if err != nil {
			return err
		}
		out.kind = isStruct
		t.group, t.col = len(o.groups), i
		o.tails = append(o.tails, t)
		at.get(1).kids = append(at.get(1).kids, out)
		plainSize += out.get(3).int(6)
		size += out.get(3).int(7)
	}
	at.put(2, plainSize)
	at.put(6, size)
	o.groups = append(o.groups, at)
	o.rows += int64(len(rows))
	return nil
}

func names(c *Column) []node {
	var out []node
	for n := c; n.parent != nil; n = n.parent {
		out = slices.Insert(out, 0, binaryOf(0, []byte(n.Name)))
	}
	return out
}
