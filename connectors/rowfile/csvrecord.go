package rowfile

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
)

// csvRecord is the record the splitter stands on.
type csvRecord struct {
	format  *csvFormat
	split   *csvSplitter
	n       int64
	columns []string // nil before the header
	index   map[string]int
}

// one deals with one record of the file.
func (r *csvRecord) one(out *csvOut, ask func(Record) (Change, error)) error {
	s := r.split
	if s.eol > 0 && !out.seen {
		out.eol, out.seen = string(s.raw[len(s.raw)-s.eol:]), true
	}
	if s.blank() {
		return out.write(s.raw, s.eol > 0)
	}
	if r.index == nil && !r.format.noHeader {
		if err := r.readHeader(); err != nil {
			return err
		}
		return out.write(s.raw, s.eol > 0)
	}
	r.n++
	what, err := ask(r)
	switch {
	case err != nil:
		return err
	case what.Drop:
		return nil
	case len(what.Set) > 0:
		raw, err := r.rewritten(what.Set)
		if err != nil {
			return err
		}
		return out.write(raw, s.eol > 0)
	}
	return out.write(s.raw, s.eol > 0)
}

func (r *csvRecord) readHeader() error {
	r.index = map[string]int{}
	for i := range r.split.cells {
		name, _ := r.cell(i).(string)
		if _, twice := r.index[name]; twice && name != "" {
			return &Malformed{what: "two columns have one name; has the file no header?"}
		}
		r.index[name] = i
		r.columns = append(r.columns, name)
	}
	return nil
}

func (r *csvRecord) Number() int64 { return r.n }
func (r *csvRecord) Fixed() bool   { return r.index != nil }
func (r *csvRecord) Bytes() []byte { return r.split.raw[:len(r.split.raw)-r.split.eol] }

func (r *csvRecord) Names() []string {
	if r.index != nil {
		return r.columns
	}
	var out []string
	for i := range r.split.cells {
		out = append(out, "c"+strconv.Itoa(i+1))
	}
	return out
}

func (r *csvRecord) Value(name string) (any, bool) {
	i, ok := r.column(name)
	if !ok {
		return nil, false
	}
	return r.cell(i), true
}

// column is where name stands: by the header, or c1, c2 … without one.
func (r *csvRecord) column(name string) (int, bool) {
	if r.index != nil {
		i, ok := r.index[name]
		return i, ok && name != ""
	}
	n, ok := ordinal(name)
	return n - 1, ok
}

// cell is the value of the i-th cell: NULL where it is empty without quotes, or not there.
func (r *csvRecord) cell(i int) any {
	if i >= len(r.split.cells) {
		return nil
	}
	c := r.split.cells[i]
	b := r.split.raw[c.start:c.end]
	if len(b) == 0 || c.quoted && len(b) == 2 && r.alone() {
		return nil
	}
	if c.quoted {
		b = bytes.ReplaceAll(b[1:len(b)-1], []byte(`""`), []byte(`"`))
	}
	return r.format.Set.decode(b)
}

// alone says whether the file has one column. An empty line is no row there, so NULL is written with quotes.
func (r *csvRecord) alone() bool { return len(r.split.cells) == 1 && len(r.columns) <= 1 }

// rewritten is the record with new values; the bytes of the other cells stay.
func (r *csvRecord) rewritten(set connectors.Row) ([]byte, error) {
	fresh := map[int][]byte{}
	last := len(r.split.cells) - 1
	for name, v := range set {
		i, ok := r.column(name)
		if !ok {
			return nil, fmt.Errorf("%w: the file has no column %s", connectors.ErrConflict, name)
		}
		was := i < len(r.split.cells) && r.split.cells[i].quoted
		b, err := r.format.cell(v, was, r.alone())
		if err != nil {
			return nil, err
		}
		fresh[i] = b
		last = max(last, i)
	}
	var out []byte
	for i := range last + 1 {
		if i > 0 {
			out = append(out, r.format.delim)
		}
		if b, ok := fresh[i]; ok {
			out = append(out, b...)
		} else if i < len(r.split.cells) {
			out = append(out, r.split.raw[r.split.cells[i].start:r.split.cells[i].end]...)
		}
	}
	if len(out) == 0 { // an empty line would be no row
		out = bytes.Repeat([]byte{r.format.delim}, max(len(r.columns)-1, 0))
	}
	return append(out, r.split.raw[len(r.split.raw)-r.split.eol:]...), nil
}
