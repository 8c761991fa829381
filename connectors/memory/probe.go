package memory

import (
	"context"
	"maps"

	"github.com/dossier-dsr/dossier/connectors"
)

// Probe asks as an ordinary account: it resolves sel with the connector's eyes and tries the rows with an
// application's hands, on a copy, so that they stay as they were.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	scratch := clone(*s.now.Load())
	found, err := s.eval(scratch).Select(sel)
	if err != nil {
		return 0, 0, err
	}
	for _, f := range found {
		app := ordinary{scratch[sel.Collection.At][f.Index]}
		if app.read() != nil {
			readable++
		}
		if app.change(connectors.Row{"probe": "x"}) {
			writable++
		}
	}
	return readable, writable, ctx.Err()
}

// ordinary is the door by which an application comes to a row. A held row is not behind it.
type ordinary struct{ *record }

func (o ordinary) read() connectors.Row {
	if len(o.marks) > 0 {
		return nil
	}
	return o.row
}

func (o ordinary) change(to connectors.Row) bool {
	if row := o.read(); row != nil {
		maps.Copy(row, to)
		return true
	}
	return false
}
