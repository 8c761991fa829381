package rowfile

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// csvOut writes records.
type csvOut struct {
	format *csvFormat
	w      io.Writer
	eol    string
	seen   bool // eol is the file's own
	ended  bool // the last record written has its line end
}

func (o *csvOut) write(b []byte, ended bool) error {
	o.ended = ended
	_, err := o.w.Write(b)
	return err
}

// add writes rows behind the last, and first the header where the file has none yet.
func (o *csvOut) add(names []string, rows []connectors.Row) error {
	if len(rows) == 0 {
		return nil
	}
	if !o.ended {
		if err := o.write([]byte(o.eol), true); err != nil {
			return err
		}
	}
	if names == nil {
		names = o.format.header
		if o.format.noHeader {
			names = numbered(rows)
		} else {
			head := connectors.Row{}
			for _, n := range names {
				head[n] = n
			}
			rows = append([]connectors.Row{head}, rows...)
		}
	}
	for _, row := range rows {
		var line []byte
		for name := range row {
			if !slices.Contains(names, name) {
				return fmt.Errorf("%w: the file has no column %s", connectors.ErrConflict, name)
			}
		}
		for i, name := range names {
			if i > 0 {
				line = append(line, o.format.delim)
			}
			b, err := o.format.cell(row[name], false, len(names) == 1)
			if err != nil {
				return err
			}
			line = append(line, b...)
		}
		if err := o.write(append(line, o.eol...), true); err != nil {
			return err
		}
	}
	return nil
}

// numbered are the columns c1, c2 … that rows hold values for.
func numbered(rows []connectors.Row) []string {
	var names []string
	for _, row := range rows {
		for name := range row {
			if n, ok := ordinal(name); ok {
				for len(names) < n {
					names = append(names, "c"+strconv.Itoa(len(names)+1))
				}
			}
		}
	}
	return names
}

// ordinal reads the name of a column of a file without header, from 1.
func ordinal(name string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "c"))
	return n, err == nil && n > 0 && n <= 1<<16 && name == "c"+strconv.Itoa(n)
}

// cell writes a value: NULL as nothing, in quotes what needs them or had them.
func (c *csvFormat) cell(v any, quotes, alone bool) ([]byte, error) {
	if v == nil {
		if alone {
			return []byte(`""`), nil
		}
		return nil, nil
	}
	s, ok := PlainText(v, c.loc)
	if !ok {
		return nil, unwritable(v)
	}
	if quotes || s == "" || strings.ContainsAny(s, "\"\r\n") || strings.IndexByte(s, c.delim) >= 0 || strings.HasPrefix(s, string(BOM)) {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return c.Set.encode(s)
}
