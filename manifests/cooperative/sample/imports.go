package sample

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// imports writes the files the meter readers send, one a month: windows-1250, semicolons, decimal commas, lines
// that end in CR LF. What is read is kept until there is some, then appended to the files of their months.
type imports struct {
	dir    string
	months map[string]*bytes.Buffer
	begun  map[string]bool
	held   int
}

const importHeader = "flat_no;read_on;value\r\n"

func (i *imports) add(r reading) error {
	if r.month == "" {
		return nil
	}
	if i.months == nil {
		i.months, i.begun = map[string]*bytes.Buffer{}, map[string]bool{}
	}
	b := i.months[r.month]
	if b == nil {
		b = &bytes.Buffer{}
		i.months[r.month] = b
	}
	flat, err := charmap.Windows1250.NewEncoder().String(quoteCSV(r.flat))
	if err != nil {
		return fmt.Errorf("write an import: a flat's number does not fit windows-1250")
	}
	before := b.Len()
	fmt.Fprintf(b, "%s;%s;%d,%03d\r\n", flat, r.readOn, r.litres/1000, r.litres%1000)
	if i.held += b.Len() - before; i.held > 8<<20 {
		return i.flush()
	}
	return nil
}

func (i *imports) flush() error {
	for _, month := range slices.Sorted(maps.Keys(i.months)) {
		f, err := os.OpenFile(filepath.Join(i.dir, month+".csv"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if !i.begun[month] {
			i.begun[month] = true
			_, err = f.WriteString(importHeader)
		}
		if err == nil {
			_, err = f.Write(i.months[month].Bytes())
		}
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	clear(i.months)
	i.held = 0
	return nil
}

// quoteCSV quotes a value where RFC 4180 asks for it.
func quoteCSV(v string) string {
	if !strings.ContainsAny(v, ";\"\r\n") {
		return v
	}
	return `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
}
