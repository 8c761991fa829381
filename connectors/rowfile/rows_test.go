package rowfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

func mustCodec(t testing.TB, f connectors.RowFormat) rowfile.Codec {
	t.Helper()
	c, err := rowfile.CodecFor(&f, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// edited is text after a pass in which rows whose field holds victim go, or get set.
func edited(t testing.TB, f connectors.RowFormat, text, field, victim string, set connectors.Row) string {
	t.Helper()
	var out bytes.Buffer
	err := mustCodec(t, f).Pass(strings.NewReader(text), &out, func(r rowfile.Record) (rowfile.Change, error) {
		if v, _ := r.Value(field); connectors.Equal(v, victim) {
			return rowfile.Change{Drop: set == nil, Set: set}, nil
		}
		return rowfile.Change{}, nil
	}, nil)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return out.String()
}

// TestRewriteGolden: the bytes of what stays are the bytes that were there.
func TestRewriteGolden(t *testing.T) {
	type format = connectors.RowFormat
	semicolon := format{Format: "csv", Delimiter: ";", Encoding: "windows-1250"}
	for _, c := range []struct {
		name         string
		format       format
		text, victim string
		field        string
		set          connectors.Row
		want         string
	}{
		{"csv", format{Format: "csv"}, "no,name\n1,a\n2,b\n3,c\n", "2", "no", nil, "no,name\n1,a\n3,c\n"},
		{"csv without an end", format{Format: "csv"}, "no,name\n1,a\n2,b", "2", "no", nil, "no,name\n1,a\n"},
		{"csv without an end, first", format{Format: "csv"}, "no,name\n1,a\n2,b", "1", "no", nil, "no,name\n2,b"},
		{"csv, CR LF, BOM, blank lines", format{Format: "csv"}, "\xEF\xBB\xBFno,name\r\n\r\n1,\"a\r\nb\"\r\n2,\"x \"\"y\"\"\"\r\n\r\n3, c ,\r\n", "2", "no", nil,
			"\xEF\xBB\xBFno,name\r\n\r\n1,\"a\r\nb\"\r\n\r\n3, c ,\r\n"},
		{"csv, line ends mixed", format{Format: "csv"}, "no\n1\r\n2\n3\r\n", "2", "no", nil, "no\n1\r\n3\r\n"},
		{"csv, quoted delimiter", format{Format: "csv"}, "no,name\n\"1\",\"2,3\"\n2,x\n", "2", "no", nil, "no,name\n\"1\",\"2,3\"\n"},
		{"csv, quote inside", format{Format: "csv"}, "no,name\n1,5\" pipe\n2,x\n", "2", "no", nil, "no,name\n1,5\" pipe\n"},
		{"csv set", format{Format: "csv"}, "no,name,x\n1,\"a\", 07\n2,b,\"c\"\n", "2", "no", connectors.Row{"name": "d,e"}, "no,name,x\n1,\"a\", 07\n2,\"d,e\",\"c\"\n"},
		{"csv set NULL and empty", format{Format: "csv"}, "no,name,x\r\n2,b,\"c\"\r\n", "2", "no", connectors.Row{"name": nil, "x": ""}, "no,name,x\r\n2,,\"\"\r\n"},
		{"csv set in a short row", format{Format: "csv"}, "no,a,b\n2\n1\n", "2", "no", connectors.Row{"b": "x"}, "no,a,b\n2,,x\n1\n"},
		{"csv, no header", format{Format: "csv", NoHeader: true}, "1,a\n2,b\n", "2", "c1", nil, "1,a\n"},
		{"csv, windows-1250", semicolon, "nr;imi\xEA\n1;\xA3ukasz\n2;\xAFaneta\n", "Żaneta", "imię", nil, "nr;imi\xEA\n1;\xA3ukasz\n"},
		{"csv, windows-1250, set", semicolon, "nr;imi\xEA\n1;\xA3ukasz\n2;\xAFaneta\n", "2", "nr", connectors.Row{"imię": "Ścibor"}, "nr;imi\xEA\n1;\xA3ukasz\n2;\x8Ccibor\n"},
		{"jsonl", format{Format: "jsonl"}, "{\"no\": 1.0 , \"x\":[1, 2]}\n\n{\"no\":2}\r\n {\"no\" : \"3\"}", "2", "no", nil, "{\"no\": 1.0 , \"x\":[1, 2]}\n\n {\"no\" : \"3\"}"},
		{"jsonl set", format{Format: "jsonl"}, "{\"z\": 1e3, \"no\":2 , \"a\":{\"b\":\"<ż>\"}}\n", "2", "no", connectors.Row{"a.b": "<x>", "new": "y"},
			"{\"z\": 1e3, \"no\":2 , \"a\":{\"b\":\"<x>\"}, \"new\": \"y\"}\n"},
		{"jsonl set twice there", format{Format: "jsonl"}, "{\"n\":\"old\",\"no\":2,\"n\":\"old2\"}\n", "2", "no", connectors.Row{"n": nil}, "{\"n\":null,\"no\":2,\"n\":null}\n"},
		{"jsonl set number by text", format{Format: "jsonl"}, "{\"no\":2,\"y\":true}\n", "2", "no", connectors.Row{"no": "7", "y": "false"}, "{\"no\":7,\"y\":false}\n"},
		{"json, first", format{Format: "json"}, "[\n  {\"no\":1},\n  {\"no\":2},\n  {\"no\":3}\n]\n", "1", "no", nil, "[\n  {\"no\":2},\n  {\"no\":3}\n]\n"},
		{"json, middle", format{Format: "json"}, "[\n  {\"no\":1},\n  {\"no\":2},\n  {\"no\":3}\n]\n", "2", "no", nil, "[\n  {\"no\":1},\n  {\"no\":3}\n]\n"},
		{"json, last", format{Format: "json"}, "[\n  {\"no\":1},\n  {\"no\":2},\n  {\"no\":3}\n]\n", "3", "no", nil, "[\n  {\"no\":1},\n  {\"no\":2}\n]\n"},
		{"json, only", format{Format: "json"}, "[ {\"no\":1} ]", "1", "no", nil, "[]"},
		{"json, each", format{Format: "json", Each: "signatories[]"}, "{\"title\": \"T\\u0041\", \"signatories\": [{\"no\":1,\"x\":1.50}, {\"no\":2}], \"end\":[{\"no\":2}]}", "2", "no", nil,
			"{\"title\": \"T\\u0041\", \"signatories\": [{\"no\":1,\"x\":1.50}], \"end\":[{\"no\":2}]}"},
		{"json, each in each", format{Format: "json", Each: "a[].b[]"}, "{\"a\":[{\"b\":[{\"no\":1}]},null,{\"b\":null},{},{\"b\":[{\"no\":2},{\"no\":1}]}]}", "1", "no", nil,
			"{\"a\":[{\"b\":[]},null,{\"b\":null},{},{\"b\":[{\"no\":2}]}]}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := edited(t, c.format, c.text, c.field, c.victim, c.set); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if got := edited(t, c.format, c.text, c.field, "nobody", nil); got != c.text {
				t.Errorf("nothing to do, and %q became %q", c.text, got)
			}
		})
	}
}

