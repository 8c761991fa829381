package archive

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

var readingFields = []Field{{Name: "no"}, {Name: "meter"}, {Name: "read_at", Type: DateTime}, {Name: "value", Unit: "m3"}, {Name: "status", Codes: map[string]string{"ok": "fine"}},
	{Name: "note"}, {Name: "estimated"}, {Name: "rate"}}

// reading is one row of about 100 bytes, made anew like those of a connector.
func reading(i int) []any {
	var note any
	if i%7 == 0 {
		note = "odczyt, „szacunkowy” – Łódź " + fmt.Sprint(i)
	}
	return []any{int64(i), fmt.Sprintf("W-%05d", i%977), made.Add(time.Duration(i) * time.Minute), Decimal(fmt.Sprintf("%d.%03d", i/100, i%1000)), "ok", note, i%2 == 0, float64(i%89) / 7}
}

func fill(tb testing.TB, w io.Writer, rows int) Result {
	tb.Helper()
	b, err := New(w, fixedConfig(tb), info("pl", request.Access))
	if err != nil {
		tb.Fatal(err)
	}
	tab, err := b.Table(TableInfo{System: "S", Label: "Readings", Fields: readingFields})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range rows {
		if err := tab.Row(context.Background(), reading(i)...); err != nil {
			tb.Fatal(err)
		}
	}
	if err := tab.Close(); err != nil {
		tb.Fatal(err)
	}
	r, err := b.Close(told())
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// peak is the most live and unswept heap seen while f runs.
func peak(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapAlloc))
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return max(most.Load(), before.HeapAlloc) - before.HeapAlloc
}

func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	fill(t, io.Discard, 2000) // what is allocated once
	small := peak(func() { fill(t, io.Discard, 10_000) })
	large := peak(func() {
		if r := fill(t, io.Discard, 1_000_000); r.Rows != 1_000_000 {
			t.Errorf("%d rows", r.Rows)
		}
	})
	t.Logf("peak heap: %.1f MiB at 10,000 rows, %.1f MiB at 1,000,000", float64(small)/(1<<20), float64(large)/(1<<20))
	if large > small+16<<20 {
		t.Errorf("memory grows with the rows: %d MiB at 10,000, %d MiB at 1,000,000", small>>20, large>>20)
	}
}

// BenchmarkArchive says how many rows a second become a package (two encodings, hashed, deflated, sealed, copied).
func BenchmarkArchive(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		fill(b, io.Discard, 100_000)
		n += 100_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	b.SetBytes(int64(csvBytes))
}

var csvBytes = func() int {
	var out bytes.Buffer
	w := &csvRows{columns: newColumns(readingFields)}
	for i := range 1000 {
		out.Write(w.row(nil, reading(i)))
	}
	return out.Len() * 100
}()

// BenchmarkPlainCSV is the yardstick: the same rows by the standard library's CSV writer, no JSON, no hash, nothing compressed.
func BenchmarkPlainCSV(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		w := csv.NewWriter(io.Discard)
		cells := make([]string, len(readingFields))
		for i := range 100_000 {
			for j, v := range reading(i) {
				switch x := v.(type) {
				case nil:
					cells[j] = `\N`
				case time.Time:
					cells[j] = x.UTC().Format(time.RFC3339Nano)
				case Decimal:
					cells[j] = string(x)
				default:
					cells[j] = fmt.Sprint(x)
				}
			}
			if err := w.Write(cells); err != nil {
				b.Fatal(err)
			}
		}
		w.Flush()
		n += 100_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	b.SetBytes(int64(csvBytes))
}

// BenchmarkRowsOnly is what making the rows costs in both.
func BenchmarkRowsOnly(b *testing.B) {
	for b.Loop() {
		for i := range 100_000 {
			if reading(i) == nil {
				b.Fatal("no row")
			}
		}
	}
}

// BenchmarkPlainBoth writes CSV and JSON by the standard library, one after the other, unhashed and uncompressed.
func BenchmarkPlainBoth(b *testing.B) {
	n := 0
	for b.Loop() {
		w, e := csv.NewWriter(io.Discard), json.NewEncoder(io.Discard)
		cells := make([]string, len(readingFields))
		for i := range 100_000 {
			row, obj := reading(i), map[string]any{}
			for j, v := range row {
				cells[j] = ""
				if d, ok := v.(Decimal); ok {
					v = string(d)
				}
				obj[readingFields[j].Name] = v
				cells[j] = fmt.Sprint(v)
			}
			if w.Write(cells) != nil || e.Encode(obj) != nil {
				b.Fatal("cannot write")
			}
		}
		n += 100_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
