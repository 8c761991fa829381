package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress says on one moving line what is being worked; where nobody looks it says nothing.
type Progress struct {
	w   io.Writer // nil: nobody looks
	mu  sync.Mutex
	bar *progressbar.ProgressBar // nil: no line stands there now

	text  string // what was told last
	shown string // and what the line says
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
	p.text = text
	p.show(text)
}

func (p *Progress) show(text string) {
	p.shown = text
	p.bar.Describe(text)
	_ = p.bar.Add(1) // a line that cannot be drawn is no failure
}

// Read says on the line how many bytes of those to be read of a system have been. Where the line speaks of something else, several systems being asked at a
// time, it says of which.
func (p *Progress) Read(system string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil || total <= 0 {
		return
	}
	of := ", "
	if words := strings.FieldsFunc(p.text, func(r rune) bool { return r == ' ' || r == ',' }); !slices.Contains(words, system) {
		of = "; " + system + ": "
	}
	p.show(p.text + of + Amount(done, total))
}

// Amount is a number of bytes of a whole, both in the unit that suits the whole: 1.2 of 4.5 GB.
func Amount(done, total int64) string {
	unit, name := 1.0, "bytes"
	for _, u := range []struct {
		size float64
		name string
	}{{1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}} {
		if float64(total) >= u.size {
			unit, name = u.size, u.name
		}
	}
	if unit == 1 {
		return fmt.Sprintf("%d of %d %s", done, total, name)
	}
	return fmt.Sprintf("%.1f of %.1f %s", float64(done)/unit, float64(total)/unit, name)
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
