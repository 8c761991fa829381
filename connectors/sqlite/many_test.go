package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestManyValues: many values, which go as one parameter, find what each of them finds bound by itself.
func TestManyValues(t *testing.T) {
	path, _ := newFile(t, house+`
		CREATE TABLE kinds (id INTEGER PRIMARY KEY, t TEXT, n TEXT COLLATE NOCASE, i INTEGER, r REAL, d DECIMAL, b BLOB, bare);
		INSERT INTO kinds VALUES (1, 'a', 'Ab', 1, 1.5, 10, x'00ff', 'a'), (2, '1', '1', 2, 2, '2.50', 'text', 1), (3, NULL, '', NULL, NULL, NULL, NULL, NULL),
			(4, '1.0', 'ab', -1, 1, 'x', x'', '1'), (5, 'a' || char(0), 'ß', 9007199254740993, 0.1, 9007199254740993, x'61', x'61');`)
	s := opened(t, path)
	kinds := coll("kinds", "id")
	values := []any{"a", "A", "ab", "AB", "1", "1.0", "2.50", "2.5", "", "a\x00", "ß", int64(1), int64(2), int64(-1), int64(9007199254740993), 1.0, 1.5, 0.1, 2.5,
		[]byte{0, 255}, []byte("a"), []byte("text"), []byte{}, connectors.Decimal("2.5"), connectors.Decimal("9007199254740993"), time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC), true}
	where := func(c connectors.Cond) []string {
		return found(t, s, connectors.Selection{Collection: kinds, All: true, Fields: []string{"id"}, Where: []connectors.Cond{c}})
	}
	hits := 0
	for _, field := range []string{"id", "t", "n", "i", "r", "d", "b", "bare"} {
		for _, v := range values {
			few, pairs := connectors.InValues(field, v), connectors.AllOf(connectors.InValues(field, v), connectors.InValues("id", int64(2)))
			many, manyPairs := few, connectors.AnyOf(pairs)
			many.Values = append([]any{nil}, many.Values...)
			for i := range 80 {
				many.Values = append(many.Values, []any{fmt.Sprint("nobody", i), int64(1000 + i), 1000.25 + float64(i), []byte{7, byte(i)}, nil}[i%5])
				manyPairs.Kids = append(manyPairs.Kids, connectors.AllOf(connectors.InValues(field, fmt.Sprint("nobody", i)), connectors.InValues("id", int64(2))))
			}
			want := where(few)
			same(t, fmt.Sprintf("%s = %v (%T)", field, v, v), where(many), want)
			same(t, fmt.Sprintf("not %s = %v (%T)", field, v, v), where(connectors.NotThat(many)), where(connectors.NotThat(few)))
			same(t, fmt.Sprintf("(%s, id) = (%v, 2) (%T)", field, v, v), where(manyPairs), where(pairs))
			same(t, fmt.Sprintf("not (%s, id) = (%v, 2) (%T)", field, v, v), where(connectors.NotThat(manyPairs)), where(connectors.NotThat(pairs)))
			hits += len(want)
		}
	}
	if hits < 20 {
		t.Errorf("only %d rows were found at all", hits)
	}
}

// TestManyTuples: more tuples than a statement takes parameters.
func TestManyTuples(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	pairs := connectors.AnyOf()
	for i := range 40_000 {
		pairs.Kids = append(pairs.Kids, connectors.AllOf(connectors.InValues("lease_no", fmt.Sprint("L-", i)), connectors.InValues("member_id", int64(2))))
	}
	sel := connectors.Selection{Collection: coll("parties", "lease_no", "member_id"), All: true, Fields: []string{"lease_no"}, Where: []connectors.Cond{pairs}}
	same(t, "parties", found(t, s, sel), []string{"0: L-1", "0: L-2"})
}
