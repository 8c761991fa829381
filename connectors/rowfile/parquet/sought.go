package parquet

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Sought is what a selection says of the fields of its rows: one of Ways holds of each. Without ways nothing is known.
type Sought struct {
	Fields []string // by which rows are selected
	Ways   []Way
}

// Way holds of a row where each of its fields has one of its values.
type Way []Wanted

// Wanted is a field and the values, of the contract, it can have.
type Wanted struct {
	Field  string
	Values []any
}

// test is a Wanted that can be asked of stored values.
type test struct {
	col    *Column
	keys   map[string]bool
	sorted [][]byte
}

// tests are the ways of which each has at least one test, for every one of which it is enough that it may hold.
func (f *File) tests(s *Sought) [][]*test {
	var out [][]*test
	for _, w := range s.Ways {
		var all []*test
		for _, x := range w {
			c := f.root.find(x.Field)
			if c == nil || !c.Single() {
				continue
			}
			if keys, ok := c.keys(x.Values); ok {
				t := &test{col: c, keys: keys}
				for k := range keys {
					t.sorted = append(t.sorted, []byte(k))
				}
				slices.SortFunc(t.sorted, c.compare())
				all = append(all, t)
			}
		}
		if len(all) == 0 {
			return nil
		}
		out = append(out, all)
	}
	return out
}

// keys are the stored bytes that are equal to one of the values, by the equality of [connectors.Equal]; ok is false where that cannot be said
// for all of them.
func (c *Column) keys(vs []any) (map[string]bool, bool) {
	out := map[string]bool{}
	isText := c.mean == text || c.mean == enum || c.mean == plain && c.phys == byteArrays
	isWhole := (c.mean == plain || c.mean == signed || c.mean == unsigned) && (c.phys == int32s || c.phys == int64s)
	if !isText && !isWhole && c.mean != uuid {
		return nil, false
	}
	for _, v := range vs {
		s, textual := textOf(v)
		switch {
		case isText && textual:
			out[s] = true
		case isText:
			return nil, false // a number equals texts that are written otherwise
		case c.mean == uuid:
			b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
			if textual && err == nil && len(b) == 16 && c.value(b) == s {
				out[string(b)] = true
			}
		case textual && strings.Trim(s, "0123456789+-.eE") != "":
		default:
			if _, isTime := v.(time.Time); isTime || v == nil {
				continue
			}
			r, ok := rational(v)
			if !ok {
				return nil, false
			}
			if b, fits := c.stored(r); fits {
				out[string(b)] = true
			}
		}
	}
	return out, true
}

// stored is how a whole number is stored in a column of whole numbers, whatever its declared width.
func (c *Column) stored(r *big.Rat) ([]byte, bool) {
	if !r.IsInt() {
		return nil, false
	}
	n := r.Num()
	bits := uint(64)
	if c.phys == int32s {
		bits = 32
	}
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), bits)
	if c.mean != unsigned {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	if n.Cmp(low) < 0 || n.Cmp(high) >= 0 {
		return nil, false
	}
	if n.IsInt64() {
		return c.number(n.Int64()), true
	}
	return c.number(int64(n.Uint64())), true
}

func textOf(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case []byte:
		return string(x), true
	case connectors.JSON:
		return string(x), true
	}
	return "", false
}

// compare is the order of stored values in statistics; nil where none is defined, or none that is known here.
func (c *Column) compare() func(a, b []byte) int {
	switch {
	case c.mean == unknown || c.mean == interval || c.mean == half || c.phys == int96s || c.phys == floats || c.phys == doubles:
		return nil
	case c.mean == unsigned:
		return func(a, b []byte) int { return cmp.Compare(unsignedOf(a), unsignedOf(b)) }
	case c.phys == int32s || c.phys == int64s:
		return func(a, b []byte) int { return cmp.Compare(whole(a), whole(b)) }
	case c.mean == decimal:
		return func(a, b []byte) int { return c.unscaled(a).Cmp(c.unscaled(b)) }
	}
	return bytes.Compare
}

func unsignedOf(b []byte) uint64 {
	if len(b) == 4 {
		return uint64(uint32(whole(b)))
	}
	return uint64(whole(b))
}

// within says whether a value of the test can lie within bounds.
func (t *test) within(b bounds) bool {
	order := t.col.compare()
	if b.nulls {
		return false // NULL matches nothing
	}
	if len(b.max) == 0 { // some writers leave out what they do not know, and say so nowhere
		return true
	}
	if order == nil || t.col.width > 0 && (len(b.min) != t.col.width || len(b.max) != t.col.width) || order(b.min, b.max) > 0 {
		return true
	}
	i, _ := slices.BinarySearchFunc(t.sorted, b.min, order)
	return i < len(t.sorted) && order(t.sorted[i], b.max) <= 0
}
