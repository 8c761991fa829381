package view

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress says on one moving line what is being worked; where nobody looks it says nothing.
type Progress struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

// NewProgress shows on w if it is a terminal.
func NewProgress(w io.Writer) *Progress {
	p := &Progress{}
	if Terminal(w) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(w), progressbar.OptionSpinnerType(14), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetElapsedTime(true), progressbar.OptionThrottle(80*time.Millisecond), progressbar.OptionSetRenderBlankState(true))
	}
	return p
}

// Tell replaces the line.
func (p *Progress) Tell(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe(text)
		_ = p.bar.Add(1)
	}
}

// Done takes the line away. Tell may follow: it begins a new one.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
