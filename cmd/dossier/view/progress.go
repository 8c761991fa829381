package view

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress says on one moving line what is being worked; where nobody looks it says nothing.
type Progress struct {
	w   io.Writer // nil: nobody looks
	mu  sync.Mutex
	bar *progressbar.ProgressBar // nil: no line stands there now
}

// NewProgress shows on w if it is a terminal.
func NewProgress(w io.Writer) *Progress {
	if !Terminal(w) {
		w = nil
	}
	return &Progress{w: w}
}

// Tell replaces the line.
func (p *Progress) Tell(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(p.w), progressbar.OptionSpinnerType(14), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetElapsedTime(true), progressbar.OptionThrottle(80*time.Millisecond))
	}
	p.bar.Describe(text)
	_ = p.bar.Add(1) // a line that cannot be drawn is no failure
}

// Done takes the line away, before a result is printed. Tell may follow: it begins a new one.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish() // it would draw itself again otherwise
		p.bar = nil
	}
}
