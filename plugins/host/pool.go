package host

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
)

// PoolOptions say where connectors are and which of them may run.
type PoolOptions struct {
	Folders []string // nil: [Folders]
	Lock    Lock     // nil: any binary is started, and [Pool.Warnings] says so
	Options          // for each process; Binary and SHA256 are the pool's to fill in
}

// Pool keeps connectors running: each is started when it is first asked for, once, and ends with the
// pool. Safe for concurrent use.
type Pool struct {
	opts PoolOptions

	mu      sync.Mutex
	entries map[string]*entry
	closed  bool
}

type entry struct {
	turn   chan struct{}
	plugin *Plugin
}

// NewPool starts nothing yet.
func NewPool(opts PoolOptions) *Pool {
	if opts.Folders == nil {
		opts.Folders = Folders()
	}
	return &Pool{opts: opts, entries: map[string]*entry{}}
}

// Warnings are what an operator should know: that nothing is pinned.
func (p *Pool) Warnings() connectors.Diagnostics {
	if p.opts.Lock != nil {
		return nil
	}
	return connectors.Diagnostics{{
		Severity: connectors.Warning, Path: LockName,
		Summary: "no " + LockName + ": whatever lies in the connectors' folders is started",
		Detail:  "run `dossier connector lock` to pin the binaries that are there now",
	}}
}

// Installed lists the connectors the pool could start.
func (p *Pool) Installed() []Installed { return List(p.opts.Folders) }

// Connector is the connector called name, started if it is not running. An unknown name, a binary that
// is not the pinned one, or one that does not start, is an error with a hint.
func (p *Pool) Connector(ctx context.Context, name string) (*Plugin, error) {
	e, err := p.entry(name)
	if err != nil {
		return nil, err
	}
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-e.turn }()
	if e.plugin != nil {
		return e.plugin, nil
	}
	opts := p.opts.Options
	found, err := Find(name, p.opts.Folders)
	if err != nil {
		return nil, err
	}
	opts.Binary = found.Path
	if p.opts.Lock != nil {
		sum, named := p.opts.Lock[name]
		if !named {
			return nil, fmt.Errorf("connector %s is not in %s\nhint: if it was installed on purpose, run `dossier connector lock`", name, LockName)
		}
		opts.SHA256 = sum
	}
	plugin, err := Start(ctx, opts)
	if err != nil {
		return nil, err
	}
	if called := plugin.Describe().Name; called != name {
		return nil, errors.Join(fmt.Errorf("%s is a connector called %q", found.Path, called), plugin.Close())
	}
	return p.keep(e, plugin)
}

func (p *Pool) entry(name string) (*entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, fmt.Errorf("the pool of connectors: %w", errClosed)
	}
	e := p.entries[name]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
		p.entries[name] = e
	}
	return e, nil
}

// keep holds on to the plugin, unless the pool was closed while it started.
func (p *Pool) keep(e *entry, plugin *Plugin) (*Plugin, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.Join(fmt.Errorf("the pool of connectors: %w", errClosed), plugin.Close())
	}
	e.plugin = plugin
	return plugin, nil
}

// Close ends every process and waits for them. Twice is no error.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var wg sync.WaitGroup
	for _, e := range p.entries {
		if e.plugin != nil {
			wg.Go(func() { _ = e.plugin.Close() })
		}
	}
	wg.Wait()
	return nil
}
