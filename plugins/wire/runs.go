package wire

import (
	"iter"

	"github.com/dossier-dsr/dossier/connectors"
)

// RowRuns cuts rows into runs of up to 1,000, about [Chunk] bytes each; none is one empty run, so that
// an empty collection is told from none.
func RowRuns(rows []connectors.Row) iter.Seq[[]connectors.Row] {
	return func(yield func([]connectors.Row) bool) {
		for first := true; first || len(rows) > 0; first = false {
			n, bytes := 0, 0
			for n < len(rows) && n < 1000 && bytes < Chunk {
				bytes += rowBytes(rows[n])
				n++
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

func rowBytes(r connectors.Row) int {
	sum := 0
	for name, v := range r {
		sum += len(name) + 16
		switch x := v.(type) {
		case string:
			sum += len(x)
		case []byte:
			sum += len(x)
		case connectors.Decimal:
			sum += len(x)
		case connectors.JSON:
			sum += len(x)
		}
	}
	return sum
}
