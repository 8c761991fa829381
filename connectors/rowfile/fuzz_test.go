package rowfile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// FuzzCSV: whatever the bytes, keeping all rows keeps all bytes, and the records joined are the file.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\r\n1,\"x\"\"\r\n\"\n"), byte(','))
	f.Add([]byte("\xEF\xBB\xBFa;b\n\n;\n\"\";"), byte(';'))
	f.Fuzz(func(t *testing.T, text []byte, delim byte) {
		c, err := rowfile.CodecFor(&connectors.RowFormat{Format: "csv", Delimiter: string(rune(delim))}, time.UTC)
		if err != nil {
			return
		}
		fuzzCodec(t, c, text)
	})
}

// FuzzJSON: the same of arrays and lines; what is kept of an array with rows dropped is still JSON.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[{"x":1}, {"y":"\"]"}]}}`), "a.b[]")
	f.Add([]byte("{\"a\":1}\n\n{\"b\":[{}]}"), "")
	f.Add([]byte(`[{"a":1},{"a":2}]`), "")
	f.Fuzz(func(t *testing.T, text []byte, each string) {
		lines, err := rowfile.CodecFor(&connectors.RowFormat{Format: "jsonl"}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		fuzzCodec(t, lines, text)
		c, err := rowfile.JSONArrayCodec(each)
		if err != nil {
			return
		}
		if fuzzCodec(t, c, text) && len(text) > 0 && !json.Valid(bytes.TrimPrefix(text, rowfile.BOM)) {
			t.Errorf("%q was read as JSON", text)
		}
	})
}

func fuzzCodec(t *testing.T, c rowfile.Codec, text []byte) bool {
	t.Helper()
	var out bytes.Buffer
	var rows int64
	err := c.Pass(bytes.NewReader(text), &out, func(r rowfile.Record) (rowfile.Change, error) {
		rows++
		if r.Number() != rows {
			t.Errorf("row %d is called %d", rows, r.Number())
		}
		for _, n := range append(r.Names(), "a.b", "c1") {
			_, _ = r.Value(n)
		}
		return rowfile.Change{}, nil
	}, nil)
	if err != nil {
		return false
	}
	if !bytes.Equal(out.Bytes(), text) {
		t.Errorf("%q became %q", text, out.Bytes())
	}
	for n := range rows { // without one of them, the others are as they were
		var rest bytes.Buffer
		var before, after []string
		if err := c.Pass(bytes.NewReader(text), &rest, func(r rowfile.Record) (rowfile.Change, error) {
			if r.Number() == n+1 {
				return rowfile.Change{Drop: true}, nil
			}
			before = append(before, string(r.Bytes()))
			return rowfile.Change{}, nil
		}, nil); err != nil {
			t.Fatalf("%q could be read, and not written: %v", text, err)
		}
		if err := c.Pass(&rest, &out, func(r rowfile.Record) (rowfile.Change, error) {
			after = append(after, string(r.Bytes()))
			return rowfile.Change{}, nil
		}, nil); err != nil || !slices.Equal(before, after) {
			t.Fatalf("%q without row %d: %q, %v", text, n+1, after, err)
		}
		if n > 20 {
			break
		}
	}
	for _, set := range []connectors.Row{{"a": "x\"y\nz"}, {"a": nil}, {"c1": int64(5)}} {
		var changed bytes.Buffer
		if err := c.Pass(bytes.NewReader(text), &changed, func(rowfile.Record) (rowfile.Change, error) { return rowfile.Change{Set: set}, nil }, nil); err != nil {
			continue // a column that is not there
		}
		var n int64
		if err := c.Pass(&changed, &out, func(r rowfile.Record) (rowfile.Change, error) {
			n++
			for name, want := range set {
				if v, _ := r.Value(name); !connectors.Equal(v, want) {
					return rowfile.Change{}, fmt.Errorf("row %d holds %#v for %#v", n, v, want)
				}
			}
			return rowfile.Change{}, nil
		}, nil); err != nil || n != rows {
			t.Fatalf("%q with %v: %q: %d rows of %d, %v", text, set, changed.String(), n, rows, err)
		}
	}
	return true
}
