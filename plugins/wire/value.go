package wire

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

func (c *to) value(v any) *pb.Value {
	switch x := v.(type) {
	case nil:
		return &pb.Value{}
	case bool:
		return &pb.Value{Kind: &pb.Value_Boolean{Boolean: x}}
	case int64:
		return &pb.Value{Kind: &pb.Value_Integer{Integer: x}}
	case float64:
		return &pb.Value{Kind: &pb.Value_Number{Number: x}}
	case string:
		return &pb.Value{Kind: &pb.Value_Text{Text: []byte(x)}}
	case []byte:
		return &pb.Value{Kind: &pb.Value_Binary{Binary: x}}
	case time.Time:
		return &pb.Value{Kind: &pb.Value_Instant{Instant: instant(x)}}
	case connectors.Decimal:
		return &pb.Value{Kind: &pb.Value_Decimal{Decimal: []byte(x)}}
	case connectors.JSON:
		return &pb.Value{Kind: &pb.Value_Json{Json: []byte(x)}}
	case connectors.Blob:
		return &pb.Value{Kind: &pb.Value_Blob{Blob: BlobToProto(x)}}
	}
	c.fail(connectors.Check(v))
	return &pb.Value{}
}

func (c *from) value(m *pb.Value) any {
	switch x := m.GetKind().(type) {
	case nil:
		if m != nil && len(m.ProtoReflect().GetUnknown()) > 0 {
			c.fail(fmt.Errorf("%w: a value of an unknown kind", ErrMessage)) // never taken for NULL
		}
		return nil
	case *pb.Value_Boolean:
		return x.Boolean
	case *pb.Value_Integer:
		return x.Integer
	case *pb.Value_Number:
		return x.Number
	case *pb.Value_Text:
		return string(x.Text)
	case *pb.Value_Binary:
		return append([]byte{}, x.Binary...)
	case *pb.Value_Instant:
		return instantFrom(x.Instant)
	case *pb.Value_Decimal:
		return connectors.Decimal(x.Decimal)
	case *pb.Value_Json:
		return connectors.JSON(x.Json)
	case *pb.Value_Blob:
		return BlobFromProto(x.Blob)
	}
	c.fail(fmt.Errorf("%w: a value of an unknown kind", ErrMessage))
	return nil
}

func (c *to) values(list []any) []*pb.Value   { return each(list, c.value) }
func (c *from) values(list []*pb.Value) []any { return each(list, c.value) }

func instant(t time.Time) *pb.Instant {
	_, offset := t.Zone()
	return &pb.Instant{Seconds: t.Unix(), Nanos: uint32(t.Nanosecond()), Offset: int32(offset)}
}

func instantFrom(m *pb.Instant) time.Time {
	zone := time.UTC
	if m.GetOffset() != 0 {
		zone = time.FixedZone("", int(m.GetOffset()))
	}
	return time.Unix(m.GetSeconds(), int64(m.GetNanos())).In(zone)
}

// instantOrNone is for fields where the zero time means that there is none.
func instantOrNone(t time.Time) *pb.Instant {
	if t.IsZero() {
		return nil
	}
	return instant(t)
}

func instantOrZero(m *pb.Instant) time.Time {
	if m == nil {
		return time.Time{}
	}
	return instantFrom(m)
}

func instantPtr(t *time.Time) *pb.Instant {
	if t == nil {
		return nil
	}
	return instant(*t)
}

func instantPtrFrom(m *pb.Instant) *time.Time {
	if m == nil {
		return nil
	}
	t := instantFrom(m)
	return &t
}

// BlobToProto is b as a message.
func BlobToProto(b connectors.Blob) *pb.Blob {
	return &pb.Blob{Id: []byte(b.ID), Name: []byte(b.Name), MediaType: []byte(b.MediaType), Size: b.Size}
}

// BlobFromProto is the message as a Blob.
func BlobFromProto(m *pb.Blob) connectors.Blob {
	return connectors.Blob{ID: string(m.GetId()), Name: string(m.GetName()), MediaType: string(m.GetMediaType()), Size: m.GetSize()}
}

func (c *to) row(r connectors.Row) *pb.Row {
	m := &pb.Row{}
	for _, name := range slices.Sorted(maps.Keys(r)) {
		m.Fields = append(m.Fields, &pb.Field{Name: text(name), Value: c.value(r[name])})
	}
	return m
}

func (c *from) row(m *pb.Row) connectors.Row {
	r := make(connectors.Row, len(m.GetFields()))
	for _, f := range m.GetFields() {
		r[f.GetName()] = c.value(f.GetValue())
	}
	return r
}

// RowsToProto is rows as messages; a value that is not of the contract is an error.
func RowsToProto(rows []connectors.Row) ([]*pb.Row, error) {
	c := &to{}
	return each(rows, c.row), c.err
}

// RowsFromProto is the messages as rows.
func RowsFromProto(rows []*pb.Row) ([]connectors.Row, error) {
	c := &from{}
	return each(rows, c.row), c.err
}

// ConfigToProto is the settings of a system as bytes, whatever their encoding.
func ConfigToProto(config connectors.Config) map[string][]byte {
	out := make(map[string][]byte, len(config))
	for name, v := range config {
		out[text(name)] = []byte(v)
	}
	return out
}

// ConfigFromProto is the message as settings.
func ConfigFromProto(m map[string][]byte) connectors.Config {
	out := make(connectors.Config, len(m))
	for name, v := range m {
		out[name] = string(v)
	}
	return out
}
