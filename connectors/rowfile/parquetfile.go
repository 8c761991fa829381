package rowfile

import (
	"errors"
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile/parquet"
)

// Content is a file that can be read from anywhere. What is read for a codec that is not [Streams] has to be one.
type Content interface {
	io.ReaderAt
	Size() int64
}

// Streams says whether files of a codec are read from their beginning to their end; of others the end is read first, and parts of the rest.
func Streams(code Codec) bool {
	_, whole := code.(*parquetFile)
	return !whole
}

// RowGroup is how many bytes the columns of a row group of a Parquet file may hold together, uncompressed, unless [WithRowGroup] says otherwise:
// as much may be in memory for each file that is rewritten.
const RowGroup = 512 << 20

// WithRowGroup sets another limit for the row groups of Parquet files, in bytes; other formats have none.
func WithRowGroup(c Codec, bytes int64) {
	if p, ok := c.(*parquetFile); ok && bytes > 0 {
		p.limit = bytes
	}
}

// parquetFile is rows: parquet.
type parquetFile struct {
	limit int64
	order []string // the columns of a file that is not there yet
}

func (*parquetFile) Position() string { return "row" }
func (*parquetFile) Grows() bool      { return false }

// Check knows no column: whether one can hold v is [Takes].
func (*parquetFile) Check(v any) error {
	if _, ok := v.(connectors.Blob); ok {
		return unwritable(v)
	}
	return nil
}

// open reads the footer; nil for a file in which nothing stands yet.
func (p *parquetFile) open(r io.Reader) (*parquet.File, error) {
	c, ok := r.(Content)
	if !ok {
		if n, err := io.ReadFull(r, make([]byte, 1)); n == 0 && errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, fmt.Errorf("%w: a Parquet file that is compressed as a whole; Parquet compresses inside the file", connectors.ErrNotSupported)
	}
	if c.Size() == 0 {
		return nil, nil
	}
	f, err := parquet.Open(c, c.Size(), p.limit)
	return f, said(err)
}

func said(err error) error {
	var bad *parquet.Malformed
	if errors.As(err, &bad) {
		return &Malformed{what: bad.Error()}
	}
	return err
}

func (p *parquetFile) Pass(r io.Reader, w io.Writer, ask func(Record) (Change, error), added []connectors.Row) error {
	f, err := p.open(r)
	if err != nil {
		return err
	}
	if f == nil {
		if len(added) == 0 {
			return nil
		}
		return said(parquet.Create(w, p.order, added))
	}
	if w == io.Discard && len(added) == 0 {
		return said(f.Scan(nil, func(r *parquet.Row) error {
			_, err := ask(parquetRow{r})
			return err
		}))
	}
	return said(f.Rewrite(w, func(r *parquet.Row) (parquet.Change, error) {
		what, err := ask(parquetRow{r})
		return parquet.Change{Drop: what.Drop, Set: what.Set}, err
	}, nil, added))
}

func (p *parquetFile) pieces(r io.Reader, see func(piece) error) error {
	f, err := p.open(r)
	if f == nil || err != nil {
		return err
	}
	return said(f.Scan(nil, func(r *parquet.Row) error {
		n := r.Number()
		return see(piece{kind: rowPiece, from: n - 1, body: n - 1, To: n, seen: r.Bytes()})
	}))
}

// parquetRow is a row of a Parquet file, or one that was taken out of it.
type parquetRow struct{ *parquet.Row }

func (r parquetRow) Names() []string { return r.Fields() }
func (parquetRow) Fixed() bool       { return true }

// Takes says, before anything is changed, whether a field of a row can be given a value; formats without types take any that [Codec.Check] lets pass.
func Takes(r Record, name string, v any) error {
	if k, ok := r.(keptRecord); ok {
		r = k.Record
	}
	if p, ok := r.(interface{ Takes(string, any) error }); ok {
		return p.Takes(name, v)
	}
	return nil
}

// Sought is what a selection says of the fields of its rows; see [parquet.Sought].
type Sought = parquet.Sought

// Way is one of a selection's; see [parquet.Way].
type Way = parquet.Way

// Wanted is a field and the values it can have; see [parquet.Wanted].
type Wanted = parquet.Wanted

// Find asks about the rows of a file that s can mean, and perhaps about others: all where the format does not say what stands where. A Parquet file
// in which rows would have to be found by a group or a list is refused.
func Find(code Codec, r io.Reader, s *Sought, ask func(Record) error) error {
	p, ok := code.(*parquetFile)
	if !ok {
		return code.Pass(r, io.Discard, func(rec Record) (Change, error) { return Change{}, ask(rec) }, nil)
	}
	f, err := p.open(r)
	if f == nil || err != nil {
		return err
	}
	return said(f.Scan(s, func(r *parquet.Row) error { return ask(parquetRow{r}) }))
}

// head is what is kept with rows taken out of a file; see [parquet.File.Head].
func (p *parquetFile) head(r io.ReaderAt) ([]byte, error) {
	c, ok := r.(Content)
	if !ok {
		return nil, fmt.Errorf("%w: a Parquet file that is compressed as a whole", connectors.ErrNotSupported)
	}
	f, err := parquet.Open(c, c.Size(), p.limit)
	if err != nil {
		return nil, said(err)
	}
	return f.Head(), nil
}

// raws are the rows that have these numbers, as they are held.
func (p *parquetFile) raws(r io.ReaderAt, d *Kept, rows map[int64]HeldRow) (map[int64][]byte, error) {
	head, err := p.head(r)
	if err != nil {
		return nil, err
	}
	if !parquet.SameHead(head, d.Head) {
		return nil, fmt.Errorf("%w: a file has other columns than when rows of it were restricted", connectors.ErrConflict)
	}
	c := r.(Content)
	f, err := parquet.Open(c, c.Size(), p.limit)
	if err != nil {
		return nil, said(err)
	}
	out := map[int64][]byte{}
	err = f.Scan(nil, func(r *parquet.Row) error {
		if _, mine := rows[r.Number()]; mine {
			out[r.Number()] = r.Bytes()
		}
		return nil
	})
	return out, said(err)
}

// kept reads a row that is held.
func (p *parquetFile) kept(head []byte, row HeldRow) (parquetRow, error) {
	r, err := parquet.Taken(head, row.Raw, row.Number)
	return parquetRow{r}, err
}

// putIn writes a file with rows put back.
func (p *parquetFile) putIn(r io.Reader, patches []Patch, w io.Writer) error {
	f, err := p.open(r)
	if err != nil {
		return err
	}
	if f == nil {
		return errNoPlace
	}
	var back []parquet.Insert
	for _, x := range patches {
		back = append(back, parquet.Insert{Before: x.from + 1, Rows: x.rows})
	}
	return said(f.Rewrite(w, nil, back, nil))
}

// SameHead says whether a file still has the columns it had when rows of it were held.
func SameHead(code Codec, was, now []byte) bool {
	if _, ok := code.(*parquetFile); ok {
		return parquet.SameHead(was, now)
	}
	was, _ = CutEnd(was)
	now, _ = CutEnd(now)
	return string(was) == string(now)
}

// SameRow says whether a row is the one that is held.
func SameRow(code Codec, held []byte, r Record) bool {
	if Streams(code) {
		held = trimEnd(held)
	}
	return string(held) == string(r.Bytes())
}

func trimEnd(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
