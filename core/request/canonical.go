package request

import (
	"bytes"
	"encoding/json"
	"reflect"
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// Canonical is the request as JSON with its identifiers in clear: members sorted, empty ones left out, instants to the nanosecond
// with the zone they came with. [Parse] reads it back to the same request. It is the only marshalling that reveals; what it returns is
// to be sealed or hashed under a key, never written anywhere as it is.
func (r *Request) Canonical() ([]byte, error) { return canonical(reflect.ValueOf(r).Elem()) }

// Canonical is the same for an event.
func (e *Event) Canonical() ([]byte, error) { return canonical(reflect.ValueOf(e).Elem()) }

// Same says whether two requests have the same content: the same id with other content is a conflict.
func Same(a, b *Request) bool {
	x, errX := a.Canonical()
	y, errY := b.Canonical()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func canonical(v reflect.Value) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(reveal(v)); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// reveal turns a value into maps (which encoding/json sorts), lists and texts.
func reveal(v reflect.Value) any {
	switch {
	case v.Type() == typeTime:
		return v.Interface().(time.Time).Format(time.RFC3339Nano)
	case v.Type() == typeSecret:
		return v.Interface().(subject.Secret).Reveal()
	case v.Kind() == reflect.Pointer:
		return reveal(v.Elem())
	case v.Kind() == reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = reveal(v.Index(i))
		}
		return list
	case v.Kind() == reflect.Struct:
		object := map[string]any{}
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() && (f.Kind() != reflect.Slice || f.Len() > 0) {
				object[jsonName(v.Type().Field(i))] = reveal(f)
			}
		}
		return object
	case v.Kind() == reflect.Bool:
		return v.Bool()
	}
	return v.String()
}
