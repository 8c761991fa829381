package rowfile

import (
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Patch puts other bytes in the place of some.
type Patch struct {
	from, To int64
	With     string
	rows     [][]byte // of a Parquet file: put before the row from+1
}

// PutBack gives what must be done to the file so that the held rows of free stand in it again.
func (l *Layout) PutBack(d *Kept, r io.ReaderAt, free func(HeldRow) bool) ([]Patch, error) {
	groups := map[int][]HeldRow{}
	for i, row := range d.Rows {
		if !free(row) {
			continue
		}
		if row.Adrift {
			return nil, ErrAdrift
		}
		groups[l.gaps[i]] = append(groups[l.gaps[i]], row)
	}
	var out []Patch
	open, opened := -1, -1 // of the array: its bracket among the pieces, and in the skeleton
	v := 0                 // the piece's place in the skeleton
	h := 0
	for k := 0; k <= len(l.pieces); k++ {
		for ; h < len(d.Rows) && d.Rows[h].Token == v; h++ {
			v++
		}
		if rows := groups[k]; len(rows) > 0 {
			var p Patch
			var err error
			if !Streams(l.code) {
				p = Patch{from: int64(k), To: int64(k)}
				for _, row := range rows {
					p.rows = append(p.rows, row.Raw)
				}
			} else if open >= 0 {
				p = l.intoArray(rows, k, v, open, opened)
			} else {
				p, err = l.betweenLines(rows, k, r)
			}
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		if k == len(l.pieces) {
			break
		}
		switch l.pieces[k].kind {
		case opening:
			open, opened = k, v
		case closing:
			open, opened = -1, -1
		}
		v++
	}
	return out, nil
}

// intoArray puts rows before piece k of the array that opens with piece open; v and opened are where those two stand in the
// skeleton.
func (l *Layout) intoArray(rows []HeldRow, k, v, open, opened int) Patch {
	lead, between := l.spaces(k, open, opened)
	sep := func(own string) string {
		if comma(own) {
			return own
		}
		return between
	}
	at := l.pieces[k].from
	p := Patch{from: at, To: at}
	var with strings.Builder
	for i, row := range rows {
		if i == 0 && k == open+1 {
			with.WriteString(lead)
		} else {
			with.WriteString(sep(l.Bones.tokens[row.Token].sep))
		}
		with.Write(row.Raw)
	}
	if k == open+1 { // what stood first no longer does
		p.To = l.pieces[k].body
		if l.pieces[k].kind == closing {
			with.WriteString(l.Bones.tokens[v].sep)
		} else {
			with.WriteString(sep(l.Bones.tokens[v].sep))
		}
	}
	p.With = with.String()
	return p
}

// spaces are what stands before the first row of an array, and between two.
func (l *Layout) spaces(k, open, opened int) (lead, between string) {
	if first := l.tokens[open+1]; first.kind == rowPiece {
		lead = l.tokens[open+1].sep
	} else if s := l.Bones.tokens[opened+1].sep; !comma(s) {
		lead = s
	}
	for _, t := range l.Bones.tokens[opened+1:] {
		if t.kind != rowPiece {
			break
		}
		if comma(t.sep) {
			return lead, t.sep
		}
	}
	return lead, "," + lead
}

// betweenLines puts lines before piece k. One that has no end gets one where something follows, as does one they follow.
func (l *Layout) betweenLines(rows []HeldRow, k int, r io.ReaderAt) (Patch, error) {
	var at int64
	eol, err := l.lineEnd(r)
	if err != nil {
		return Patch{}, err
	}
	var with strings.Builder
	if k > 0 {
		at = l.pieces[k-1].To
		last, err := l.end(l.pieces[k-1], r)
		if err != nil {
			return Patch{}, err
		}
		if l.pieces[k-1].kind != startPiece {
			with.WriteString(missing(last, eol))
		}
	}
	for i, row := range rows {
		with.Write(row.Raw)
		if i < len(rows)-1 || k < len(l.pieces) {
			with.WriteString(missing(string(row.Raw), eol))
		}
	}
	return Patch{from: at, To: at, With: with.String()}, nil
}

// missing is what a line lacks to be ended.
func missing(line, eol string) string {
	switch {
	case strings.HasSuffix(line, "\n"):
		return ""
	case strings.HasSuffix(line, "\r"):
		return "\n"
	}
	return eol
}

// end gives the last two bytes of a piece.
func (l *Layout) end(p piece, r io.ReaderAt) (string, error) {
	b := make([]byte, min(2, p.To-p.body))
	if _, err := r.ReadAt(b, p.To-int64(len(b))); err != nil {
		return "", err
	}
	return string(b), nil
}

// lineEnd is how the first line of the file ends.
func (l *Layout) lineEnd(r io.ReaderAt) (string, error) {
	for _, p := range l.pieces {
		if p.kind == startPiece {
			continue
		}
		last, err := l.end(p, r)
		if strings.HasSuffix(last, "\r\n") {
			return "\r\n", err
		}
		return "\n", err
	}
	return "\n", nil
}

// Patched copies r, of size bytes, with patches that ascend and do not meet.
func Patched(code Codec, r io.ReaderAt, size int64, patches []Patch, w io.Writer) error {
	if p, ok := code.(*parquetFile); ok {
		return p.putIn(io.NewSectionReader(r, 0, size), patches, w)
	}
	at := int64(0)
	for _, p := range patches {
		if p.from < at || p.To > size {
			return errNoPlace
		}
		if _, err := io.Copy(w, io.NewSectionReader(r, at, p.from-at)); err != nil {
			return err
		}
		if _, err := io.WriteString(w, p.With); err != nil {
			return err
		}
		at = p.To
	}
	_, err := io.Copy(w, io.NewSectionReader(r, at, size-at))
	return err
}

// PatchedStream is [Patched] of a file that is read from its beginning to its end.
func PatchedStream(code Codec, r io.Reader, patches []Patch, w io.Writer) error {
	if p, ok := code.(*parquetFile); ok {
		return p.putIn(r, patches, w)
	}
	at := int64(0)
	for _, p := range patches {
		if p.from < at {
			return errNoPlace
		}
		if _, err := io.CopyN(w, r, p.from-at); err != nil {
			return errNoPlace
		}
		if _, err := io.WriteString(w, p.With); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, r, p.To-p.from); err != nil {
			return errNoPlace
		}
		at = p.To
	}
	_, err := io.Copy(w, r)
	return err
}

var errNoPlace = fmt.Errorf("%w: held rows have no place in the file", connectors.ErrConflict)
