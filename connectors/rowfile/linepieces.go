package rowfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

func (c *csvFormat) pieces(r io.Reader, see func(piece) error) error {
	l := &liner{see: see}
	in, err := l.begin(r, c.Set.table == nil)
	if err != nil {
		return err
	}
	split := &csvSplitter{in: in, delim: c.delim}
	headed := c.noHeader
	for {
		err := split.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		what := rowPiece
		if split.blank() {
			what = fixedPiece
		} else if !headed {
			what, headed = fixedPiece, true
		}
		if err := l.line(what, split.raw, split.eol); err != nil {
			return err
		}
	}
}

func (jsonLines) pieces(r io.Reader, see func(piece) error) error {
	l := &liner{see: see}
	in, err := l.begin(r, true)
	if err != nil {
		return err
	}
	var line []byte
	for {
		if line, err = readLine(in, line[:0]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		body, end := CutEnd(line)
		what := rowPiece
		if len(bytes.TrimSpace(body)) == 0 {
			what = fixedPiece
		}
		if err := l.line(what, line, len(end)); err != nil {
			return err
		}
	}
}

// liner tells of lines, and of the mark some files begin with.
type liner struct {
	see func(piece) error
	at  int64
}

func (l *liner) begin(r io.Reader, marked bool) (*bufio.Reader, error) {
	in := buffered(r)
	if mark, _ := in.Peek(len(BOM)); !marked || !bytes.Equal(mark, BOM) {
		return in, nil
	}
	_, _ = in.Discard(len(BOM))
	return in, l.line(startPiece, BOM, 0)
}

// line tells of a line whose end is eol bytes long. The end is no part of its fingerprint: the last line may lack it, and get it.
func (l *liner) line(what kind, raw []byte, eol int) error {
	from := l.at
	l.at += int64(len(raw))
	return l.see(piece{kind: what, from: from, body: from, To: l.at, seen: raw[:len(raw)-eol]})
}
