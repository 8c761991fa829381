package parquet_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	lib "github.com/parquet-go/parquet-go"

	"github.com/dossier-dsr/dossier/connectors/rowfile/parquet"
)

// everything reads a file in all ways there are.
func everything(content []byte, most int64) error {
	f, err := parquet.Open(bytes.NewReader(content), int64(len(content)), most)
	if err != nil {
		return err
	}
	f.Blind()
	err = f.Scan(&parquet.Sought{Fields: []string{"no"}, Ways: []parquet.Way{{{Field: "no", Values: []any{"C-1"}}}}}, func(r *parquet.Row) error {
		for _, name := range r.Fields() {
			r.Value(name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.Rows() > 10_000 {
		return nil
	}
	return f.Rewrite(io.Discard, func(r *parquet.Row) (parquet.Change, error) { return parquet.Change{Drop: r.Number()%3 == 0}, nil }, nil, nil)
}

// FuzzFile reads anything: it may be refused, and nothing else may happen.
func FuzzFile(f *testing.F) {
	r := rand.New(rand.NewPCG(4, 4))
	for version := 1; version <= 2; version++ {
		for _, codec := range codecs {
			f.Add(written(f, [][]visit{visits(r, 12), visits(r, 3)}, lib.DataPageVersion(version), lib.Compression(codec), lib.BloomFilters(lib.SplitBlockFilter(8, "no"))))
		}
	}
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		_ = everything(content, 1<<20)
	})
}

// TestDamaged reads files in which bytes were changed, or of which the end or the middle is missing: none brings the reader down, none makes it take
// memory for what is not there.
func TestDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	var files [][]byte
	for version := 1; version <= 2; version++ {
		for _, codec := range codecs {
			files = append(files, written(t, [][]visit{visits(r, 30), visits(r, 9)}, lib.DataPageVersion(version), lib.Compression(codec)))
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const rounds = 500
	for range rounds {
		b := bytes.Clone(files[r.IntN(len(files))])
		switch r.IntN(4) {
		case 0:
			b = b[:r.IntN(len(b))]
		case 1:
			at := r.IntN(len(b) - 9)
			b = append(b[:at], b[at+1+r.IntN(8):]...)
		default:
			for range 1 + r.IntN(4) {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
		}
		err := everything(b, 1<<20)
		if err != nil && strings.Contains(err.Error(), "C-") {
			t.Fatalf("an error tells a value: %v", err)
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / rounds; each > 8<<20 {
		t.Errorf("%d bytes were allocated for a file of %d", each, len(files[0]))
	}
}

// TestRefused reads what cannot be looked into.
func TestRefused(t *testing.T) {
	rows := visits(rand.New(rand.NewPCG(1, 1)), 30)
	secret := written(t, [][]visit{rows}, lib.WithEncryption(&lib.EncryptionConfig{FooterKey: []byte("0123456789abcdef"), EncryptedFooter: true}))
	open := written(t, [][]visit{rows}, lib.WithEncryption(&lib.EncryptionConfig{FooterKey: []byte("0123456789abcdef")}))
	for name, c := range map[string]struct {
		content []byte
		most    int64
		says    string
	}{
		"encrypted footer":  {secret, limit, "encrypted footer"},
		"encrypted columns": {open, limit, "encrypted columns"},
		"too large":         {written(t, [][]visit{rows}), 1000, "row_group_mib"},
		"no parquet":        {[]byte("no,name\nC-1,Anna\n"), limit, "does not end as one"},
	} {
		err := everything(c.content, c.most)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRowsWithoutColumns: a file of a few bytes that claims very many rows and no column is refused, and not counted through.
func TestRowsWithoutColumns(t *testing.T) {
	foot := []byte{0x15, 2, 0x19, 0x1c, 0x48, 1, 'r', 0x15, 0, 0} // version 1; a schema of a root without children
	rows := binary.AppendVarint(nil, 1<<30)
	foot = append(append(foot, 0x16), rows...)                                  // so many rows
	foot = append(append(foot, 0x19, 0x1c, 0x19, 0x0c, 0x16, 0, 0x16), rows...) // in one row group of no columns
	foot = append(foot, 0, 0)
	content := binary.LittleEndian.AppendUint32(append([]byte("PAR1"), foot...), uint32(len(foot)))
	err := everything(append(content, "PAR1"...), 1<<20)
	if err == nil || !strings.Contains(err.Error(), "no columns") {
		t.Errorf("read as %v", err)
	}
}
