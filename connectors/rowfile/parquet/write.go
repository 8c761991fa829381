package parquet

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// ErrValue is the answer to a new value a column cannot hold. It does not say the value.
var ErrValue = fmt.Errorf("%w: the column cannot hold such a value", connectors.ErrConflict)

// bytes is how a value of the contract, other than NULL, is stored in the column: a text is converted as a value written in the map is. What would
// lose something is ErrValue.
func (c *Column) bytes(v any) ([]byte, error) {
	switch c.mean {
	case text, enum:
		if s, ok := asText(v); ok {
			return []byte(s), nil
		}
		return nil, ErrValue
	case jsonText:
		if s, ok := asText(v); ok && json.Valid([]byte(s)) {
			return []byte(s), nil
		}
		return nil, ErrValue
	case decimal:
		return c.decimalBytes(v)
	case date:
		t, _, ok := connectors.Date(v, time.UTC)
		days := t.Unix() / 86400
		if !ok || t.Unix()%86400 != 0 || days != int64(int32(days)) {
			return nil, ErrValue
		}
		return c.number(days), nil
	case stamp:
		return c.stampBytes(v)
	case clock:
		return c.clockBytes(v)
	case uuid:
		s, _ := asText(v)
		b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
		if err != nil || len(b) != 16 {
			return nil, ErrValue
		}
		return b, nil
	case half, interval, unknown:
		return nil, ErrValue
	}
	switch c.phys {
	case boolean:
		s, _ := asText(v)
		on, err := strconv.ParseBool(strings.ToLower(s))
		if err != nil {
			return nil, ErrValue
		}
		return map[bool][]byte{true: {1}, false: {0}}[on], nil
	case int32s, int64s:
		return c.wholeBytes(v)
	case floats, doubles:
		return c.floatBytes(v)
	case byteArrays:
		if s, ok := asText(v); ok {
			return []byte(s), nil
		}
	case fixed:
		if s, ok := asText(v); ok && len(s) == c.width {
			return []byte(s), nil
		}
	case int96s:
		if t, ok := v.(time.Time); ok {
			u := t.UTC()
			days := u.Unix() / 86400
			if u.Unix() < 0 && u.Unix()%86400 != 0 {
				days--
			}
			b := binary.LittleEndian.AppendUint64(nil, uint64(u.Sub(time.Unix(days*86400, 0)).Nanoseconds()))
			return binary.LittleEndian.AppendUint32(b, uint32(days+2440588)), nil
		}
	}
	return nil, ErrValue
}

func asText(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case []byte:
		return string(x), true
	case connectors.JSON:
		return string(x), true
	case connectors.Decimal:
		return string(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case bool:
		return strconv.FormatBool(x), true
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64), true
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano), true
	}
	return "", false
}

func (c *Column) number(n int64) []byte {
	if c.phys == int32s {
		return binary.LittleEndian.AppendUint32(nil, uint32(n))
	}
	return binary.LittleEndian.AppendUint64(nil, uint64(n))
}

// rational reads a number exactly.
func rational(v any) (*big.Rat, bool) {
	if b, ok := v.(bool); ok {
		return big.NewRat(map[bool]int64{true: 1}[b], 1), true
	}
	if _, ok := v.(time.Time); ok {
		return nil, false
	}
	s, ok := asText(v)
	if !ok || s == "" || len(s) > 400 || strings.Trim(s, "0123456789+-.eE") != "" || exponent(s) > 400 {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func exponent(s string) int {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return 0
	}
	n, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return math.MaxInt
	}
	return max(n, -n)
}

func (c *Column) wholeBytes(v any) ([]byte, error) {
	r, ok := rational(v)
	if !ok || !r.IsInt() {
		return nil, ErrValue
	}
	n := r.Num()
	bits := 64
	if c.phys == int32s {
		bits = 32
	}
	if lt := c.at.get(10).get(10); lt != nil && lt.int(1) > 0 && lt.int(1) < int64(bits) {
		bits = int(lt.int(1))
	} else if k := c.at.int(6); k >= 11 && k <= 18 {
		bits = 8 << ((k - 11) % 4)
	}
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(bits))
	if c.mean != unsigned {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	if n.Cmp(low) < 0 || n.Cmp(high) >= 0 {
		return nil, ErrValue
	}
	if n.IsInt64() {
		return c.number(n.Int64()), nil
	}
	return binary.LittleEndian.AppendUint64(nil, n.Uint64()), nil
}

func (c *Column) floatBytes(v any) ([]byte, error) {
	f, ok := v.(float64)
	if !ok {
		r, fine := rational(v)
		if !fine {
			return nil, ErrValue
		}
		f, _ = r.Float64()
	}
	if c.phys == doubles {
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)), nil
	}
	return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(f))), nil
}

func (c *Column) decimalBytes(v any) ([]byte, error) {
	r, ok := rational(v)
	if !ok {
		return nil, ErrValue
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.scale)), nil)))
	precision := c.at.int(8)
	if lt := c.at.get(10).get(5); lt != nil {
		precision = lt.int(2)
	}
	if !r.IsInt() || precision > 0 && int64(len(new(big.Int).Abs(r.Num()).String())) > precision {
		return nil, ErrValue
	}
	n := r.Num()
	if c.phys == int32s || c.phys == int64s {
		if !n.IsInt64() || c.phys == int32s && n.Int64() != int64(int32(n.Int64())) {
			return nil, ErrValue
		}
		return c.number(n.Int64()), nil
	}
	size := n.BitLen()/8 + 1
	if c.phys == fixed {
		if size > c.width {
			return nil, ErrValue
		}
		size = c.width
	}
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size)), nil
}

func (c *Column) stampBytes(v any) ([]byte, error) {
	t, _, ok := connectors.Date(v, time.UTC)
	if !ok {
		return nil, ErrValue
	}
	per := int64(time.Second) / c.unit
	if int64(t.Nanosecond())%c.unit != 0 || t.Unix() > math.MaxInt64/per-1 || t.Unix() < math.MinInt64/per+1 {
		return nil, ErrValue
	}
	return c.number(t.Unix()*per + int64(t.Nanosecond())/c.unit), nil
}

func (c *Column) clockBytes(v any) ([]byte, error) {
	s, _ := asText(v)
	t, err := time.Parse("15:04:05", s)
	if err != nil {
		t, err = time.Parse("15:04", s)
	}
	n := t.Sub(t.Truncate(24 * time.Hour)).Nanoseconds()
	if err != nil || n%c.unit != 0 {
		return nil, ErrValue
	}
	return c.number(n / c.unit), nil
}
