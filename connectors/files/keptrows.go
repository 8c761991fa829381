package files

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// keptRecord is a held row, which has the place it had in its file.
type keptRecord struct {
	record
	n int64
}

func (r keptRecord) number() int64 { return r.n }

// pass reads held rows as a file of their own, by the codec of their collection.
func (d *drawer) pass(from *source, rows []heldRow, w io.Writer, ask func(i int, r record) (change, error)) error {
	var b bytes.Buffer
	code := from.codec
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
		b.WriteString(missingAfter(d.Head))
		for _, row := range rows {
			b.Write(row.Raw)
			b.WriteString(missingAfter(row.Raw))
		}
	}
	n := 0
	err := code.pass(&b, w, func(r record) (change, error) {
		n++
		if n > len(rows) {
			return change{}, errKept
		}
		return ask(n-1, keptRecord{r, rows[n-1].Number})
	}, nil)
	if err == nil && n != len(rows) {
		err = errKept
	}
	return from.said(err)
}

var errKept = fmt.Errorf("held rows of a file cannot be read as the map says its rows stand in it; has the format in the map been changed?")

func missingAfter(line []byte) string {
	if len(line) == 0 {
		return ""
	}
	return missing(string(line), "\n")
}

// assign gives a held row new values; all other bytes stay.
func (d *drawer) assign(from *source, row *heldRow, set connectors.Row) error {
	var b bytes.Buffer
	err := d.pass(from, []heldRow{*row}, &b, func(int, record) (change, error) { return change{set: set}, nil })
	if err != nil {
		return err
	}
	out := b.Bytes()
	if _, ok := from.codec.(*jsonArray); ok {
		row.Raw = out[1 : len(out)-1]
		return nil
	}
	out = out[len(d.Head)+len(missingAfter(d.Head)):]
	row.Raw = []byte(strings.TrimSuffix(string(out), missingAfter(row.Raw)))
	return nil
}
