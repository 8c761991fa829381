package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/request"
)

var awkward = []string{
	"", " ", "a,b", `say "hi"`, `"`, `""`, "line\nbreak", "line\r\nbreak", "cr\ralone", "\n", "tab\tbed", " lead", "trail ",
	"Zażółć gęślą jaźń", "ŁÓDŹ", "👩‍👩‍👧‍👦 🇵🇱", "שלום עולם", "e\u0301", "\ufeffmark", "\u2028", "nul\x00inside", "\x00", "\x1b[31m",
	`\N`, `\\N`, `\\\N`, `\W`, `\\W`, `\x:`, `\x:AAAA`, `\\x:AAAA`, `\Nx`, `\n`, `\`, `\\`, "NULL", "null", "true", "NaN",
	"=1+1", "+48 600 100 200", "-5", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "00123", "1e5", "12345678901234567890",
	"<script>alert(1)</script>", "</td></table>", "&amp;", "'", "bad\xff\xfeutf8", "\xc3\x28", "\xa3\xf3d\xbc", strings.Repeat("ą", 5000),
	"2026-11-02", "2026-02-30", "{}", "{", ",", ";", "\\\"", "#", "--",
}

func TestEveryTextComesBack(t *testing.T) {
	var rows [][]any
	for _, s := range awkward {
		rows = append(rows, []any{s, s})
	}
	rows = append(rows, []any{nil, "after NULL"}, []any{Withheld{}, "after a value left out"})
	table := rowsOf{TableInfo{System: "S", Label: "Texts", Fields: []Field{{Name: "a"}, {Name: "b", Type: Text}}}, rows}
	lone := rowsOf{TableInfo{System: "S", Label: "Lone", Fields: []Field{{Name: "only"}}}, nil}
	for _, r := range rows {
		lone.rows = append(lone.rows, r[:1])
	}
	files := unpack(t, pack(t, info("en", request.Access), told(), table, lone))
	for name, given := range map[string][][]any{"texts": rows, "lone": lone.rows} {
		got := readTable(t, files, name)
		if len(got.records) != len(given) {
			t.Fatalf("%s: %d records of %d", name, len(got.records), len(given))
		}
		for i, row := range given {
			for j, v := range row {
				if back := unescape(got.records[i][j]); back != v {
					t.Errorf("%s row %d: wrote %q, read %q", name, i, v, back)
				}
				if v == (Withheld{}) {
					if _, there := got.twin[i][got.fields[j]["name"].(string)]; there {
						t.Errorf("%s row %d: the JSON twin has a value left out", name, i)
					}
				}
			}
		}
		for p, body := range files {
			if !utf8.Valid(body) {
				t.Errorf("%s is not UTF-8", p)
			}
		}
	}
}

func TestTypesAreThoseOfTheValues(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 30, 0, 123456789, warsaw)
	birth := time.Date(1980, 5, 17, 0, 0, 0, 0, warsaw)
	for _, c := range []struct {
		name     string
		declared Type
		values   []any
		want     string // type/format
		csv      []string
		json     []string
	}{
		{"integers", Auto, []any{int64(1), int64(-7), nil, int64(math.MaxInt64), int64(1 << 53), int64(1<<53 - 1)}, "integer/",
			[]string{"1", "-7", `\N`, "9223372036854775807", "9007199254740992", "9007199254740991"},
			[]string{"1", "-7", "null", `"9223372036854775807"`, `"9007199254740992"`, "9007199254740991"}},
		{"decimals", Number, []any{Decimal("-12.50"), Decimal("12345678901234567.89"), int64(3), Decimal("NaN")}, "number/",
			[]string{"-12.50", "12345678901234567.89", "3", "NaN"}, []string{"-12.50", `"12345678901234567.89"`, "3", `"NaN"`}},
		{"floats", Auto, []any{0.1, math.Inf(1), math.Inf(-1), 1e300, math.Copysign(0, -1)}, "number/",
			[]string{"0.1", "INF", "-INF", "1e+300", "-0"}, []string{"0.1", `"INF"`, `"-INF"`, "1e+300", "-0"}},
		{"booleans", Auto, []any{true, false, nil}, "boolean/", []string{"true", "false", `\N`}, []string{"true", "false", "null"}},
		{"dates", Date, []any{birth, "1999-12-31", nil}, "date/", []string{"1980-05-17", "1999-12-31", `\N`}, []string{`"1980-05-17"`, `"1999-12-31"`, "null"}},
		{"a date with a clock", Date, []any{birth, at}, "any/", []string{"1980-05-17", "2026-11-02T08:30:00.123456789Z"}, nil},
		{"zero dates", Date, []any{birth, "0000-00-00"}, "any/", []string{"1980-05-17", "0000-00-00"}, nil},
		{"instants", DateTime, []any{at, at.UTC()}, "datetime/", []string{"2026-11-02T08:30:00.123456789Z", "2026-11-02T08:30:00.123456789Z"}, nil},
		{"numbers kept as text", Integer, []any{"12", "-3"}, "integer/", []string{"12", "-3"}, []string{`"12"`, `"-3"`}},
		{"leading zeros", Integer, []any{"007", int64(7)}, "any/", []string{"007", "7"}, []string{`"007"`, "7"}},
		{"objects", Nested, []any{JSON(`{"a": [1, "x\ny"]}`)}, "object/", []string{`{"a": [1, "x\ny"]}`}, []string{`{"a": [1, "x\ny"]}`}},
		{"arrays", Nested, []any{JSON(`["ż", 2]`)}, "array/", []string{`["ż", 2]`}, []string{`["ż", 2]`}},
		{"broken JSON", Nested, []any{JSON(`{"a":`)}, "string/", []string{`{"a":`}, []string{`"{\"a\":"`}},
		{"bytes", Binary, []any{[]byte{0, 255}, []byte{}}, "string/binary", []string{"AP8=", ""}, []string{`"AP8="`, `""`}},
		{"nothing at all", Date, []any{nil}, "date/", []string{`\N`}, []string{"null"}},
		{"integers and texts", Auto, []any{int64(1), "one"}, "any/", []string{"1", "one"}, []string{"1", `"one"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := rowsOf{TableInfo{System: "S", Label: "T", Fields: []Field{{Name: "v", Type: c.declared}, {Name: "other"}}}, nil}
			for _, v := range c.values {
				table.rows = append(table.rows, []any{v, "x"})
			}
			got := readTable(t, unpack(t, pack(t, info("en", request.Access), told(), table)), "t")
			format, _ := got.fields[0]["format"].(string)
			if typ := fmt.Sprint(got.fields[0]["type"], "/", format); typ != c.want {
				t.Errorf("type %s, want %s", typ, c.want)
			}
			for i := range c.values {
				if got.records[i][0] != c.csv[i] {
					t.Errorf("row %d: CSV %q, want %q", i, got.records[i][0], c.csv[i])
				}
				if c.json != nil && string(got.twin[i]["v"]) != c.json[i] {
					t.Errorf("row %d: JSON %s, want %s", i, got.twin[i]["v"], c.json[i])
				}
				if _, err := typed(got.records[i][0], got.fields[0]); err != nil {
					t.Errorf("row %d does not fit its schema: %v", i, err)
				}
			}
		})
	}
}

