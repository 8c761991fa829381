package rowfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// jsonArray is rows: { format: json, each: "a.b[]" }: the elements of the arrays the path leads to. Without each,
// the file is an array itself. A path that a file lacks, or where null stands, leads to no rows.
type jsonArray struct {
	path []jsonStep
}

// jsonStep goes to a member, or, with an empty name, to each element.
type jsonStep struct{ name string }

// JSONArrayCodec reads each: of the map.
func JSONArrayCodec(each string) (Codec, error) {
	j := &jsonArray{}
	for _, piece := range strings.Split(each, ".") {
		name := strings.TrimRight(piece, "[]")
		arrays := piece[len(name):]
		if strings.ReplaceAll(arrays, "[]", "") != "" || name == "" && len(j.path) > 0 {
			return nil, fmt.Errorf(`rows: each: %q: write the path of an array, as "a.b[]"`, each)
		}
		if name != "" {
			j.path = append(j.path, jsonStep{name})
		}
		for range len(arrays) / 2 {
			j.path = append(j.path, jsonStep{})
		}
	}
	if each == "" {
		j.path = []jsonStep{{}}
	}
	if n := len(j.path); n == 0 || j.path[n-1].name != "" {
		return nil, fmt.Errorf(`rows: each: %q: it ends with [], the array whose elements are rows`, each)
	}
	return j, nil
}

func (*jsonArray) Position() string { return "no" }
func (*jsonArray) Grows() bool      { return false }

func (*jsonArray) Check(v any) error {
	_, err := toJSON(v, nil)
	return err
}

func (j *jsonArray) Pass(r io.Reader, w io.Writer, ask func(Record) (Change, error), added []connectors.Row) error {
	p := &jsonPass{in: buffered(r), out: bufio.NewWriterSize(w, room(r)), ask: ask, added: added}
	if len(added) > 0 && strings.Count(fmt.Sprint(j.path), "{}") > 1 {
		return fmt.Errorf("%w: a row cannot be added where several arrays of a file hold rows", connectors.ErrNotSupported)
	}
	return j.run(p)
}

func (j *jsonArray) run(p *jsonPass) error {
	if mark, _ := p.in.Peek(3); bytes.Equal(mark, BOM) {
		_, _ = p.in.Discard(3)
		_, _ = p.out.Write(BOM)
	}
	if err := p.file(j.path); err != nil {
		return err
	}
	if len(p.added) > 0 {
		return fmt.Errorf("%w: the file holds no array to add a row to", connectors.ErrConflict)
	}
	return p.out.Flush()
}

// file reads the whole text. An empty file holds no rows.
func (p *jsonPass) file(path []jsonStep) error {
	if _, err := p.in.Peek(1); errors.Is(err, io.EOF) {
		if len(p.added) > 0 && len(path) == 1 {
			return p.fresh()
		}
		return nil
	}
	if err := p.Value(path, 0); err != nil {
		return err
	}
	if err := p.space(); err != nil {
		return err
	}
	_, err := p.in.Peek(1)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = &Malformed{what: "text behind the end of the JSON"}
	}
	return err
}

// fresh writes a file that was not there.
func (p *jsonPass) fresh() error {
	sep := "[\n  "
	for _, row := range p.added {
		b, err := newObject(row)
		if err != nil {
			return err
		}
		_, _ = p.out.WriteString(sep)
		_, _ = p.out.Write(b)
		sep = ",\n  "
	}
	p.added = nil
	_, err := p.out.WriteString("\n]\n")
	return err
}
