package mongodb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// errUnwritable is a value no document can hold.
var errUnwritable = fmt.Errorf("%w: a value that cannot be written into a document", connectors.ErrNotSupported)

// toBSON writes a value of the contract where a value of type as stands or stood (0: none). A text takes that type where it can be read as
// one, because the map writes all its values as text; a whole number stays in its width.
func (c can) toBSON(v any, as bson.Type) (bson.RawValue, error) {
	switch x := v.(type) {
	case nil:
		return null, nil
	case bool:
		return marshal(x)
	case int64:
		return whole(x, as)
	case float64:
		return marshal(x)
	case connectors.Decimal:
		return c.decimal(string(x), as)
	case time.Time:
		return marshal(bson.NewDateTimeFromTime(x))
	case []byte:
		return marshal(bson.Binary{Data: x})
	case connectors.JSON:
		return fromJSON(x)
	case string:
		if !utf8.ValidString(x) {
			return missing, errUnwritable
		}
		if w, ok := c.converted(x, as); ok {
			return w, nil
		}
		return marshal(x)
	}
	return missing, errUnwritable
}

func marshal(v any) (bson.RawValue, error) {
	t, b, err := bson.MarshalValue(v)
	if err != nil {
		return missing, errUnwritable
	}
	return bson.RawValue{Type: t, Value: b}, nil
}

func whole(x int64, as bson.Type) (bson.RawValue, error) {
	switch {
	case as == bson.TypeInt32 && x >= math.MinInt32 && x <= math.MaxInt32:
		return marshal(int32(x))
	case as == bson.TypeDouble && x >= -1<<53 && x <= 1<<53:
		return marshal(float64(x))
	case as == bson.TypeString:
		return marshal(strconv.FormatInt(x, 10))
	case as == bson.TypeDecimal128:
		d, err := bson.ParseDecimal128(strconv.FormatInt(x, 10))
		if err != nil {
			return missing, errUnwritable
		}
		return marshal(d)
	}
	return marshal(x)
}

// decimal writes an exact number; where the server has no decimals, or texts stand there, as its text.
func (c can) decimal(s string, as bson.Type) (bson.RawValue, error) {
	if as != bson.TypeString && c.decimals {
		if d, err := bson.ParseDecimal128(s); err == nil {
			return marshal(d)
		}
	}
	return marshal(s)
}

// converted reads a text as a value of another type.
func (c can) converted(s string, as bson.Type) (bson.RawValue, bool) {
	var v any
	switch as {
	case bson.TypeInt32, bson.TypeInt64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return missing, false
		}
		w, err := whole(n, as)
		return w, err == nil
	case bson.TypeDouble:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return missing, false
		}
		v = f
	case bson.TypeDecimal128:
		d, err := bson.ParseDecimal128(s)
		if err != nil {
			return missing, false
		}
		v = d
	case bson.TypeBoolean:
		b, err := strconv.ParseBool(strings.ToLower(s))
		if err != nil {
			return missing, false
		}
		v = b
	case bson.TypeDateTime:
		t, _, ok := connectors.Date(s, time.UTC)
		if !ok {
			return missing, false
		}
		v = bson.NewDateTimeFromTime(t)
	case bson.TypeObjectID:
		id, err := bson.ObjectIDFromHex(s)
		if err != nil {
			return missing, false
		}
		v = id
	case bson.TypeBinary:
		b, ok := uuidBytes(s)
		if !ok {
			return missing, false
		}
		v = bson.Binary{Subtype: uuid, Data: b}
	default:
		return missing, false
	}
	w, err := marshal(v)
	return w, err == nil
}

// fromJSON reads a nested value, Extended JSON included, its members in their order.
func fromJSON(x connectors.JSON) (bson.RawValue, error) {
	var doc bson.Raw
	if err := bson.UnmarshalExtJSON([]byte(`{"v":`+string(x)+`}`), false, &doc); err != nil {
		return missing, errUnwritable
	}
	es, err := elements(doc)
	if err != nil || len(es) != 1 {
		return missing, errUnwritable
	}
	return es[0].value, nil
}
