package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

func TestBatchesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 4).Draw(t, "width")
		columns := make([]*rapid.Generator[any], width)
		for i := range columns { // most columns are of one kind, with NULLs
			columns[i] = value
			if rapid.Bool().Draw(t, "uniform") {
				first := value.Draw(t, "first")
				columns[i] = rapid.SampledFrom([]any{first, nil, first})
			}
		}
		var b connectors.Batch
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			b.Persons = append(b.Persons, rapid.OneOf(rapid.IntRange(0, 3), rapid.Int()).Draw(t, "person"))
			row := make([]any, width)
			for c := range row {
				row[c] = columns[c].Draw(t, "value")
			}
			b.Values = append(b.Values, row)
		}
		before := []byte("kept")
		data, err := wire.EncodeBatch(before, b, width)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, []byte("kept")) {
			t.Fatal("what stood before is gone")
		}
		got, err := wire.DecodeBatch(data[4:], width)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Values) != len(b.Values) {
			t.Fatalf("%d rows of %d", len(got.Values), len(b.Values))
		}
		for i := range b.Values {
			if got.Persons[i] != b.Persons[i] {
				t.Fatalf("person %d became %d", b.Persons[i], got.Persons[i])
			}
			same(t, "a row", b.Values[i], got.Values[i])
		}
		if _, err := wire.DecodeBatch(data[4:], width+1); !errors.Is(err, wire.ErrBatch) {
			t.Fatalf("another width: %v", err)
		}
	})
}

func TestBatchRefusesWhatIsNotOfTheContract(t *testing.T) {
	for name, b := range map[string]connectors.Batch{
		"int":     {Persons: []int{0}, Values: [][]any{{5}}},
		"width":   {Persons: []int{0}, Values: [][]any{{nil, nil}}},
		"persons": {Persons: []int{0, 1}, Values: [][]any{{nil}}},
		"rows":    {Persons: make([]int, wire.MaxRows+1), Values: make([][]any, wire.MaxRows+1)},
	} {
		if _, err := wire.EncodeBatch(nil, b, 1); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
	if _, err := wire.SelectionToProto(connectors.Selection{Where: []connectors.Cond{connectors.InValues("f", 5)}}); err == nil {
		t.Error("a Go int in a condition: encoded")
	}
}

// TestVectors holds the encoding fast, for connectors in other languages: what is in testdata/batches.txt is
// what a batch looks like for good.
func TestVectors(t *testing.T) {
	warsaw := time.FixedZone("", 3600)
	all := []any{
		nil, true, int64(-2), 12.5, "zł", []byte{0, 255}, time.Date(2026, 1, 2, 3, 4, 5, 6, warsaw),
		connectors.Decimal("-12.50"), connectors.JSON(`{"a":1}`), connectors.Blob{ID: "i", Name: "n.pdf", MediaType: "application/pdf", Size: -1},
	}
	mixed := connectors.Batch{}
	for i, v := range all {
		mixed.Persons = append(mixed.Persons, i)
		mixed.Values = append(mixed.Values, []any{v})
	}
	vectors := map[string]struct {
		batch connectors.Batch
		width int
	}{
		"empty":    {connectors.Batch{}, 2},
		"no field": {connectors.Batch{Persons: []int{3, 3, 1}, Values: [][]any{{}, {}, {}}}, 0},
		"one row":  {connectors.Batch{Persons: []int{1}, Values: [][]any{all}}, len(all)},
		"mixed":    {mixed, 1},
		"nulls":    {connectors.Batch{Persons: []int{0, 0, 0}, Values: [][]any{{"a"}, {nil}, {""}}}, 1},
		"nan":      {connectors.Batch{Persons: []int{0}, Values: [][]any{{math.Float64frombits(0x7ff8000000000123)}}}, 1},
	}
	file, err := os.ReadFile("testdata/batches.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, want, _ := strings.Cut(line, ": ")
		v, ok := vectors[name]
		if !ok {
			t.Errorf("no batch %q in the test", name)
			continue
		}
		seen++
		got, err := wire.EncodeBatch(nil, v.batch, v.width)
		if err != nil {
			t.Fatal(err)
		}
		if hex.EncodeToString(got) != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%s: %x", name, got)
		}
	}
	if seen != len(vectors) {
		t.Errorf("%d vectors of %d in the file", seen, len(vectors))
	}
}

func FuzzDecodeBatch(f *testing.F) {
	b := connectors.Batch{Persons: []int{0, 1}, Values: [][]any{{"a", nil, int64(1)}, {nil, time.Unix(1, 2), 1.5}}}
	data, err := wire.EncodeBatch(nil, b, 3)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, 3)
	f.Add([]byte{1, 0, 0}, 0)
	f.Fuzz(func(t *testing.T, data []byte, width int) {
		if width < 0 || width > 16 {
			return
		}
		got, err := wire.DecodeBatch(data, width)
		if err != nil {
			if !errors.Is(err, wire.ErrBatch) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		again, err := wire.EncodeBatch(nil, got, width)
		if err != nil {
			t.Fatalf("decoded and not encoded: %v", err)
		}
		twice, err := wire.DecodeBatch(again, width)
		if err != nil || len(twice.Values) != len(got.Values) {
			t.Fatalf("encoded and not decoded: %v", err)
		}
	})
}
