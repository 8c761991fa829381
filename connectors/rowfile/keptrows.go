package rowfile

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Kept is what is held of the rows of one file.
type Kept struct {
	Head  []byte    `json:",omitempty"` // csv: the header, with its line end; parquet: the schema
	Rows  []HeldRow `json:",omitempty"` // in the order of the file
	Bones *Skeleton `json:"-"`          // nil where it was not asked for
}

// HeldRow is a row taken out of its file.
type HeldRow struct {
	ID     string
	Number int64  // its place when it was taken out, as its positional key has it
	Token  int    // where it stands in the skeleton
	Raw    []byte // with its line end, where the format has lines
	Marks  []string
	Adrift bool `json:",omitempty"` // nothing that stood around it is there any more
}

// keptRecord is a held row, which has the place it had in its file.
type keptRecord struct {
	Record
	n int64
}

func (r keptRecord) Number() int64 { return r.n }

// Pass reads held rows as a file of their own, by the codec of their collection.
func (d *Kept) Pass(code Codec, rows []HeldRow, w io.Writer, ask func(i int, r Record) (Change, error)) error {
	if p, ok := code.(*parquetFile); ok {
		for i, row := range rows {
			r, err := p.kept(d.Head, row)
			if err != nil {
				return err
			}
			if _, err := ask(i, r); err != nil {
				return err
			}
		}
		return nil
	}
	var b bytes.Buffer
	if _, ok := code.(*jsonArray); ok {
		code = &jsonArray{path: []jsonStep{{}}}
		b.WriteString("[")
		for i, row := range rows {
			if i > 0 {
				b.WriteString(",")
			}
			b.Write(row.Raw)
		}
		b.WriteString("]")
	} else {
		b.Write(d.Head)
		b.WriteString(MissingAfter(d.Head))
		for _, row := range rows {
			b.Write(row.Raw)
			b.WriteString(MissingAfter(row.Raw))
		}
	}
	n := 0
	err := code.Pass(&b, w, func(r Record) (Change, error) {
		n++
		if n > len(rows) {
			return Change{}, errKept
		}
		return ask(n-1, keptRecord{r, rows[n-1].Number})
	}, nil)
	if err == nil && n != len(rows) {
		err = errKept
	}
	return err
}

var errKept = fmt.Errorf("held rows of a file cannot be read as the map says its rows stand in it; has the format in the map been changed?")

// MissingAfter is what a line lacks to be ended; nothing for no line.
func MissingAfter(line []byte) string {
	if len(line) == 0 {
		return ""
	}
	return missing(string(line), "\n")
}

// Assign gives a held row new values; all other bytes stay.
func (d *Kept) Assign(code Codec, row *HeldRow, set connectors.Row) error {
	if p, ok := code.(*parquetFile); ok {
		r, err := p.kept(d.Head, *row)
		if err == nil {
			row.Raw, err = r.Changed(set)
		}
		return err
	}
	var b bytes.Buffer
	err := d.Pass(code, []HeldRow{*row}, &b, func(int, Record) (Change, error) { return Change{Set: set}, nil })
	if err != nil {
		return err
	}
	out := b.Bytes()
	if _, ok := code.(*jsonArray); ok {
		row.Raw = out[1 : len(out)-1]
		return nil
	}
	out = out[len(d.Head)+len(MissingAfter(d.Head)):]
	row.Raw = []byte(strings.TrimSuffix(string(out), MissingAfter(row.Raw)))
	return nil
}