// TestMalformed: what cannot be read for sure is refused, and its content not shown.
func TestMalformed(t *testing.T) {
	for format, texts := range map[string][]string{
		"csv":   {"no\n\"1\n2\n", "no\n\"1\"x\n2\n", "no,no\n1,2\n", "no\n\"1\"\r\r\n", "no,x\n\"1\"\r,2\n"},
		"jsonl": {"{\"no\":1}\n{\"no\":\n", "[1]\n", "1\n", "{\"no\":1} {\"no\":2}\n"},
		"json": {"{}", "[{\"no\":1},]", "[{\"no\":1}", "[{\"no\":1}] x", "[1]", "[{\"no\":1} {\"no\":2}]", "[{\"no\":01}]", "nul", "\"secret\"", "[{\"no\":\"se\ncret\"}]",
			strings.Repeat("[", 2000)},
	} {
		for _, text := range texts {
			err := mustCodec(t, connectors.RowFormat{Format: format}).Pass(strings.NewReader(text), &bytes.Buffer{}, func(rowfile.Record) (rowfile.Change, error) { return rowfile.Change{}, nil }, nil)
			var m *rowfile.Malformed
			if !errors.As(err, &m) {
				t.Errorf("%s %.40q: %v, want a malformed file", format, text, err)
			} else if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows what the file holds: %v", err)
			}
		}
	}
}

