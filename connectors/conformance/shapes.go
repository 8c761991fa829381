package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// ReadShapes reads a JSON array of shapes, for stores tested as a process; unknown members are errors.
func ReadShapes(r io.Reader) ([]Shape, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var out []Shape
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("shapes: %w", err)
	}
	return out, nil
}

// shapesFor are the shapes of a subject that names none: one for each row format of the card, every fixture a
// file called after it; or the zero Shape.
func shapesFor(d connectors.Description) []Shape {
	if len(d.RowFormats) == 0 {
		return []Shape{{}}
	}
	var out []Shape
	for _, format := range d.RowFormats {
		s := Shape{Name: format, Lacks: []Kind{Bytes}, Places: map[string]Place{}}
		for name, f := range fixtures() {
			if f.document {
				s.Places[name] = Place{At: name + "/{no}.pdf"}
				continue
			}
			s.Places[name] = Place{At: name + "." + format, Rows: &connectors.RowFormat{Format: format}}
		}
		out = append(out, s)
	}
	return out
}

// folds finds out whether fields whose name ends in _ci ignore the case of letters.
func (b *Bench) folds(ctx context.Context) (bool, error) {
	if !b.Shape.holds("people.login_ci") || b.Shape.narrow("people") {
		return false, nil
	}
	b.laid = map[string][]connectors.Row{}
	if err := b.Lay(ctx, "people"); err != nil {
		return false, err
	}
	got, err := b.locate(ctx, b.ask("people", "login_ci", "aNNA"))
	if err != nil {
		return false, fmt.Errorf("locate: %w", err)
	}
	return len(got) > 0, nil
}
