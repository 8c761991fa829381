package engine

import (
	"context"
	"time"
)

// Identified says when and how the person's identity was established; ok is false where that is not recorded, or forgotten by now.
func (e *Engine) Identified(ctx context.Context, id string) (at time.Time, method string, ok bool) {
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return at, "", false
	}
	defer o.Key.Wipe()
	i := o.Content.Identity
	if i == nil || i.VerifiedAt == nil {
		return at, "", false
	}
	return *i.VerifiedAt, i.Method, true
}
