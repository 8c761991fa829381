package rowfile

import (
	"fmt"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Head is the header of a csv file, and the schema of a Parquet file.
func (l *Layout) Head(code Codec, r io.ReaderAt) ([]byte, error) {
	if p, ok := code.(*parquetFile); ok {
		return p.head(r)
	}
	c, ok := code.(*csvFormat)
	if !ok || c.noHeader {
		return nil, nil
	}
	for _, p := range l.pieces {
		if p.kind != fixedPiece {
			continue
		}
		b := make([]byte, p.To-p.body)
		if _, err := r.ReadAt(b, p.body); err != nil {
			return nil, err
		}
		if line, _ := CutEnd(b); len(line) > 0 {
			return b, nil
		}
	}
	return nil, fmt.Errorf("%w: it has no header any more", connectors.ErrConflict)
}

// Taken says whether a row that has come since has the key of one of those that are to come back. r is the file from its beginning.
func (l *Layout) Taken(code Codec, key []string, d *Kept, r io.Reader, free func(HeldRow) bool) (bool, error) {
	names := slices.DeleteFunc(slices.Clone(key), func(k string) bool { return k == code.Position() })
	fresh := map[int64]bool{}
	n := int64(0)
	for i, t := range l.tokens {
		if t.kind == rowPiece {
			if n++; l.isNew[i] {
				fresh[n] = true
			}
		}
	}
	if len(names) == 0 || len(fresh) == 0 {
		return false, nil
	}
	var rows []HeldRow
	for _, r := range d.Rows {
		if free(r) {
			rows = append(rows, r)
		}
	}
	var keys [][]any
	values := func(r Record) []any {
		out := make([]any, len(names))
		for i, k := range names {
			out[i], _ = r.Value(k)
		}
		return out
	}
	err := d.Pass(code, rows, io.Discard, func(_ int, r Record) (Change, error) {
		keys = append(keys, values(r))
		return Change{}, nil
	})
	if err != nil {
		return false, err
	}
	found := false
	err = code.Pass(r, io.Discard, func(r Record) (Change, error) {
		if fresh[r.Number()] {
			now := values(r)
			found = found || slices.ContainsFunc(keys, func(k []any) bool {
				return !slices.ContainsFunc(k, connectors.Empty) && slices.EqualFunc(k, now, connectors.Equal)
			})
		}
		return Change{}, nil
	}, nil)
	return found, err
}

// Numbers are those rows get that come back, and, ascending, those of the rows before which they come.
func (l *Layout) Numbers(d *Kept, free func(HeldRow) bool) (before []int64, out map[string]int64) {
	out = map[string]int64{}
	n, h := int64(0), 0
	for i, t := range l.Bones.tokens {
		switch {
		case h < len(d.Rows) && d.Rows[h].Token == i:
			if r := d.Rows[h]; free(r) {
				before = append(before, n+1)
				out[r.ID] = n + int64(len(before))
			}
			h++
		case t.kind == rowPiece:
			n++
		}
	}
	return before, out
}
