package host_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

// BenchmarkLocate reads a million rows of five fields, 50 bytes each, from another process.
func BenchmarkLocate(b *testing.B) {
	s := open(b, plugintest.Start(b, "stub", host.Options{}), nil)
	sel := at("million")
	sel.Fields = []string{"a", "b", "c", "d"}
	rows := 0
	b.SetBytes(1_000_000 * 4 * 50)
	for b.Loop() {
		err := connectors.Each(b.Context(), s, sel, func(int, []any) error { rows++; return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkManyPersons is a call with 10,000 tuples, of which the connector uses none.
func BenchmarkManyPersons(b *testing.B) {
	s := open(b, plugintest.Start(b, "stub", host.Options{}), nil)
	sel := at("row")
	m := connectors.Match{Fields: []string{"a"}}
	for i := range 10_000 {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{"C-0000000"}})
	}
	sel.Any = []connectors.Match{m}
	for b.Loop() {
		if err := connectors.Each(b.Context(), s, sel, func(int, []any) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSmallCall is one row there and back: what a round trip costs.
func BenchmarkSmallCall(b *testing.B) {
	s := open(b, plugintest.Start(b, "stub", host.Options{}), nil)
	for b.Loop() {
		if err := connectors.Each(b.Context(), s, at("row"), func(int, []any) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart is from nothing to the first answer: checksum, process, certificates, card.
func BenchmarkStart(b *testing.B) {
	opts := plugintest.Options("stub", host.Options{})
	for b.Loop() {
		p, err := host.Start(b.Context(), opts)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = p.Close()
		b.StartTimer()
	}
}
