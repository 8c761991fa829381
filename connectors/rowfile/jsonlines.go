package rowfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// jsonLines is rows: jsonl. One object a line; empty lines are no rows.
type jsonLines struct{}

func (jsonLines) Position() string { return "line" }
func (jsonLines) Grows() bool      { return true }

func (jsonLines) Check(v any) error {
	_, err := toJSON(v, nil)
	return err
}

func (jsonLines) Pass(r io.Reader, w io.Writer, ask func(Record) (Change, error), added []connectors.Row) error {
	in := buffered(r)
	if mark, _ := in.Peek(3); bytes.Equal(mark, BOM) {
		_, _ = in.Discard(3)
		if _, err := w.Write(BOM); err != nil {
			return err
		}
	}
	rec := &jsonRecord{}
	eol, seen, ended := "\n", false, true
	write := func(b []byte, end string) error {
		ended = end != ""
		if _, err := w.Write(b); err != nil {
			return err
		}
		_, err := io.WriteString(w, end)
		return err
	}
	var line []byte
	for {
		var err error
		if line, err = readLine(in, line[:0]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		body, end := CutEnd(line)
		if end != "" && !seen {
			eol, seen = end, true
		}
		if len(bytes.TrimSpace(body)) == 0 {
			if err := write(body, end); err != nil {
				return err
			}
			continue
		}
		if err := rec.stand(rec.n+1, body); err != nil {
			return err
		}
		what, err := ask(rec)
		if err != nil {
			return err
		}
		if what.Drop {
			continue
		}
		if len(what.Set) > 0 {
			if body, err = rec.rewritten(what.Set); err != nil {
				return err
			}
		}
		if err := write(body, end); err != nil {
			return err
		}
	}
	for _, row := range added {
		if !ended {
			if err := write(nil, eol); err != nil {
				return err
			}
		}
		b, err := newObject(row)
		if err != nil {
			return err
		}
		if err := write(b, eol); err != nil {
			return err
		}
	}
	return nil
}

// newObject writes a row as an object, its members in the order of their names.
func newObject(row connectors.Row) ([]byte, error) {
	return (&jsonRecord{raw: []byte("{}")}).rewritten(row)
}

// readLine appends a line with its end to buf; io.EOF where there is none.
func readLine(in *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		piece, err := in.ReadSlice('\n')
		buf = append(buf, piece...)
		switch {
		case len(buf) > maxRow:
			return buf, &Malformed{what: "a line longer than 16 MiB"}
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(buf) > 0:
			return buf, nil
		default:
			return buf, err
		}
	}
}

// CutEnd parts a line from its end.
func CutEnd(line []byte) (body []byte, end string) {
	n := len(line)
	switch {
	case bytes.HasSuffix(line, []byte("\r\n")):
		return line[:n-2], "\r\n"
	case bytes.HasSuffix(line, []byte("\n")):
		return line[:n-1], "\n"
	}
	return line, ""
}
