package rowfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// csvFormat is rows: { format: csv }.
type csvFormat struct {
	delim    byte
	Set      charset
	noHeader bool
	loc      *time.Location
	header   []string // the columns of a file that is not there yet
}

func csvCodec(f *connectors.RowFormat, set charset) (*csvFormat, error) {
	c := &csvFormat{delim: ',', Set: set, noHeader: f.NoHeader, loc: time.UTC}
	if d := f.Delimiter; d == `\t` {
		c.delim = '\t'
	} else if d != "" {
		c.delim = d[0]
		if len(d) != 1 || strings.Contains("\"\r\n\x00", d) || d[0] >= 128 {
			return nil, fmt.Errorf("rows: the delimiter of csv is one ASCII character, and no quote or line end")
		}
	}
	return c, nil
}

func (*csvFormat) Position() string { return "line" }
func (*csvFormat) Grows() bool      { return true }

func (c *csvFormat) Check(v any) error {
	_, err := c.cell(v, false, false)
	return err
}

func (c *csvFormat) Pass(r io.Reader, w io.Writer, ask func(Record) (Change, error), added []connectors.Row) error {
	out := &csvOut{format: c, w: w, eol: "\n", ended: true}
	in := buffered(r)
	if mark, _ := in.Peek(3); c.Set.table == nil && bytes.Equal(mark, BOM) {
		_, _ = in.Discard(3)
		if err := out.write(BOM, true); err != nil {
			return err
		}
	}
	rec := &csvRecord{format: c, split: &csvSplitter{in: in, delim: c.delim}}
	for {
		err := rec.split.next()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *Malformed
		if errors.As(err, &bad) {
			bad.row = rec.n + 1
		}
		if err != nil {
			return err
		}
		if err := rec.one(out, ask); err != nil {
			return err
		}
	}
	return out.add(rec.columns, added)
}

// BOM is the mark some files begin with.
var BOM = []byte{0xEF, 0xBB, 0xBF}

// columns are the names of the columns of a file.
func (c *csvFormat) columns(r io.Reader) []string {
	rec := &csvRecord{format: c, split: &csvSplitter{in: buffered(r), delim: c.delim}}
	if mark, _ := rec.split.in.Peek(3); bytes.Equal(mark, BOM) {
		_, _ = rec.split.in.Discard(3)
	}
	for rec.split.next() == nil {
		if !rec.split.blank() {
			_ = rec.readHeader()
			break
		}
	}
	return rec.columns
}

// WithHeader names the columns of a file that is not there yet; formats without a header have none.
func WithHeader(c Codec, columns []string) {
	switch f := c.(type) {
	case *csvFormat:
		f.header = columns
	case *parquetFile:
		f.order = columns
	}
}
