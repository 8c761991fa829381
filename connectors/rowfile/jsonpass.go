package rowfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// jsonPass reads a JSON text as a stream, copying to out all it does not change.
type jsonPass struct {
	in    *bufio.Reader
	out   *bufio.Writer
	keep  *bytes.Buffer // where the bytes go instead of out, while a row, key or separator is collected
	ask   func(Record) (Change, error)
	added []connectors.Row
	n     int64
	spot  *jsonSpot // where it is, for who wants to know the pieces
}

// maxDepth is how deep values may nest.
const maxDepth = 1000

// emit writes one byte; errors of out stick and show at Flush.
func (p *jsonPass) emit(c byte) error {
	if p.keep == nil {
		return p.out.WriteByte(c)
	}
	if p.keep.Len() > maxRow {
		return &Malformed{row: p.n + 1, what: "longer than 16 MiB"}
	}
	return p.keep.WriteByte(c)
}

// put writes bytes, as emit does one.
func (p *jsonPass) put(b []byte) error {
	if p.keep != nil && p.keep.Len() > maxRow {
		return &Malformed{row: p.n + 1, what: "longer than 16 MiB"}
	}
	_, err := p.write(b)
	return err
}

// collect gives what f reads instead of copying it.
func (p *jsonPass) collect(into *bytes.Buffer, f func() error) error {
	was := p.keep
	p.keep = into
	err := f()
	p.keep = was
	return err
}

func (p *jsonPass) peek() (byte, error) {
	b, err := p.in.Peek(1)
	if errors.Is(err, io.EOF) {
		return 0, &Malformed{what: "the JSON ends too early"}
	}
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// Pass copies the byte that is next.
func (p *jsonPass) Pass() error {
	c, err := p.in.ReadByte()
	if err != nil {
		return err
	}
	return p.emit(c)
}

// upTo copies what is next up to the first byte of stops, or the end of the text.
func (p *jsonPass) upTo(stops *[256]bool) error {
	for {
		if _, err := p.in.Peek(1); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		here, _ := p.in.Peek(p.in.Buffered())
		n := 0
		for n < len(here) && !stops[here[n]] {
			n++
		}
		if err := p.put(here[:n]); err != nil {
			return err
		}
		stopped := n < len(here)
		if _, err := p.in.Discard(n); stopped || err != nil {
			return err
		}
	}
}

// Where space, the inside of a text, and a number, true, false or null end.
var (
	spaceStops = stops(func(c byte) bool { return !isSpace(c) })
	textStops  = stops(func(c byte) bool { return c < ' ' || c == '"' || c == '\\' })
	wordStops  = stops(func(c byte) bool { return isSpace(c) || strings.IndexByte(",:]}[{\"", c) >= 0 })
)

func stops(at func(byte) bool) *[256]bool {
	var out [256]bool
	for c := range out {
		out[c] = at(byte(c))
	}
	return &out
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (p *jsonPass) space() error { return p.upTo(spaceStops) }

// whole copies a value: at once, where all of it is in the buffer.
func (p *jsonPass) whole(depth int) error {
	for _, n := range []int{p.in.Buffered(), p.in.Size()} {
		here, err := p.in.Peek(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if end := jsonEnd(here, 0, maxNested-maxDepth+depth); end > 0 && end < len(here) {
			if err := p.put(here[:end]); err != nil {
				return err
			}
			_, err := p.in.Discard(end)
			return err
		}
	}
	return p.Value(nil, depth)
}

// expect copies space and then c.
func (p *jsonPass) expect(c byte) error {
	if err := p.space(); err != nil {
		return err
	}
	b, err := p.peek()
	if err != nil {
		return err
	}
	if b != c {
		return &Malformed{what: "not valid JSON: " + string(c) + " is missing"}
	}
	return p.Pass()
}

// Value copies a value; at the end of path it is an array whose elements are rows. path nil: any value.
func (p *jsonPass) Value(path []jsonStep, depth int) error {
	if depth > maxDepth {
		return &Malformed{what: "nested too deep"}
	}
	if err := p.space(); err != nil {
		return err
	}
	c, err := p.peek()
	if err != nil {
		return err
	}
	switch {
	case c == 'n' || len(path) == 0 && c != '{' && c != '[':
		return p.scalar(c)
	case len(path) > 0 && (path[0].name == "") != (c == '[') || len(path) > 0 && c != '[' && c != '{':
		return &Malformed{what: "what stands where each: leads is not an array"}
	case len(path) == 1:
		return p.rows(depth)
	case c == '[':
		return p.list('[', ']', func() error { return p.Value(rest(path), depth+1) })
	}
	return p.list('{', '}', func() error {
		if p.keep != nil { // a row, which is checked as a whole
			if err := p.text(); err != nil {
				return err
			}
			if err := p.expect(':'); err != nil {
				return err
			}
			return p.Value(nil, depth+1)
		}
		var key bytes.Buffer
		if err := p.collect(&key, p.text); err != nil {
			return err
		}
		_, _ = p.write(key.Bytes())
		if textEnd(key.Bytes(), 0) != key.Len() {
			return &Malformed{what: "a name is not valid JSON"}
		}
		if err := p.expect(':'); err != nil {
			return err
		}
		if len(path) > 0 && fromQuotes(key.Bytes()) == path[0].name {
			return p.Value(path[1:], depth+1)
		}
		return p.Value(nil, depth+1)
	})
}

func rest(path []jsonStep) []jsonStep {
	if len(path) == 0 {
		return nil
	}
	return path[1:]
}

func (p *jsonPass) write(b []byte) (int, error) {
	if p.keep != nil {
		return p.keep.Write(b)
	}
	return p.out.Write(b)
}

// list copies what stands between open and close, one item after the other.
func (p *jsonPass) list(open, shut byte, item func() error) error {
	if err := p.expect(open); err != nil {
		return err
	}
	for first := true; ; first = false {
		if err := p.space(); err != nil {
			return err
		}
		c, err := p.peek()
		if err != nil {
			return err
		}
		if first && c == shut {
			return p.Pass()
		}
		if !first {
			if c == shut {
				return p.Pass()
			}
			if err := p.expect(','); err != nil {
				return err
			}
			if err := p.space(); err != nil {
				return err
			}
		}
		if err := item(); err != nil {
			return err
		}
	}
}

// text copies a string.
func (p *jsonPass) text() error {
	if err := p.expect('"'); err != nil {
		return err
	}
	for {
		if err := p.upTo(textStops); err != nil {
			return err
		}
		c, err := p.peek()
		if err != nil {
			return err
		}
		if err := p.Pass(); err != nil {
			return err
		}
		switch {
		case c == '"':
			return nil
		case c < ' ':
			return &Malformed{what: "not valid JSON: a control character in a text"}
		case c == '\\':
			if _, err := p.peek(); err != nil {
				return err
			}
			if err := p.Pass(); err != nil {
				return err
			}
		}
	}
}

// scalar copies a text, number, bool or null.
func (p *jsonPass) scalar(c byte) error {
	if c == '"' {
		return p.text()
	}
	var word bytes.Buffer
	if err := p.collect(&word, func() error { return p.upTo(wordStops) }); err != nil {
		return err
	}
	if !json.Valid(word.Bytes()) {
		return &Malformed{what: "not valid JSON"}
	}
	return p.put(word.Bytes())
}
