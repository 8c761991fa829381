package engine

import (
	"context"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// Asked is what the register shows of a request's content; nothing of it names the person.
type Asked struct {
	Scope        *request.Scope
	Categories   []string  // of a rectification: what is corrected or completed
	IdentifiedAt time.Time // zero: not recorded
	IdentifiedBy string    // the method
}

// Asked reads what was asked for; the zero value where the request was forgotten by now.
func (e *Engine) Asked(ctx context.Context, id string) Asked {
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return Asked{}
	}
	defer o.Key.Wipe()
	out := Asked{Scope: o.Content.Scope}
	for _, c := range o.Content.Corrections {
		if !slices.Contains(out.Categories, c.Category) {
			out.Categories = append(out.Categories, c.Category)
		}
	}
	if s := o.Content.Statement; s != nil && !slices.Contains(out.Categories, s.Category) {
		out.Categories = append(out.Categories, s.Category)
	}
	if i := o.Content.Identity; i != nil && i.VerifiedAt != nil {
		out.IdentifiedAt, out.IdentifiedBy = *i.VerifiedAt, i.Method
	}
	return out
}
