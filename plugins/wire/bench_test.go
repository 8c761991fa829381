package wire_test

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

// A batch as Locate makes it: rows of 200 bytes in five columns, about 256 KiB.
func benchBatch() connectors.Batch {
	b := connectors.Batch{}
	for i := range 1200 {
		b.Persons = append(b.Persons, i%7)
		b.Values = append(b.Values, []any{int64(i), strings.Repeat("a", 60), strings.Repeat("b", 60), strings.Repeat("c", 60), 1.5})
		b.Bytes += 220
	}
	return b
}

func BenchmarkEncodeBatch(b *testing.B) {
	batch := benchBatch()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = wire.EncodeBatch(buf[:0], batch, 5)
		b.SetBytes(int64(len(buf)))
	}
}

func BenchmarkDecodeBatch(b *testing.B) {
	data, err := wire.EncodeBatch(nil, benchBatch(), 5)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.DecodeBatch(data, 5); err != nil {
			b.Fatal(err)
		}
	}
}
