package rowfile

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// sampleRows is how many rows of a file are looked at for the names of their fields.
const sampleRows = 100

// FormatOf guesses a row format by the end of a name; nil for a document.
func FormatOf(ext string) *connectors.RowFormat {
	switch e := strings.ToLower(strings.TrimPrefix(ext, ".")); e {
	case "csv", "jsonl", "json", "parquet":
		return &connectors.RowFormat{Format: e}
	case "ndjson":
		return &connectors.RowFormat{Format: "jsonl"}
	}
	return nil
}

var errEnough = errors.New("enough rows")

// FieldsIn are the names of the fields, and how many rows were looked at for them, of which others may have more; 0 where the file itself says what
// all have. There are none where the file is not what its name says.
func FieldsIn(f io.ReadSeeker, rows *connectors.RowFormat) (names []string, looked int64) {
	seen := map[string]bool{}
	add := func(n string) {
		if n != "" && !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	if rows.Format == "csv" {
		for _, n := range headerOf(f) {
			add(n)
		}
		return names, 0
	}
	code, err := CodecFor(rows, time.UTC)
	if err != nil {
		return nil, 0
	}
	if p, ok := code.(*parquetFile); ok {
		at, ok := f.(io.ReaderAt)
		size, err := f.Seek(0, io.SeekEnd)
		if !ok || err != nil {
			return nil, 0
		}
		if file, err := p.open(io.NewSectionReader(at, 0, size)); err == nil && file != nil {
			return file.Fields(), 0
		}
		return nil, 0
	}
	_ = code.Pass(f, io.Discard, func(r Record) (Change, error) {
		for _, name := range r.Names() {
			add(name)
		}
		looked++
		if r.Number() >= sampleRows {
			return Change{}, errEnough
		}
		return Change{}, nil
	}, nil)
	return names, looked
}

// headerOf reads the first line of a csv file by the delimiter it uses.
func headerOf(f io.ReadSeeker) []string {
	var best []string
	for _, d := range []string{",", ";", `\t`} {
		c, _ := csvCodec(&connectors.RowFormat{Delimiter: d}, charset{})
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil
		}
		if names := c.columns(f); len(names) > len(best) {
			best = names
		}
	}
	return best
}
