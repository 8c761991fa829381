// Package engine carries plans out so that nothing is lost and nothing is left. The step table of the
// state is the truth: a step is claimed under a fence, works one handshake with one system, and is never "probably
// done". A crash at any instant leaves a step somebody else can claim. Nothing destructive happens before the keys that
// prove it are sealed in the state and the tombstone says "intended".
package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// Engine works requests. Safe for concurrent use, also by several processes on one state.
type Engine struct {
	DB       *state.DB
	Ring     *keys.Ring
	Years    *keys.Years
	Planner  *planner.Planner
	Archives string // folder of sealed archives
	Log      *slog.Logger
	Now      func() time.Time
	Operator string       // who acts, for approvals and events
	Progress func(string) // told what is being worked; may be nil

	owner string
	last  *lastWork
}

// How long a claim lasts, how often who holds it renews it, and after how long what failed is tried again.
const (
	leaseFor   = 15 * time.Second
	renewEvery = 5 * time.Second
	firstRetry = time.Minute
	lastRetry  = 6 * time.Hour
)

// Open makes an engine ready to work.
func Open(e Engine) *Engine {
	host, _ := os.Hostname()
	tell := make([]byte, 4)
	_, _ = rand.Read(tell)
	e.owner = host + "/" + strconv.Itoa(os.Getpid()) + "/" + hex.EncodeToString(tell)
	e.last = &lastWork{}
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	return &e
}

func (e *Engine) progress(text string) {
	if e.Progress != nil {
		e.Progress(text)
	}
}

// backoff is how long to wait before try n (1, 2 …): a minute, doubling, at most six hours.
func backoff(n int) time.Duration {
	d := firstRetry
	for ; n > 1 && d < lastRetry; n-- {
		d *= 2
	}
	return min(d, lastRetry)
}

// read runs f on a snapshot of the state.
func read[T any](ctx context.Context, e *Engine, f func(*state.Tx) (T, error)) (T, error) {
	var out T
	err := e.DB.Read(ctx, func(tx *state.Tx) (err error) { out, err = f(tx); return err })
	return out, err
}
