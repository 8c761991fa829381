package parquet

import (
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Create writes a file of rows that was not there: its columns, in order and then by name, are of the types of their values, and every one can
// be NULL.
func Create(w io.Writer, order []string, rows []connectors.Row) error {
	names := slices.Clone(order)
	for _, row := range rows {
		for name := range row {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names[len(order):])
	schema := []node{structOf(0, binaryOf(4, []byte("schema")), i32(5, int64(len(names))))}
	var orders []node
	for _, name := range names {
		schema = append(schema, columnFor(name, rows))
		orders = append(orders, structOf(0, structOf(1)))
	}
	f := &File{foot: structOf(0, i32(1, 2), listOf(2, isStruct, schema), i64(3, 0), listOf(4, isStruct, nil), binaryOf(6, []byte("dossier")), listOf(7, isStruct, orders)),
		orders: true, limit: math.MaxInt64}
	return f.guard.run(func() (err error) {
		if f.root, f.leaves, err = schemaOf(schema); err != nil {
			return err
		}
		o := &output{f: f, w: w}
		if err := o.write([]byte("PAR1")); err != nil {
			return err
		}
		var all [][][]slot
		for _, row := range rows {
			s, err := f.fresh(row)
			if err != nil {
				return err
			}
			all = append(all, s)
		}
		if len(all) > 0 {
			if err := o.fresh(all); err != nil {
				return err
			}
		}
		return o.close()
	})
}

// columnFor is the schema of a column for the values rows have of it.
func columnFor(name string, rows []connectors.Row) node {
	kinds := map[string]bool{}
	scale := 0
	for _, row := range rows {
		switch v := row[name].(type) {
		case nil:
		case int64:
			kinds["whole"] = true
		case float64:
			kinds["float"] = true
		case bool:
			kinds["bool"] = true
		case []byte:
			kinds["bytes"] = true
		case time.Time:
			kinds["time"] = true
		case connectors.JSON:
			kinds["json"] = true
		case connectors.Decimal:
			kinds["decimal"] = true
			if i := strings.IndexByte(string(v), '.'); i >= 0 {
				scale = max(scale, len(v)-i-1)
			}
		default:
			kinds["text"] = true
		}
	}
	leaf := func(p physical, more ...node) node {
		return structOf(0, append([]node{i32(1, int64(p)), i32(3, optional), binaryOf(4, []byte(name))}, more...)...)
	}
	switch {
	case len(kinds) > 1 || len(kinds) == 0 || kinds["text"]:
		return leaf(byteArrays, i32(6, 0), structOf(10, structOf(1)))
	case kinds["whole"]:
		return leaf(int64s)
	case kinds["float"]:
		return leaf(doubles)
	case kinds["bool"]:
		return leaf(boolean)
	case kinds["time"]:
		return leaf(int64s, structOf(10, structOf(8, truth(1, true), structOf(2, structOf(3)))))
	case kinds["json"]:
		return leaf(byteArrays, i32(6, 19), structOf(10, structOf(12)))
	case kinds["decimal"]:
		return leaf(byteArrays, i32(6, 5), i32(7, int64(scale)), i32(8, 38), structOf(10, structOf(5, i32(1, int64(scale)), i32(2, 38))))
	}
	return leaf(byteArrays)
}
