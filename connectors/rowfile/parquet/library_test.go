package parquet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	lib "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/dossier-dsr/dossier/connectors/rowfile/parquet"
)

// limit is that of the tests.
const limit = 64 << 20

// visit is one row of the files the tests write, with a column of every kind the library knows to write.
type visit struct {
	No    string           `parquet:"no,dict"`
	Count int64            `parquet:"count,delta"`
	Small int32            `parquet:"small"`
	Big   uint64           `parquet:"big,optional"`
	Yes   bool             `parquet:"yes"`
	Ratio float64          `parquet:"ratio,split"`
	Short float32          `parquet:"short"`
	Note  *string          `parquet:"note,optional"`
	Raw   []byte           `parquet:"raw,delta"`
	ID    [16]byte         `parquet:"id,uuid"`
	Price int64            `parquet:"price,decimal(2:18)"`
	Day   int32            `parquet:"day,date"`
	At    int64            `parquet:"at,timestamp(microsecond:utc)"`
	Local int64            `parquet:"local,timestamp(millisecond:local)"`
	Tags  []string         `parquet:"tags,list"`
	Lines []line           `parquet:"lines"`
	Home  *place           `parquet:"home,optional"`
	Extra map[string]int64 `parquet:"extra"`
}

type line struct {
	Code  string   `parquet:"code,dict"`
	Parts []int32  `parquet:"parts"`
	Cost  *float64 `parquet:"cost,optional"`
}

type place struct {
	Town string  `parquet:"town,dict"`
	Flat *string `parquet:"flat,optional"`
}

func visits(r *rand.Rand, n int) []visit {
	out := make([]visit, n)
	for i := range out {
		v := &out[i]
		v.No = fmt.Sprintf("C-%d", r.IntN(max(n/3, 2)))
		v.Count, v.Small, v.Big, v.Yes = int64(i)*7-9, int32(r.Uint32()), r.Uint64(), r.IntN(2) == 0
		v.Ratio, v.Short = r.NormFloat64(), float32(r.NormFloat64())
		v.Raw = []byte(fmt.Sprintf("raw %d", r.IntN(9)))[:r.IntN(5)]
		for k := range v.ID {
			v.ID[k] = byte(r.Uint32())
		}
		v.Price, v.Day, v.At, v.Local = r.Int64N(1e9)-5e8, int32(r.IntN(40000)), r.Int64N(2e15), r.Int64N(2e12)
		if r.IntN(3) > 0 {
			s := fmt.Sprintf("note %d", r.IntN(100))
			v.Note = &s
		}
		for range r.IntN(4) {
			v.Tags = append(v.Tags, fmt.Sprint("tag ", r.IntN(5)))
		}
		for range r.IntN(3) {
			l := line{Code: fmt.Sprint("code ", r.IntN(4))}
			for range r.IntN(3) {
				l.Parts = append(l.Parts, int32(r.IntN(9)))
			}
			if r.IntN(2) == 0 {
				c := r.Float64()
				l.Cost = &c
			}
			v.Lines = append(v.Lines, l)
		}
		if r.IntN(2) == 0 {
			v.Home = &place{Town: fmt.Sprint("town ", r.IntN(3))}
			if r.IntN(2) == 0 {
				s := fmt.Sprint(r.IntN(50))
				v.Home.Flat = &s
			}
		}
		if r.IntN(2) == 0 {
			v.Extra = map[string]int64{"a": r.Int64N(9), "b": 1}
		}
	}
	return out
}

// written is a file of groups of rows, as the library writes it.
func written(t testing.TB, groups [][]visit, options ...lib.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := lib.NewGenericWriter[visit](&b, options...)
	for _, g := range groups {
		if _, err := w.Write(g); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rowsIn reads a file by the library's low-level reader: row group by row group, each row with its levels, and checks that what the file says of
// itself holds.
func rowsIn(t testing.TB, content []byte) (groups [][]lib.Row) {
	t.Helper()
	f, err := lib.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("the library does not open it: %v", err)
	}
	for _, g := range f.RowGroups() {
		rows := g.Rows()
		var list []lib.Row
		for {
			buf := make([]lib.Row, 7)
			n, err := rows.ReadRows(buf)
			for _, r := range buf[:n] {
				list = append(list, r.Clone())
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("the library does not read it: %v", err)
			}
		}
		_ = rows.Close()
		groups = append(groups, list)
	}
	return groups
}

func opened(t testing.TB, content []byte) *parquet.File {
	t.Helper()
	f, err := parquet.Open(bytes.NewReader(content), int64(len(content)), limit)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var codecs = map[string]compress.Codec{"none": &lib.Uncompressed, "snappy": &lib.Snappy, "gzip": &lib.Gzip, "zstd": &lib.Zstd, "brotli": &lib.Brotli, "lz4": &lib.Lz4Raw}

// TestRewrite drops rows from files of every compression and both forms of pages, and finds all others, read by the library, value for value, in
// the row groups they were in.
func TestRewrite(t *testing.T) {
	for name, codec := range codecs {
		for version := 1; version <= 2; version++ {
			t.Run(fmt.Sprint(name, version), func(t *testing.T) {
				r := rand.New(rand.NewPCG(7, uint64(version)))
				groups := [][]visit{visits(r, 90), visits(r, 40), visits(r, 55), visits(r, 3)}
				content := written(t, groups, lib.Compression(codec), lib.DataPageVersion(version), lib.PageBufferSize(300),
					lib.BloomFilters(lib.SplitBlockFilter(10, "no"), lib.SplitBlockFilter(10, "count")), lib.DataPageStatistics(true),
					lib.KeyValueMetadata("b", "1"), lib.KeyValueMetadata("a", "2"))
				gone := func(n int64) bool { return n%5 == 0 && n <= 130 || n > 185 }
				var out bytes.Buffer
				err := opened(t, content).Rewrite(&out, func(r *parquet.Row) (parquet.Change, error) {
					return parquet.Change{Drop: gone(r.Number())}, nil
				}, nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				n := int64(0)
				var want [][]lib.Row
				for _, g := range rowsIn(t, content) {
					var list []lib.Row
					for _, row := range g {
						if n++; !gone(n) {
							list = append(list, row)
						}
					}
					if len(list) > 0 {
						want = append(want, list)
					}
				}
				got := rowsIn(t, out.Bytes())
				if len(got) != len(want) {
					t.Fatalf("%d row groups, want %d", len(got), len(want))
				}
				for i := range want {
					if len(got[i]) != len(want[i]) {
						t.Fatalf("row group %d has %d rows, want %d", i, len(got[i]), len(want[i]))
					}
					for k := range want[i] {
						if d := cmp.Diff(fmt.Sprintf("%+v", want[i][k]), fmt.Sprintf("%+v", got[i][k])); d != "" {
							t.Fatalf("row %d of row group %d:\n%s", k, i, d)
						}
					}
				}
			})
		}
	}
}
