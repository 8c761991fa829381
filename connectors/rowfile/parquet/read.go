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
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/connectors"
)

// value is what stored bytes mean, as a value of the contract: whole numbers as int64 (unsigned ones beyond it as Decimal), decimals as Decimal
// with all digits of their scale, dates and times of day as ISO text, timestamps in UTC as an instant and those of no zone as ISO
// text without one, INT96 as an instant, UUIDs and texts as text (bytes where a text is not UTF-8), anything else binary as bytes. A 32-bit
// float is the shortest decimal that reads back the same.
func (c *Column) value(b []byte) any {
	switch c.mean {
	case text, enum:
		if utf8.Valid(b) {
			return string(b)
		}
		return clone(b)
	case jsonText:
		if json.Valid(b) {
			return connectors.JSON(b)
		}
		return string(b)
	case decimal:
		return connectors.Decimal(decimalText(c.unscaled(b), c.scale))
	case date:
		return time.Unix(whole(b)*86400, 0).UTC().Format("2006-01-02")
	case clock:
		return clockText(whole(b), c.unit)
	case stamp:
		t := instant(whole(b), c.unit)
		if c.utc {
			return t
		}
		return t.Format("2006-01-02T15:04:05.999999999")
	case unsigned:
		if c.phys == int32s {
			return int64(binary.LittleEndian.Uint32(b))
		}
		if n := binary.LittleEndian.Uint64(b); n > math.MaxInt64 {
			return connectors.Decimal(strconv.FormatUint(n, 10))
		}
		return whole(b)
	case uuid:
		h := hex.EncodeToString(b)
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	case half:
		return halfFloat(binary.LittleEndian.Uint16(b))
	case interval:
		return intervalText(b)
	}
	switch c.phys {
	case boolean:
		return b[0] == 1
	case int32s, int64s:
		return whole(b)
	case floats:
		f := math.Float32frombits(binary.LittleEndian.Uint32(b))
		v, _ := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
		return v
	case doubles:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case int96s:
		return spark(b)
	}
	return clone(b)
}

func clone(b []byte) []byte { return append([]byte{}, b...) }

// whole is a signed number of 32 or 64 bits.
func whole(b []byte) int64 {
	if len(b) == 4 {
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

// unscaled is the whole number a decimal is stored as.
func (c *Column) unscaled(b []byte) *big.Int {
	if c.phys == int32s || c.phys == int64s {
		return big.NewInt(whole(b))
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 128 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

func decimalText(n *big.Int, scale int) string {
	s := new(big.Int).Abs(n).String()
	if scale > 0 {
		if len(s) <= scale {
			s = strings.Repeat("0", scale-len(s)+1) + s
		}
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if n.Sign() < 0 {
		s = "-" + s
	}
	return s
}

func instant(n, unit int64) time.Time {
	per := int64(time.Second) / unit
	s, rest := n/per, n%per
	return time.Unix(s, rest*unit).UTC()
}

func clockText(n, unit int64) string {
	if n < 0 || n > 86400*(int64(time.Second)/unit) {
		return strconv.FormatInt(n, 10)
	}
	return instant(n, unit).Format("15:04:05.999999999")
}

// spark is an instant as INT96 holds it: nanoseconds of a day, and the Julian day.
func spark(b []byte) any {
	const epoch = 2440588
	days := int64(int32(binary.LittleEndian.Uint32(b[8:]))) - epoch
	nanos := int64(binary.LittleEndian.Uint64(b))
	if nanos < 0 || nanos >= int64(24*time.Hour) {
		return clone(b)
	}
	return time.Unix(days*86400, nanos).UTC()
}

func halfFloat(h uint16) float64 {
	sign, exp, frac := h>>15, int(h>>10&31), float64(h&1023)
	var v float64
	switch exp {
	case 0:
		v = frac / 1024 * math.Pow(2, -14)
	case 31:
		if v = math.Inf(1); frac != 0 {
			return math.NaN()
		}
	default:
		v = (1 + frac/1024) * math.Pow(2, float64(exp-15))
	}
	if sign == 1 {
		v = -v
	}
	return v
}

func intervalText(b []byte) string {
	months, days, ms := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	return fmt.Sprintf("P%dM%dDT%d.%03dS", months, days, ms/1000, ms%1000)
}
