package archive

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// readCSV reads RFC 4180 strictly: CRLF ends every record, a quote stands only in a quoted cell.
func readCSV(t testing.TB, raw []byte) [][]string {
	t.Helper()
	var records [][]string
	var record []string
	s := string(raw)
	for s != "" {
		var cell string
		if s[0] == '"' {
			var b strings.Builder
			for s = s[1:]; ; {
				i := strings.IndexByte(s, '"')
				if i < 0 {
					t.Fatal("a quoted cell does not end")
				}
				b.WriteString(s[:i])
				s = s[i+1:]
				if !strings.HasPrefix(s, `"`) {
					break
				}
				b.WriteByte('"')
				s = s[1:]
			}
			cell = b.String()
		} else {
			i := strings.IndexAny(s, ",\r\n\"")
			if i < 0 {
				t.Fatal("the last record does not end with CRLF")
			}
			cell, s = s[:i], s[i:]
		}
		record = append(record, cell)
		switch {
		case strings.HasPrefix(s, ","):
			s = s[1:]
		case strings.HasPrefix(s, "\r\n"):
			s = s[2:]
			records, record = append(records, record), nil
		default:
			t.Fatalf("after a cell stands %q", s[:min(3, len(s))])
		}
	}
	if record != nil {
		t.Fatal("the last record does not end")
	}
	return records
}

// unescape undoes the escape the package documents: it gives nil, Withheld, bytes or the text.
func unescape(cell string) any {
	switch cell {
	case `\N`:
		return nil
	case `\W`:
		return Withheld{}
	}
	if strings.HasPrefix(cell, `\x:`) {
		raw, err := base64.StdEncoding.DecodeString(cell[3:])
		if err != nil {
			return err
		}
		return string(raw)
	}
	if rest := strings.TrimLeft(cell, `\`); len(cell)-len(rest) >= 2 && (rest == "N" || rest == "W" || strings.HasPrefix(rest, "x:")) {
		return cell[1:]
	}
	return cell
}

// typed reads a cell by its field of the schema.
func typed(cell string, f map[string]any) (any, error) {
	v := unescape(cell)
	s, ok := v.(string)
	if !ok {
		return v, nil
	}
	switch f["type"] {
	case "integer":
		return strconv.ParseInt(s, 10, 64)
	case "number":
		switch s {
		case "INF":
			return math.Inf(1), nil
		case "-INF":
			return math.Inf(-1), nil
		}
		return strconv.ParseFloat(s, 64)
	case "boolean":
		switch s {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("not a boolean: %q", s)
	case "date":
		return time.Parse(time.DateOnly, s)
	case "datetime":
		return time.Parse(time.RFC3339Nano, s)
	case "object", "array":
		var x any
		return x, json.Unmarshal([]byte(s), &x)
	case "string":
		if f["format"] == "binary" {
			return base64.StdEncoding.DecodeString(s)
		}
		return s, nil
	case "any":
		return s, nil
	}
	return nil, fmt.Errorf("no such type: %v", f["type"])
}

// describedTable is a table of a package as a reader finds it through datapackage.json.
type describedTable struct {
	fields  []map[string]any
	records [][]string
	twin    []map[string]json.RawMessage
}

func readTable(t testing.TB, files map[string][]byte, name string) describedTable {
	t.Helper()
	var d struct {
		Resources []struct {
			Name, Path string
			Schema     struct{ Fields []map[string]any }
		}
	}
	if err := json.Unmarshal(files["datapackage.json"], &d); err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Resources {
		if r.Name != name {
			continue
		}
		out := describedTable{fields: r.Schema.Fields, records: readCSV(t, files[r.Path])}
		if len(out.records) == 0 || len(out.records[0]) != len(out.fields) {
			t.Fatalf("the header of %s does not have the fields of its schema", name)
		}
		for i, f := range out.fields {
			if out.records[0][i] != f["name"] {
				t.Fatalf("column %d is headed %q and described as %q", i, out.records[0][i], f["name"])
			}
		}
		out.records = out.records[1:]
		for i, rec := range out.records {
			if len(rec) != len(out.fields) {
				t.Fatalf("record %d has %d cells of %d", i, len(rec), len(out.fields))
			}
		}
		if err := json.Unmarshal(files["data/"+name+".json"], &out.twin); err != nil {
			t.Fatalf("the JSON twin: %v", err)
		}
		if len(out.twin) != len(out.records) {
			t.Fatalf("%d rows in the JSON twin, %d in the CSV", len(out.twin), len(out.records))
		}
		return out
	}
	t.Fatalf("no resource %q", name)
	return describedTable{}
}
