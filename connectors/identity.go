package connectors

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ID tells tuples apart: the same for the same person, values (types included) and range. It holds the
// values: a set's key, never a text to show.
func (t Tuple) ID() string { return t.id() }

// id tells tuples apart: person, values with their types, range.
func (t Tuple) id() string {
	b := binary.AppendVarint(nil, int64(t.Person))
	b = appendIdentity(b, t.Values)
	if t.Within != nil {
		b = append(b, t.Within.Field...)
		for _, end := range []*time.Time{t.Within.From, t.Within.To} {
			if b = append(b, 0); end != nil {
				b = binary.AppendVarint(b, end.UnixNano())
			}
		}
	}
	return string(b)
}

// identity tells runs of values apart, types included.
func identity(values []any) string { return string(appendIdentity(nil, values)) }

func appendIdentity(b []byte, values []any) []byte {
	for _, v := range values {
		s := canonical(v)
		b = append(b, fmt.Sprintf("%T ", v)...)
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// canonical writes a value as text, the same whenever it is read again from the same store.
func canonical(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case Decimal:
		return string(x)
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano)
	case Blob:
		return x.ID
	}
	s, _ := text(v)
	return s
}

func notSupported(why string) error { return fmt.Errorf("%w: %s", ErrNotSupported, why) }

func list(names []string) string { return strings.Join(names, ", ") }
