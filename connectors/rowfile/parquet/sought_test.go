package parquet_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	lib "github.com/parquet-go/parquet-go"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile/parquet"
)

// counting counts what is read.
type counting struct {
	io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// TestScanSought compares, for every way to write a person's value and a file with and without statistics, the rows that are found with those that are
// there, and what is read with the file.
func TestScanSought(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	rows := visits(r, 3000)
	for i := range rows {
		rows[i].No = fmt.Sprintf("C-%05d", i) // as lakes are, sorted by something
	}
	plain := written(t, [][]visit{rows[:1000], rows[1000:2000], rows[2000:]}, lib.PageBufferSize(2000))
	blind := written(t, [][]visit{rows[:1000], rows[1000:2000], rows[2000:]}, lib.SkipPageBounds("no"), lib.SkipPageBounds("count"), lib.SkipPageBounds("id"))
	bloom := written(t, [][]visit{rows[:1000], rows[1000:2000], rows[2000:]}, lib.SkipPageBounds("no"), lib.SkipPageBounds("count"), lib.SkipPageBounds("id"),
		lib.BloomFilters(lib.SplitBlockFilter(12, "no"), lib.SplitBlockFilter(12, "count"), lib.SplitBlockFilter(12, "id")))
	uuid := func(b [16]byte) string { return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]) }
	for name, file := range map[string][]byte{"statistics": plain, "nothing": blind, "filters": bloom} {
		for _, i := range []int{0, 999, 1000, 1234, 2999} {
			for _, w := range []parquet.Wanted{
				{Field: "no", Values: []any{rows[i].No}}, {Field: "no", Values: []any{[]byte(rows[i].No), "unknown"}},
				{Field: "count", Values: []any{rows[i].Count}}, {Field: "count", Values: []any{fmt.Sprint(rows[i].Count)}},
				{Field: "count", Values: []any{connectors.Decimal(fmt.Sprintf("%d.00", rows[i].Count))}}, {Field: "id", Values: []any{uuid(rows[i].ID)}},
				{Field: "count", Values: []any{fmt.Sprintf("%de0", rows[i].Count), "none"}}, {Field: "small", Values: []any{float64(rows[i].Small)}},
			} {
				in := &counting{ReaderAt: bytes.NewReader(file)}
				f, err := parquet.Open(in, int64(len(file)), limit)
				if err != nil {
					t.Fatal(err)
				}
				var found []int64
				err = f.Scan(&parquet.Sought{Fields: []string{w.Field}, Ways: []parquet.Way{{w}}}, func(r *parquet.Row) error {
					v, _ := r.Value(w.Field)
					for _, x := range w.Values {
						if connectors.Equal(v, x) {
							found = append(found, r.Number())
						}
					}
					return nil
				})
				if err != nil || len(found) != 1 || found[0] != int64(i)+1 {
					t.Fatalf("%s: row %d by %s as %T: found %v, %v", name, i+1, w.Field, w.Values[0], found, err)
				}
				if name == "statistics" && w.Field == "no" && in.n > int64(len(file))/4 {
					t.Errorf("%d of %d bytes were read for one row", in.n, len(file))
				}
			}
		}
	}
}

// TestNestedKey shows that a list by which rows are to be selected is refused.
func TestNestedKey(t *testing.T) {
	rows := visits(rand.New(rand.NewPCG(1, 2)), 10)
	content := written(t, [][]visit{rows})
	f := opened(t, content)
	err := f.Scan(&parquet.Sought{Fields: []string{"tags"}, Ways: []parquet.Way{{{Field: "tags", Values: []any{"x"}}}}}, func(*parquet.Row) error { return nil })
	if err == nil {
		t.Error("rows are selected by a list")
	}
}
