package parquet_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	lib "github.com/parquet-go/parquet-go"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile/parquet"
)

// TestNothingTellsOfWhatHasGone looks for the erased values in every byte of a file that is not compressed: dictionary, statistics, page headers, page index.
func TestNothingTellsOfWhatHasGone(t *testing.T) {
	for version := 1; version <= 2; version++ {
		r := rand.New(rand.NewPCG(3, 3))
		rows := visits(r, 200)
		for i := range rows {
			rows[i].No = fmt.Sprintf("C-%04d", i%40)
			note := fmt.Sprintf("note of C-%04d", i%40)
			rows[i].Note, rows[i].Tags, rows[i].Raw = &note, []string{"tag of " + rows[i].No}, []byte("raw of "+rows[i].No)
		}
		content := written(t, [][]visit{rows[:100], rows[100:]}, lib.DataPageVersion(version), lib.PageBufferSize(500), lib.DataPageStatistics(true),
			lib.DeprecatedDataPageStatistics(true), lib.BloomFilters(lib.SplitBlockFilter(10, "no")))
		for _, no := range []string{"C-0000", "C-0017", "C-0039"} { // the smallest, one between, the largest
			var out bytes.Buffer
			err := opened(t, content).Rewrite(&out, func(r *parquet.Row) (parquet.Change, error) {
				v, _ := r.Value("no")
				return parquet.Change{Drop: v == no}, nil
			}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(content, []byte(no)); n < 10 {
				t.Fatalf("%s stands %d times in the file as it was: the test looks for nothing", no, n)
			}
			if bytes.Contains(out.Bytes(), []byte(no)) {
				t.Errorf("version %d: %s still stands in the file", version, no)
			}
			f, err := lib.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range f.RowGroups() {
				filter := g.ColumnChunks()[0].BloomFilter()
				if filter == nil {
					t.Fatalf("row group %d has no Bloom filter any more", i)
				}
				there, err := filter.Check(lib.ValueOf("C-0003"))
				if err != nil || !there {
					t.Errorf("the Bloom filter denies a value that is there: %v", err)
				}
				if gone, err := filter.Check(lib.ValueOf(no)); err != nil || gone {
					t.Errorf("the Bloom filter of row group %d still tells of %s: %v", i, no, err)
				}
			}
		}
	}
}

// TestFooterStays compares what a rewritten file says of itself with what it said.
func TestFooterStays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	content := written(t, [][]visit{visits(r, 50), visits(r, 50)}, lib.KeyValueMetadata("zone", "Europe/Warsaw"), lib.CreatedBy("lake", "1.2", "abc"), lib.Compression(&lib.Zstd))
	var out bytes.Buffer
	err := opened(t, content).Rewrite(&out, func(r *parquet.Row) (parquet.Change, error) { return parquet.Change{Drop: r.Number() == 60}, nil }, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	was, _ := lib.OpenFile(bytes.NewReader(content), int64(len(content)))
	now, err := lib.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	a, b := was.Metadata(), now.Metadata()
	for what, d := range map[string]string{
		"schema":   cmp.Diff(fmt.Sprintf("%+v", a.Schema), fmt.Sprintf("%+v", b.Schema)),
		"metadata": cmp.Diff(a.KeyValueMetadata, b.KeyValueMetadata), "creator": cmp.Diff(a.CreatedBy, b.CreatedBy), "version": cmp.Diff(a.Version, b.Version),
		"orders": cmp.Diff(fmt.Sprint(a.ColumnOrders), fmt.Sprint(b.ColumnOrders)),
	} {
		if d != "" {
			t.Errorf("%s changed:\n%s", what, d)
		}
	}
	for i := range a.RowGroups {
		for k := range a.RowGroups[i].Columns {
			x, y := a.RowGroups[i].Columns[k].MetaData, b.RowGroups[i].Columns[k].MetaData
			if d := cmp.Diff([]any{x.Type, x.Encoding, x.PathInSchema, x.Codec}, []any{y.Type, y.Encoding, y.PathInSchema, y.Codec}); d != "" {
				t.Errorf("column %d of row group %d:\n%s", k, i, d)
			}
		}
	}
	first := a.RowGroups[0]
	from, to := first.Columns[0].MetaData.DictionaryPageOffset, a.RowGroups[1].Columns[0].MetaData.DictionaryPageOffset
	if !bytes.Equal(content[from:to], out.Bytes()[from:to]) {
		t.Error("the row group in which nothing changed is not what it was to the byte")
	}
}

// TestSetAndPutBack changes values of one row, takes a row out and puts it back.
func TestSetAndPutBack(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	rows := visits(r, 120)
	content := written(t, [][]visit{rows[:60], rows[60:]}, lib.PageBufferSize(400))
	var changed bytes.Buffer
	set := connectors.Row{"no": "anonymous", "count": int64(-1), "note": nil, "price": connectors.Decimal("12.30"), "day": "2024-02-29", "id": "00112233-4455-6677-8899-aabbccddeeff",
		"lines": nil, "home": nil, "yes": true, "ratio": 0.5, "big": connectors.Decimal("18446744073709551615")}
	err := opened(t, content).Rewrite(&changed, func(r *parquet.Row) (parquet.Change, error) {
		if r.Number() == 77 {
			return parquet.Change{Set: set}, nil
		}
		return parquet.Change{}, nil
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	was, now := all(t, content), all(t, changed.Bytes())
	for i := range was {
		if i != 76 {
			if d := cmp.Diff(was[i], now[i]); d != "" {
				t.Fatalf("row %d was not to change:\n%s", i+1, d)
			}
			continue
		}
		for name, v := range set {
			if name == "lines" { // a repeated column that is emptied holds nothing
				v = connectors.JSON("[]")
			}
			if !connectors.Equal(now[i][name], v) {
				t.Errorf("%s is not what it was set to: a %T", name, now[i][name])
			}
		}
	}
	if d := cmp.Diff(fmt.Sprint(rowsIn(t, content)[0]), fmt.Sprint(rowsIn(t, changed.Bytes())[0])); d != "" {
		t.Errorf("the other row group changed:\n%s", d)
	}

	var raw []byte
	var without, back bytes.Buffer
	head := opened(t, content).Head()
	err = opened(t, content).Rewrite(&without, func(r *parquet.Row) (parquet.Change, error) {
		if r.Number() == 61 {
			raw = r.Bytes()
			return parquet.Change{Drop: true}, nil
		}
		return parquet.Change{}, nil
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := parquet.Taken(head, raw, 61)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := kept.Value("no"); v != rows[60].No {
		t.Errorf("the row that was taken out is another")
	}
	if err := opened(t, without.Bytes()).Rewrite(&back, nil, []parquet.Insert{{Before: 61, Rows: [][]byte{raw}}}, nil); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(was, all(t, back.Bytes())); d != "" {
		t.Errorf("a row that is put back:\n%s", d)
	}
}

// all are the rows of a file as values of the contract.
func all(t testing.TB, content []byte) []connectors.Row {
	t.Helper()
	var out []connectors.Row
	err := opened(t, content).Scan(nil, func(r *parquet.Row) error {
		row := connectors.Row{}
		for _, name := range r.Fields() {
			row[name], _ = r.Value(name)
		}
		out = append(out, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
