package parquet

import "strings"

// Column is a node of the schema: a leaf, which has values, or a group.
type Column struct {
	Name     string
	children []*Column
	parent   *Column
	at       *node
	repeat   byte // required, optional or repeated
	phys     physical
	width    int // of a fixed-length value; 0 where lengths differ
	mean     meaning
	scale    int
	unit     int64 // nanoseconds a unit of a time or timestamp
	utc      bool
	leaf     int // index among the leaves, -1 for a group
	maxRep   byte
	maxDef   byte
	list     bool // annotated as a list
	dict     bool // annotated as a map
}

const (
	required = 0
	optional = 1
	repeated = 2
)

// physical is how values are stored.
type physical int

const (
	boolean physical = iota
	int32s
	int64s
	int96s
	floats
	doubles
	byteArrays
	fixed
	noLeaf
)

var widths = map[physical]int{boolean: 1, int32s: 4, int64s: 8, int96s: 12, floats: 4, doubles: 8, byteArrays: 0}

// meaning is what values are.
type meaning int

const (
	plain meaning = iota
	text
	jsonText
	enum
	decimal
	date
	clock
	stamp
	signed
	unsigned
	uuid
	half
	interval
	unknown
)

const maxDepth = 100

// schemaOf reads the schema; leaves are in the order of the columns of a row group.
func schemaOf(elements []node) (root *Column, leaves []*Column, err error) {
	if len(elements) == 0 {
		return nil, nil, bad("it has no schema")
	}
	rest := elements
	root, rest, err = column(rest, nil, 0, &leaves)
	if err != nil {
		return nil, nil, err
	}
	if len(rest) > 0 || root.leaf >= 0 {
		return nil, nil, bad("its schema is no tree")
	}
	return root, leaves, nil
}

func column(rest []node, parent *Column, depth int, leaves *[]*Column) (*Column, []node, error) {
	if len(rest) == 0 || depth > maxDepth {
		return nil, nil, bad("its schema is no tree")
	}
	e := &rest[0]
	rest = rest[1:]
	c := &Column{Name: e.text(4), parent: parent, at: e, repeat: byte(e.int(3)), phys: noLeaf, leaf: -1}
	if parent != nil {
		c.maxRep, c.maxDef = parent.maxRep, parent.maxDef
		switch c.repeat {
		case required:
		case optional:
			c.maxDef++
		case repeated:
			c.maxDef++
			c.maxRep++
		default:
			return nil, nil, bad("its schema has a field that is neither required nor optional nor repeated")
		}
	}
	if kind, there := e.whole(1); there {
		c.leaf = len(*leaves)
		*leaves = append(*leaves, c)
		return c, rest, c.understand(physical(kind))
	}
	lt, ct := e.get(10), int64(-1)
	if v, there := e.whole(6); there {
		ct = v
	}
	c.list, c.dict = lt.has(3) || ct == 3, lt.has(2) || ct == 1
	n := e.int(5)
	if n < 0 || n > int64(len(rest)) {
		return nil, nil, bad("its schema is no tree")
	}
	for range n {
		var kid *Column
		var err error
		if kid, rest, err = column(rest, c, depth+1, leaves); err != nil {
			return nil, nil, err
		}
		c.children = append(c.children, kid)
	}
	return c, rest, nil
}

// maxWidth is the length beyond which a fixed length is not believed.
const maxWidth = 1 << 20

// understand finds out what a leaf's values are.
func (c *Column) understand(p physical) error {
	if p < boolean || p > fixed {
		return unsupported("a column of a type nobody knows")
	}
	c.phys, c.width = p, widths[p]
	if p == fixed {
		n := c.at.int(2)
		if n < 1 || n > maxWidth {
			return bad("its schema has a column of an impossible length")
		}
		c.width = int(n)
	}
	c.mean = c.logical()
	whole, text32 := p == int32s || p == int64s, p == byteArrays
	fits := map[meaning]bool{plain: true, unknown: true, text: text32, jsonText: text32, enum: text32, date: p == int32s, clock: whole, stamp: p == int64s, signed: whole, unsigned: whole,
		uuid: p == fixed && c.width == 16, half: p == fixed && c.width == 2, interval: p == fixed && c.width == 12, decimal: whole || text32 || p == fixed}
	if !fits[c.mean] {
		c.mean = unknown
	}
	return nil
}

const (
	millis = 1_000_000
	micros = 1_000
)

// logical reads what the schema says of a leaf's meaning, in the newer way or the older.
func (c *Column) logical() meaning {
	if lt := c.at.get(10); lt != nil && len(lt.kids) == 1 {
		f := &lt.kids[0]
		c.utc = f.int(1) == 1
		for i, u := range []int64{millis, micros, 1} {
			if f.get(2).has(int16(i + 1)) {
				c.unit = u
			}
		}
		switch f.id {
		case 1:
			return text
		case 4:
			return enum
		case 5:
			c.scale = int(f.int(1))
			return c.scaled()
		case 6:
			return date
		case 7, 8:
			if c.unit == 0 {
				return unknown
			}
			return map[int16]meaning{7: clock, 8: stamp}[f.id]
		case 10:
			if f.int(2) == 1 {
				return signed
			}
			return unsigned
		case 12:
			return jsonText
		case 13:
			return plain
		case 14:
			return uuid
		case 15:
			return half
		}
		return unknown
	}
	kind, there := c.at.whole(6)
	if !there {
		return plain
	}
	c.utc, c.unit = true, micros
	if kind == 7 || kind == 9 {
		c.unit = millis
	}
	switch kind {
	case 0:
		return text
	case 4:
		return enum
	case 5:
		c.scale = int(c.at.int(7))
		return c.scaled()
	case 6:
		return date
	case 7, 8:
		return clock
	case 9, 10:
		return stamp
	case 11, 12, 13, 14:
		return unsigned
	case 15, 16, 17, 18:
		return signed
	case 19:
		return jsonText
	case 20:
		return plain
	case 21:
		return interval
	}
	return unknown
}

func (c *Column) scaled() meaning {
	if c.scale < 0 || c.scale > 1000 {
		return unknown
	}
	return decimal
}

// Path is the name of a column, with a point between a group and its fields.
func (c *Column) Path() string {
	var names []string
	for n := c; n.parent != nil; n = n.parent {
		names = append([]string{n.Name}, names...)
	}
	return strings.Join(names, ".")
}

// Single says whether a row has at most one value of the column, and not a group of them.
func (c *Column) Single() bool { return c.leaf >= 0 && c.maxRep == 0 }

// find is the column of a name: an exact one goes first, and a.b is the field b of the group a.
func (c *Column) find(name string) *Column {
	for _, k := range c.children {
		if k.Name == name {
			return k
		}
	}
	for _, k := range c.children {
		if rest, ok := strings.CutPrefix(name, k.Name+"."); ok && k.leaf < 0 && k.maxRep == 0 {
			if found := k.find(rest); found != nil {
				return found
			}
		}
	}
	return nil
}

// leaves are the leaves of a column.
func (c *Column) leaves() []*Column {
	if c.leaf >= 0 {
		return []*Column{c}
	}
	var out []*Column
	for _, k := range c.children {
		out = append(out, k.leaves()...)
	}
	return out
}
