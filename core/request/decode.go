package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dossier-dsr/dossier/core/subject"
)

// Limits of a request's text.
const (
	maxBytes = 1 << 20
	maxDepth = 16
)

// decode reads one JSON object strictly into the struct v points to, and says everything that does not fit. Field names are exact;
// an unknown or repeated one is a problem. No problem holds a value.
func decode(r io.Reader, v any) Problems {
	var ps Problems
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	switch {
	case err != nil:
		ps.add("", "cannot be read: "+err.Error(), "")
	case len(text) > maxBytes:
		ps.add("", "has over 1 MiB", "documents are attached to tasks, not to requests")
	case !utf8.Valid(text):
		ps.add("", "is not UTF-8", "")
	case len(bytes.TrimSpace(text)) == 0:
		ps.add("", "is empty", "want one JSON object")
	}
	if len(ps) > 0 {
		return ps
	}
	p := parser{json.NewDecoder(bytes.NewReader(text)), fieldNames(reflect.TypeOf(v), map[string]bool{}), text, &ps}
	p.UseNumber()
	tree, err := p.value("", 0)
	if err == nil {
		if _, err = p.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else {
			err = errTrailing
		}
	}
	if err != nil {
		ps.add("", "is no JSON: "+plain(err, text, p.InputOffset()), "want one JSON object")
		return ps
	}
	fill(reflect.ValueOf(v).Elem(), tree, "", &ps)
	return ps
}

// plain words a JSON error by its place; the library's own text may quote the input.
func plain(err error, text []byte, offset int64) string {
	if errors.Is(err, errTrailing) || errors.Is(err, errTooDeep) {
		return err.Error()
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "it ends in the middle"
	}
	return place(text, offset)
}

// place says where an offset of the text is.
func place(text []byte, offset int64) string {
	at := text[:min(max(offset, 0), int64(len(text)))]
	return fmt.Sprintf("line %d, near column %d", 1+bytes.Count(at, []byte("\n")), len(at)-bytes.LastIndexByte(at, '\n'))
}

var (
	errTrailing = errors.New("something follows the object")
	errTooDeep  = errors.New("it is nested too deeply")
)

type member struct {
	name  string // as it stands; not to be shown unless it is the name of a field
	shown string // as a step of a pointer
	where string
	value any
}

// parser builds a tree that keeps the order of members, so that problems come in the order of the text.
type parser struct {
	*json.Decoder
	known map[string]bool
	text  []byte
	ps    *Problems
}

func (p parser) value(at string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	t, err := p.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		object := []member{}
		for p.More() {
			name, err := p.Token()
			if err != nil {
				return nil, err
			}
			m := member{name: name.(string), shown: "…", where: place(p.text, p.InputOffset())}
			if p.known[m.name] {
				m.shown = m.name
			}
			if slices.ContainsFunc(object, func(o member) bool { return o.name == m.name }) {
				p.ps.add(at+"/"+m.shown, "stands twice", m.where)
			}
			if m.value, err = p.value(at+"/"+m.shown, depth+1); err != nil {
				return nil, err
			}
			object = append(object, m)
		}
		_, err := p.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for p.More() {
			v, err := p.value(at+"/"+strconv.Itoa(len(list)), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := p.Token()
		return list, err
	}
	return t, nil
}

var (
	typeTime   = reflect.TypeFor[time.Time]()
	typeSecret = reflect.TypeFor[subject.Secret]()
)

// fill puts a tree into a value of this package's types; null is absent.
func fill(v reflect.Value, tree any, at string, ps *Problems) {
	if tree == nil {
		return
	}
	if v.Kind() == reflect.Pointer {
		p := reflect.New(v.Type().Elem())
		before := len(*ps)
		fill(p.Elem(), tree, at, ps)
		if len(*ps) == before || v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem() != typeTime {
			v.Set(p)
		}
		return
	}
	text, isText := tree.(string)
	switch {
	case v.Type() == typeTime:
		t, err := time.Parse(time.RFC3339, text)
		if !isText || err != nil {
			ps.add(at, "is no instant", "like 2026-11-02T09:30:00+01:00")
			return
		}
		v.Set(reflect.ValueOf(t))
	case v.Type() == typeSecret:
		if !isText {
			ps.add(at, "want a text", "")
			return
		}
		v.Set(reflect.ValueOf(subject.Seal(text)))
	case v.Kind() == reflect.String:
		if !isText {
			ps.add(at, "want a text", "")
			return
		}
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		b, ok := tree.(bool)
		if !ok {
			ps.add(at, "want true or false", "")
			return
		}
		v.SetBool(b)
	case v.Kind() == reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			ps.add(at, "want a list", "")
			return
		}
		for i, x := range list {
			e := reflect.New(v.Type().Elem()).Elem()
			if x == nil {
				ps.add(at+"/"+strconv.Itoa(i), "is null", "")
			}
			fill(e, x, at+"/"+strconv.Itoa(i), ps)
			v.Set(reflect.Append(v, e))
		}
	case v.Kind() == reflect.Struct:
		fillStruct(v, tree, at, ps)
	default:
		ps.add(at, "cannot be read", "")
	}
}

func fillStruct(v reflect.Value, tree any, at string, ps *Problems) {
	object, ok := tree.([]member)
	if !ok {
		ps.add(at, "want an object", "")
		return
	}
	names := make([]string, v.NumField())
	for i := range names {
		names[i] = jsonName(v.Type().Field(i))
	}
	for _, m := range object {
		i := slices.Index(names, m.name)
		if i < 0 {
			ps.add(at+"/"+m.shown, "there is no such field, "+m.where, near(m.name, names))
			continue
		}
		fill(v.Field(i), m.value, at+"/"+m.name, ps)
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// fieldNames are the names of all fields of a type of this package. Only these are repeated in a problem: any other name may be
// a value in the wrong place.
func fieldNames(t reflect.Type, into map[string]bool) map[string]bool {
	switch {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		fieldNames(t.Elem(), into)
	case t.Kind() == reflect.Struct && t != typeTime && t != typeSecret:
		for i := range t.NumField() {
			into[jsonName(t.Field(i))] = true
			fieldNames(t.Field(i).Type, into)
		}
	}
	return into
}
