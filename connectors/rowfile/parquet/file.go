package parquet

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// File is an open file of which the footer has been read.
type File struct {
	r      io.ReaderAt
	size   int64
	limit  int64
	foot   node
	root   *Column
	leaves []*Column
	groups []*group
	orders bool // the footer says in which order min and max are
	guard  guard
	blind  bool // tests: checksums are not looked at, so that what is behind them is reached
}

// group is a row group.
type group struct {
	at     *node
	rows   int64
	first  int64 // rows of the file before it
	chunks []*chunk
}

// chunk is what a row group holds of a column.
type chunk struct {
	col      *Column
	at, meta *node
	codec    int64
	values   int64
	from, to int64 // its pages
}

const (
	maxFooter = 16 << 20
	maxRows   = math.MaxInt64 / 4
)

// Open reads the footer. limit is how many bytes the columns of a row group may hold together, uncompressed.
func Open(r io.ReaderAt, size, limit int64) (*File, error) {
	f := &File{size: size, limit: limit}
	f.guard.in.ReaderAt = r
	f.r = &f.guard.in
	return f, f.guard.run(f.open)
}

func (f *File) open() error {
	if f.size < 12 {
		return bad("it is too short to be one")
	}
	end := make([]byte, min(f.size, 64<<10))
	if _, err := f.r.ReadAt(end, f.size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	mark := string(end[len(end)-4:])
	if mark == "PARE" {
		return unsupported("an encrypted footer; only who has its keys can look for persons in it: decrypt it, or leave the collection out of the map with a reason")
	}
	if mark != "PAR1" {
		return bad("it does not end as one")
	}
	n := int64(binary.LittleEndian.Uint32(end[len(end)-8:]))
	if n > f.size-12 {
		return bad("its footer is longer than the file")
	}
	if n > maxFooter {
		return unsupported("a footer of more than 16 MiB")
	}
	foot := end
	if n+8 > int64(len(end)) {
		foot = make([]byte, n+8)
		if _, err := f.r.ReadAt(foot, f.size-n-8); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	foot = foot[int64(len(foot))-8-n : len(foot)-8]
	var err error
	var used int
	if f.foot, used, _, err = parseStruct(foot); err != nil {
		return err
	}
	if f.foot.has(8) || f.foot.has(9) {
		return unsupported("encrypted columns; only who has their keys can look for persons in it: decrypt it, or leave the collection out of the map with a reason")
	}
	if used != len(foot) {
		return bad("its footer is followed by something else")
	}
	if f.root, f.leaves, err = schemaOf(f.foot.list(2)); err != nil {
		return err
	}
	f.orders = len(f.foot.list(7)) == len(f.leaves)
	return f.readGroups(f.size - 8 - n)
}

// readGroups looks at the row groups; their pages stand before end.
func (f *File) readGroups(end int64) error {
	var rows int64
	list := f.foot.list(4)
	for i := range list {
		g := &group{at: &list[i], rows: list[i].int(3), first: rows}
		if g.rows < 0 || g.rows > maxRows-rows {
			return bad("a row group has an impossible number of rows")
		}
		if g.rows > 0 && len(f.leaves) == 0 {
			return bad("a row group has rows, and no columns")
		}
		rows += g.rows
		columns := g.at.list(1)
		if len(columns) != len(f.leaves) {
			return bad("a row group has not all columns")
		}
		var total int64
		for j := range columns {
			c, err := chunkOf(&columns[j], f.leaves[j], end)
			if err != nil {
				return err
			}
			if c.col.maxRep == 0 && c.values != g.rows || c.values < g.rows {
				return bad("a column has more or fewer values than rows")
			}
			if n := c.meta.int(6); n > 0 {
				total += min(n, math.MaxInt64/2-total)
			}
			g.chunks = append(g.chunks, c)
		}
		if total > f.limit {
			return f.tooLarge()
		}
		f.groups = append(f.groups, g)
	}
	if f.foot.int(3) != rows {
		return bad("its footer counts other rows than its row groups")
	}
	return nil
}

func (f *File) tooLarge() error {
	return unsupported("a row group of more than %d MiB uncompressed, which would have to be held in memory; let it be written in smaller row groups, or raise row_group_mib", f.limit>>20)
}

func chunkOf(at *node, col *Column, end int64) (*chunk, error) {
	if at.has(8) || at.has(9) {
		return nil, unsupported("encrypted columns; only who has their keys can look for persons in it: decrypt it, or leave the collection out of the map with a reason")
	}
	if at.text(1) != "" {
		return nil, unsupported("columns that stand in another file")
	}
	meta := at.get(3)
	if meta == nil || physical(meta.int(1)) != col.phys {
		return nil, bad("a column is not of the type the schema says")
	}
	c := &chunk{col: col, at: at, meta: meta, codec: meta.int(4), values: meta.int(5), from: meta.int(9)}
	if d := meta.int(11); d > 0 && d < c.from {
		c.from = d
	}
	n := meta.int(7)
	if c.values == 0 && n == 0 {
		c.from = 4
	}
	if c.values < 0 || n < 0 || c.from < 4 || c.from > end || n > end-c.from {
		return nil, bad("a column stands outside the file")
	}
	c.to = c.from + n
	return c, nil
}

// Rows is how many rows the file has.
func (f *File) Rows() int64 { return f.foot.int(3) }

// Fields are the names of the columns at the top of the schema.
func (f *File) Fields() []string {
	var out []string
	for _, c := range f.root.children {
		out = append(out, c.Name)
	}
	return out
}

// Field is the column of a name, or nil; a.b is the field b of the group a.
func (f *File) Field(name string) *Column { return f.root.find(name) }
