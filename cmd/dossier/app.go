package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/plugins/host"
)

// app is what commands share: it opens what they need, once, and closes it.
type app struct {
	*root
	in       io.Reader
	out, err io.Writer
	closers  []func()
	pool     *host.Pool
	drawn    sync.Mutex
	progress *view.Progress
	ahead    time.Duration // of the real clock, where DOSSIER_NOW sets another
}

func (a *app) close() {
	if p := a.line(); p != nil {
		p.Done()
	}
	for _, f := range slices.Backward(a.closers) {
		f()
	}
}

func (a *app) onClose(f func() error) {
	a.closers = append(a.closers, func() { _ = f() })
}

// now is the clock; DOSSIER_NOW sets where it starts, for demonstrations and tests of what comes due. It goes on from there,
// for leases run out by it.
func (a *app) now() time.Time { return time.Now().Add(a.ahead) }

// setClock reads DOSSIER_NOW (RFC 3339), and says so: what is recorded under a set clock is evidence of nothing.
func (a *app) setClock() error {
	v := os.Getenv("DOSSIER_NOW")
	if v == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return usagef("like 2026-11-06T11:20:00+01:00; unset it to use the clock", "the time in DOSSIER_NOW cannot be read")
	}
	a.ahead = time.Until(t)
	a.note("DOSSIER_NOW sets the clock to " + view.Moment(t) + ".")
	return nil
}

// note says something beside the result.
func (a *app) note(text string) {
	if !a.Quiet {
		a.quieten()
		_, _ = fmt.Fprintln(a.err, "note: "+text)
	}
}

func (a *app) log() *slog.Logger {
	if a.Verbose {
		return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.DiscardHandler)
}

// tell shows what is being worked, on a terminal.
func (a *app) tell(text string) {
	if p := a.line(); p != nil {
		p.Tell(text)
	}
}

// heard shows how much of a system has been read, on a terminal.
func (a *app) heard(system string, done, total int64) {
	if p := a.line(); p != nil {
		p.Read(system, done, total)
	}
}

func (a *app) silent() bool { return a.Quiet || a.JSON }

// line is the moving line; nil where nobody wants to see it.
func (a *app) line() *view.Progress {
	if a.silent() {
		return nil
	}
	a.drawn.Lock()
	defer a.drawn.Unlock()
	if a.progress == nil {
		a.progress = view.NewProgress(a.err)
	}
	return a.progress
}

// quieten ends the line of progress before a result is printed.
func (a *app) quieten() {
	if a.progress != nil {
		a.progress.Done()
	}
}