// Whatever goes in comes out of the CSV and of the twin, and fits the type the descriptor gives it.
func TestAnyRowsComeBack(t *testing.T) {
	value := func(kind int) *rapid.Generator[any] {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom(awkward), rapid.StringMatching(`\\{0,3}(N|W|x:[A-Za-z]*)`))
		switch kind {
		case 0:
			return rapid.Map(text, func(s string) any { return s })
		case 1:
			return rapid.Map(rapid.Int64(), func(n int64) any { return n })
		case 2:
			return rapid.Map(rapid.Float64(), func(f float64) any { return f })
		case 3:
			return rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return b })
		case 4:
			return rapid.Map(rapid.Int64Range(-6e10, 2e11), func(n int64) any { return time.Unix(n, n&0xffff).UTC() })
		case 5:
			return rapid.Map(rapid.Bool(), func(b bool) any { return b })
		case 6:
			return rapid.Map(text, func(s string) any { b, _ := json.Marshal(map[string]string{"k": s}); return JSON(b) })
		}
		return rapid.Map(rapid.StringMatching(`-?[0-9]{1,25}(\.[0-9]{1,6})?`), func(s string) any { return Decimal(s) })
	}
	cfg := fixedConfig(t)
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(1, 5).Draw(rt, "width")
		table := rowsOf{TableInfo: TableInfo{System: "S", Label: "T"}}
		var gens []*rapid.Generator[any]
		for i := range width {
			kind := rapid.IntRange(0, 7).Draw(rt, "kind")
			table.Fields = append(table.Fields, Field{Name: fmt.Sprintf("f%d", i)})
			gens = append(gens, rapid.OneOf(value(kind), value(kind), value(kind), rapid.Just[any](nil), rapid.Just[any](Withheld{}),
				value(rapid.IntRange(0, 7).Draw(rt, "other kind"))))
		}
		for range rapid.IntRange(0, 20).Draw(rt, "rows") {
			var row []any
			for _, g := range gens {
				row = append(row, g.Draw(rt, "value"))
			}
			table.rows = append(table.rows, row)
		}
		var out bytes.Buffer
		b, err := New(&out, cfg, info("pl", request.Access))
		if err != nil {
			rt.Fatal(err)
		}
		tab, err := b.Table(table.TableInfo)
		if err != nil {
			rt.Fatal(err)
		}
		for _, r := range table.rows {
			if err := tab.Row(t.Context(), append([]any(nil), r...)...); err != nil {
				rt.Fatal(err)
			}
		}
		if err := tab.Close(); err != nil {
			rt.Fatal(err)
		}
		if _, err := b.Close(told()); err != nil {
			rt.Fatal(err)
		}
		got := readTable(t, unpack(t, out.Bytes()), "t")
		if len(got.records) != len(table.rows) {
			rt.Fatalf("%d rows of %d", len(got.records), len(table.rows))
		}
		for i, row := range table.rows {
			for j, v := range row {
				if _, err := typed(got.records[i][j], got.fields[j]); err != nil {
					rt.Fatalf("row %d, %v: %v", i, got.fields[j]["type"], err)
				}
				if back := unescape(got.records[i][j]); !same(v, back) {
					rt.Fatalf("CSV row %d: wrote %#v, read %q", i, v, back)
				}
				raw, there := got.twin[i][fmt.Sprintf("f%d", j)]
				if isWithheld(v) == there {
					rt.Fatalf("JSON row %d: left out %v, there %v", i, v, there)
				}
				if there && !sameJSON(v, raw) {
					rt.Fatalf("JSON row %d: wrote %#v, read %s", i, v, raw)
				}
			}
		}
	})
}

