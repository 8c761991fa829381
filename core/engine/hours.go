package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// inHours is a wait where the map lets the step's system be written to at other hours only. A restriction is for the person's protection and
// is not put off, nor is its end.
func (j *job) inHours() error {
	if j.limits() {
		return nil
	}
	s, zone := j.Planner.Systems[j.System].Map, j.Planner.Graph.Map.Zone
	open, next := s.Open(j.Now(), zone)
	if open {
		return nil
	}
	from, to, _ := strings.Cut(s.Window, "-")
	return later{code: string(request.ForWindow), at: next,
		why: fmt.Sprintf("%s may be written to from %s to %s; it goes on %s", j.System, from, to, next.In(zone).Format("Mon 2 Jan 2006 15:04"))}
}

// pace keeps changes to so many rows a second.
type pace struct {
	rate  int // 0: as fast as they go
	began time.Time
}

// after waits until so many rows since the beginning are no more than the rate allows.
func (p pace) after(ctx context.Context, rows int64) error {
	if p.rate <= 0 {
		return nil
	}
	wait := time.Until(p.began.Add(time.Duration(float64(rows) / float64(p.rate) * float64(time.Second))))
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
