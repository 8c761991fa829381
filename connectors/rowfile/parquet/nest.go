package parquet

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// nested writes what a row holds of a group or a repeated column as JSON: lists as arrays, maps whose keys are texts as objects, numbers
// with all their digits, bytes as base64, instants in RFC 3339. slots are those of the leaves, by their index.
func (c *Column) nested(slots map[int][]slot) (any, error) {
	out, err := c.json(nil, slots)
	if err != nil {
		return nil, err
	}
	if string(out) == "null" {
		return nil, nil
	}
	return connectors.JSON(out), nil
}

// json appends all that slots hold of a column.
func (c *Column) json(out []byte, slots map[int][]slot) ([]byte, error) {
	first, ok := firstOf(c, slots)
	if !ok {
		return nil, bad("a nested column has fewer values than rows")
	}
	if c.repeat != repeated {
		if first.def < c.maxDef {
			return append(out, "null"...), nil
		}
		return c.one(out, slots)
	}
	out = append(out, '[')
	err := c.instances(slots, func(n int, mine map[int][]slot) (err error) {
		if n > 0 {
			out = append(out, ',')
		}
		out, err = c.one(out, mine)
		return err
	})
	return append(out, ']'), err
}

func firstOf(c *Column, slots map[int][]slot) (slot, bool) {
	for c.leaf < 0 {
		if len(c.children) == 0 {
			return slot{}, false
		}
		c = c.children[0]
	}
	s := slots[c.leaf]
	if len(s) == 0 {
		return slot{}, false
	}
	return s[0], true
}

// one appends a single instance of a column that is there.
func (c *Column) one(out []byte, slots map[int][]slot) ([]byte, error) {
	if c.leaf >= 0 {
		return c.scalar(out, slots[c.leaf][0].val), nil
	}
	if len(c.children) == 1 && c.children[0].repeat == repeated {
		kid := c.children[0]
		switch {
		case c.list && kid.leaf < 0 && len(kid.children) == 1 && kid.Name != "array" && kid.Name != c.Name+"_tuple":
			return kid.each(out, slots, kid.children[0])
		case c.list:
			return kid.json(out, slots)
		case c.dict && kid.leaf < 0 && len(kid.children) == 2 && (kid.children[0].mean == text || kid.children[0].mean == enum):
			return kid.object(out, slots)
		case c.dict:
			return kid.json(out, slots)
		}
	}
	out = append(out, '{')
	for i, k := range c.children {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(quoted(out, k.Name), ':')
		var err error
		if out, err = k.json(out, slots); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// each appends the elements of a list of three levels: of each instance of the group in the middle, its field.
func (c *Column) each(out []byte, slots map[int][]slot, element *Column) ([]byte, error) {
	out = append(out, '[')
	err := c.instances(slots, func(n int, mine map[int][]slot) (err error) {
		if n > 0 {
			out = append(out, ',')
		}
		out, err = element.json(out, mine)
		return err
	})
	return append(out, ']'), err
}

// object appends a map.
func (c *Column) object(out []byte, slots map[int][]slot) ([]byte, error) {
	out = append(out, '{')
	err := c.instances(slots, func(n int, mine map[int][]slot) (err error) {
		if n > 0 {
			out = append(out, ',')
		}
		key := mine[c.children[0].leaf]
		if len(key) == 0 {
			return bad("a map has a value without a key")
		}
		out = append(quoted(out, string(key[0].val)), ':')
		out, err = c.children[1].json(out, mine)
		return err
	})
	return append(out, '}'), err
}

// instances visits those of a repeated group.
func (c *Column) instances(slots map[int][]slot, visit func(int, map[int][]slot) error) error {
	for n := 0; ; n++ {
		first, ok := firstOf(c, slots)
		if !ok || first.def < c.maxDef {
			return nil
		}
		mine := map[int][]slot{}
		for _, l := range c.leaves() {
			s := slots[l.leaf]
			if len(s) == 0 {
				return bad("the columns of a group have different numbers of values")
			}
			k := 1
			for k < len(s) && s[k].rep > c.maxRep {
				k++
			}
			mine[l.leaf], slots[l.leaf] = s[:k], s[k:]
		}
		if err := visit(n, mine); err != nil {
			return err
		}
	}
}

func (c *Column) scalar(out, b []byte) []byte {
	switch v := c.value(b).(type) {
	case bool:
		return strconv.AppendBool(out, v)
	case int64:
		return strconv.AppendInt(out, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return quoted(out, strconv.FormatFloat(v, 'g', -1, 64))
		}
		text, _ := json.Marshal(v)
		return append(out, text...)
	case connectors.Decimal:
		return append(out, v...)
	case connectors.JSON:
		return append(out, v...)
	case string:
		return quoted(out, v)
	case time.Time:
		return quoted(out, v.Format(time.RFC3339Nano))
	case []byte:
		return quoted(out, base64.StdEncoding.EncodeToString(v))
	}
	return append(out, "null"...)
}

func quoted(out []byte, s string) []byte {
	b, _ := json.Marshal(s)
	return append(out, b...)
}
