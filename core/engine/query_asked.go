package engine

import (
	"context"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// Asked is what the register shows of a request's content; nothing of it names the person.
type Asked struct {
	Scope        *request.Scope
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
	if i := o.Content.Identity; i != nil && i.VerifiedAt != nil {
		out.IdentifiedAt, out.IdentifiedBy = *i.VerifiedAt, i.Method
	}
	return out
}
