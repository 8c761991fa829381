package main

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/engine/wake"
	"github.com/dossier-dsr/dossier/core/planner"
)

type serveCmd struct {
	Worker  bool `help:"Only work what is due."`
	Workers int  `help:"How many steps are worked at a time." default:"4"`
}

// retryOpening is how often a system that did not answer is tried again.
const retryOpening = 30 * time.Second

// Run works due steps until it is stopped; being stopped is how it ends well. What was begun when the process ends is taken up
// again by the next one, or by any other on the same state.
func (c serveCmd) Run(ctx context.Context, a *app) error {
	if c.Workers < 1 || c.Workers > 64 {
		return usagef("--workers 4", "the number of workers lies between 1 and 64")
	}
	e, err := a.openEngine(ctx)
	if err != nil {
		return stopped(ctx, err)
	}
	a.quieten()
	e.Progress = nil
	a.note(fmt.Sprintf("working what comes due, with %d workers, until interrupted.", c.Workers))
	for ctx.Err() == nil {
		opened, err := a.node(ctx, e, c.Workers)
		if err != nil {
			return stopped(ctx, err)
		}
		e.Planner = &planner.Planner{Graph: e.Planner.Graph, Systems: opened}
	}
	return nil
}

// node works until ctx ends, or until a system answers that did not before; then the systems as they are open now are returned,
// for the next node.
func (a *app) node(ctx context.Context, e *engine.Engine, workers int) (map[string]*planner.System, error) {
	n, err := wake.New(e, workers)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	systems := maps.Clone(e.Planner.Systems)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		a.untilOpened(running, systems)
		stop()
	}()
	err = n.Run(running)
	stop()
	<-watched
	return systems, err
}

// untilOpened tries systems that are not open again and again, until one is, or ctx ends.
func (a *app) untilOpened(ctx context.Context, systems map[string]*planner.System) {
	tick := time.NewTicker(retryOpening)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		opened := false
		for name, y := range systems {
			if y.Store != nil || y.Map.Connector == datamap.Manual {
				continue
			}
			if again := a.open(ctx, y.Map); again.Store != nil {
				systems[name], opened = again, true
			}
		}
		if opened {
			return
		}
	}
}

func stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil // being stopped is how it ends well
}
