package connectors

import "context"

// telling is the key of who wants to hear how far a call is.
type telling struct{}

// WithProgress has calls made with the context say how far they are, where they take long and know it: bytes read, of those to be read. tell is
// called from whatever goroutine, not more often than a person can follow, and must not block.
func WithProgress(ctx context.Context, tell func(done, total int64)) context.Context {
	return context.WithValue(ctx, telling{}, tell)
}

// ProgressOf gives whom a connector tells how far it is; nil where nobody wants to hear it. It may be told as often as there is something to say.
func ProgressOf(ctx context.Context) func(done, total int64) {
	tell, _ := ctx.Value(telling{}).(func(done, total int64))
	return tell
}