func TestValues(t *testing.T) {
	for raw, want := range map[string]any{
		`null`: nil, `true`: true, `false`: false, `12`: int64(12), `-0`: int64(0), `"a\u0142"`: "ał", `12.50`: connectors.Decimal("12.50"),
		`1e2`: 100.0, `123456789012345678901`: connectors.Decimal("123456789012345678901"), `{"a": 1}`: connectors.JSON(`{"a": 1}`), `[]`: connectors.JSON(`[]`),
	} {
		if got := rowfile.FromJSON([]byte(raw)); got != want {
			t.Errorf("%s is %#v, want %#v", raw, got, want)
		}
	}
	c := mustCodec(t, connectors.RowFormat{Format: "csv", Encoding: "windows-1250"})
	if err := c.Check("日本"); !errors.Is(err, connectors.ErrConflict) || strings.Contains(err.Error(), "日") {
		t.Errorf("a text that windows-1250 lacks: %v", err)
	}
	var values []any
	_ = c.Pass(strings.NewReader("a,b,c,d\n,\"\",\"x\"\"y\"\n"), &bytes.Buffer{}, func(r rowfile.Record) (rowfile.Change, error) {
		for _, n := range []string{"a", "b", "c", "d"} {
			v, _ := r.Value(n)
			values = append(values, v)
		}
		return rowfile.Change{}, nil
	}, nil)
	if !slices.Equal(values, []any{nil, "", `x"y`, nil}) {
		t.Errorf("cells are %#v", values)
	}
	for _, f := range []connectors.RowFormat{
		{Format: "orc"}, {Format: "parquet", Encoding: "utf-16"}, {Format: "csv", Delimiter: "ab"}, {Format: "csv", Delimiter: `"`}, {Format: "csv", Encoding: "utf-16"}, {Format: "csv", Encoding: "shift_jis"},
		{Format: "csv", Encoding: "nonsense"}, {Format: "csv", Encoding: "ibm037"}, {Format: "json", Encoding: "windows-1250"}, {Format: "jsonl", Each: "a[]"}, {Format: "json", Each: "a"}, {Format: "json", Each: "a[]."},
	} {
		if _, err := rowfile.CodecFor(&f, time.UTC); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}

func TestAdded(t *testing.T) {
	row := connectors.Row{"no": "9", "name": "x;y"}
	for _, c := range []struct {
		format     connectors.RowFormat
		text, want string
	}{
		{connectors.RowFormat{Format: "csv", Delimiter: ";"}, "no;z;name\r\n1;2;3", "no;z;name\r\n1;2;3\r\n9;;\"x;y\"\r\n"},
		{connectors.RowFormat{Format: "jsonl"}, "{\"no\":1}\n", "{\"no\":1}\n{\"name\": \"x;y\", \"no\": \"9\"}\n"},
		{connectors.RowFormat{Format: "json"}, "", "[\n  {\"name\": \"x;y\", \"no\": \"9\"}\n]\n"},
		{connectors.RowFormat{Format: "json"}, "[]", "[{\"name\": \"x;y\", \"no\": \"9\"}]"},
		{connectors.RowFormat{Format: "json"}, "[\n {}\n]", "[\n {},\n {\"name\": \"x;y\", \"no\": \"9\"}\n]"},
		{connectors.RowFormat{Format: "json", Each: "s[]"}, "{\"s\": [{}, {}]}", "{\"s\": [{}, {}, {\"name\": \"x;y\", \"no\": \"9\"}]}"},
	} {
		var out bytes.Buffer
		err := mustCodec(t, c.format).Pass(strings.NewReader(c.text), &out, func(rowfile.Record) (rowfile.Change, error) { return rowfile.Change{}, nil }, []connectors.Row{row})
		if err != nil || out.String() != c.want {
			t.Errorf("%q: got %q, %v; want %q", c.text, out.String(), err, c.want)
		}
	}
	var out bytes.Buffer
	err := mustCodec(t, connectors.RowFormat{Format: "json", Each: "s[]"}).Pass(strings.NewReader("{}"), &out, nil, []connectors.Row{row})
	if !errors.Is(err, connectors.ErrConflict) {
		t.Errorf("a file without the array: %v", err)
	}
	err = mustCodec(t, connectors.RowFormat{Format: "csv"}).Pass(strings.NewReader("a\n"), &out, nil, []connectors.Row{row})
	if !errors.Is(err, connectors.ErrConflict) || strings.Contains(fmt.Sprint(err), "x;y") {
		t.Errorf("a file without the column: %v", err)
	}
}