func isWithheld(v any) bool { _, ok := v.(Withheld); return ok }

func same(v, cell any) bool {
	s, text := cell.(string)
	switch x := v.(type) {
	case nil, Withheld:
		return cell == x
	case string:
		return text && s == x
	case int64:
		return s == fmt.Sprint(x)
	case float64:
		back, err := typed(s, map[string]any{"type": "number"})
		f, _ := back.(float64)
		return err == nil && (f == x && math.Signbit(f) == math.Signbit(x) || f != f && x != x)
	case []byte:
		raw, err := base64.StdEncoding.DecodeString(s)
		return text && err == nil && bytes.Equal(raw, x)
	case time.Time:
		back, err := time.Parse(time.RFC3339Nano, s)
		return err == nil && back.Equal(x)
	case bool:
		return s == fmt.Sprint(x)
	case JSON:
		return s == string(x)
	case Decimal:
		return s == string(x)
	}
	return false
}

// sameJSON compares the twin's value the way a reader with binary floats sees it.
func sameJSON(v any, raw json.RawMessage) bool {
	var x any
	if err := json.Unmarshal(raw, &x); err != nil {
		return false
	}
	s, isText := x.(string)
	switch want := v.(type) {
	case nil:
		return x == nil
	case string:
		if !isText {
			return false
		}
		if s == `\N` || s == `\W` || !strings.Contains(s, "x:") { // only \x: is special here
			return s == want
		}
		return unescape(s) == want
	case int64:
		if isText {
			return s == fmt.Sprint(want)
		}
		return int64(x.(float64)) == want
	case float64:
		if isText {
			return same(v, s)
		}
		return x.(float64) == want
	case Decimal:
		if isText {
			return s == string(want)
		}
		return string(raw) == string(want)
	case JSON:
		return string(raw) == string(want)
	case bool:
		return x == want
	}
	return isText && same(v, s)
}
