package planner

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
)

// hearing is the key of who wants to hear how far systems are.
type hearing struct{}

// WithProgress has systems asked with the context say how far they are, each under its name; see [connectors.WithProgress]. Several may
// speak at a time.
func WithProgress(ctx context.Context, tell func(system string, done, total int64)) context.Context {
	return context.WithValue(ctx, hearing{}, tell)
}

// Telling is the context of a call of the system's store: how far that says it is, is said in the system's name.
func (y *System) Telling(ctx context.Context) context.Context {
	tell, _ := ctx.Value(hearing{}).(func(system string, done, total int64))
	if tell == nil {
		return ctx
	}
	return connectors.WithProgress(ctx, func(done, total int64) { tell(y.Map.Name, done, total) })
}
