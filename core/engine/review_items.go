package engine

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/state"
)

// rowFacts is how many of a row's other values are shown beside an item, so that a reader knows where it stands.
const rowFacts = 5

// TaskItems gives what is to be decided about, one by one: the brief's own, or those of its spool. document reads the item's
// document; it is nil where the item is none, and may be called once, before f returns.
func (e *Engine) TaskItems(ctx context.Context, id int64, b Brief, f func(x Item, document func() (io.Reader, error)) error) error {
	for _, x := range b.Items {
		if err := f(x, nil); err != nil {
			return err
		}
	}
	if b.Spool == "" {
		return nil
	}
	t, err := read(ctx, e, func(tx *state.Tx) (state.Task, error) { return tx.Task(id) })
	if err != nil {
		return unknownTask(id, err)
	}
	if t.State != state.TaskOpen {
		return nil // what was decided about is not kept longer than the package needs it
	}
	o, err := e.openRequest(ctx, t.Request)
	if err != nil {
		return err
	}
	defer o.Key.Wipe()
	r, err := e.openSpool(ctx, o, b.Spool)
	if err != nil {
		return err
	}
	defer r.close()
	sys := e.Planner.Graph.Map.System(t.System)
	if sys == nil || sys.Collection(t.Collection) == nil {
		return fmt.Errorf("the data map has no %s/%s any more", t.System, t.Collection)
	}
	n, show := 0, itemWords{teller{m: e.Planner.Graph.Map, lang: e.Planner.Graph.Map.Languages[0]}, sys.Collection(t.Collection), r.Fields, b.Asked}
	return r.each(func(values []any, open func(int) (io.Reader, error)) error {
		for i, name := range r.Fields {
			if !slices.Contains(b.Asked, name) || !isItem(values[i]) {
				continue
			}
			n++
			x := show.item(n, name, values[i], values)
			var document func() (io.Reader, error)
			if _, ok := values[i].(connectors.Blob); ok {
				document = func() (io.Reader, error) { return open(i) }
			}
			if err := f(x, document); err != nil {
				return err
			}
		}
		return nil
	})
}

// itemWords puts items into words.
type itemWords struct {
	teller
	c      *datamap.Collection
	fields []string
	asked  []string
}

func (w itemWords) item(n int, name string, value any, row []any) Item {
	x := Item{Number: n, Place: w.field(w.c, name).Title}
	if b, ok := value.(connectors.Blob); ok {
		x.Document = fmt.Sprintf("%d%s", n, ending(b.Name))
	} else {
		x.Text = plainText(value)
	}
	for i, other := range w.fields {
		f := w.c.Field(other)
		if len(x.Facts) == rowFacts || f == nil || f.ThirdPerson != "" || slices.Contains(w.asked, other) || !isItem(row[i]) {
			continue
		}
		if _, blob := row[i].(connectors.Blob); !blob {
			x.Facts = append(x.Facts, Fact{w.field(w.c, other).Title, plainText(row[i])})
		}
	}
	return x
}

// plainText is a value as a person reads it.
func plainText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case []byte:
		return strings.ToValidUTF8(string(x), "\ufffd")
	case connectors.Decimal:
		return string(x)
	case connectors.JSON:
		return string(x)
	case time.Time:
		if h, m, s := x.Clock(); h+m+s == 0 {
			return x.Format(time.DateOnly)
		}
		return x.Format("2006-01-02 15:04:05")
	}
	return fmt.Sprint(v)
}
