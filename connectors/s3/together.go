package s3

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// resolveAll finds the rows of all treatments, in their order; those of one collection that delete or set rows inside objects in one tour, so that an object
// is read once for all of them. A treatment finds what those before it leave: together go only treatments between which nothing concerns the same objects.
func (a *application) resolveAll(ctx context.Context) error {
	for i := range a.works {
		w := &a.works[i]
		var err error
		if w.from, err = a.limits.Understand(w.On.Collection); err != nil {
			return w.says(err)
		}
	}
	for _, ws := range a.together() {
		var err error
		switch ws[0].Verb {
		case connectors.Delete, connectors.Set:
			err = a.find(ctx, ws...)
		default:
			err = a.resolve(ctx, ws[0])
		}
		if err != nil {
			return ws[0].says(err)
		}
	}
	return nil
}

// together are the treatments that are looked for in one tour, in the order of the first of each.
func (a *application) together() (out [][]*work) {
	open := map[int]bool{} // of out, those that others may join
	for i := range a.works {
		w := &a.works[i]
		joins := -1
		for n := range open {
			switch first := out[n][0]; {
			case joinable(w) && reflect.DeepEqual(first.On.Collection, w.On.Collection):
				joins = n
			case meets(first.On.Collection, w.On.Collection):
				delete(open, n)
			}
		}
		if joins >= 0 {
			out[joins] = append(out[joins], w)
			continue
		}
		if out = append(out, []*work{w}); joinable(w) {
			open[len(out)-1] = true
		}
	}
	return out
}

func joinable(w *work) bool {
	return w.from.Codec != nil && (w.Verb == connectors.Delete || w.Verb == connectors.Set)
}

// meets says whether two collections may stand in the same objects, as far as the fixed beginnings of their addresses tell.
func meets(a, b connectors.Collection) bool {
	head := func(c connectors.Collection) string {
		if i := strings.IndexAny(c.At, "{*?["); i >= 0 {
			return c.At[:i]
		}
		return c.At
	}
	x, y := head(a), head(b)
	return strings.HasPrefix(x, y) || strings.HasPrefix(y, x)
}

// told is an error that says of which treatment it is.
type told struct{ error }

func (t told) Unwrap() error { return t.error }

// says names the treatment in an error, unless it does so already.
func (w *work) says(err error) error {
	if already := (told{}); err == nil || errors.As(err, &already) {
		return err
	}
	return told{fmt.Errorf("treatment %s: %w", w.ID, err)}
}
