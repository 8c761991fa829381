package host

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

// Plugin is a connector in a process of its own. It is a connectors.Connector, safe for concurrent use.
// The process is kept until Close; where it dies, the next call starts it again, from a binary that has
// the same checksum.
type Plugin struct {
	opts        Options
	description connectors.Description
	sum         string
	name        string

	turn   chan struct{} // holds one token: who starts or ends a process takes it
	mu     sync.Mutex
	child  *child
	closed bool
	opened map[*remote]struct{} // whose secrets no word may carry
}

// Start starts a connector and asks what it is. The context is for the start alone.
func Start(ctx context.Context, opts Options) (*Plugin, error) {
	p := &Plugin{
		opts: opts.withDefaults(), turn: make(chan struct{}, 1),
		opened: map[*remote]struct{}{},
		name:   strings.TrimPrefix(filepath.Base(opts.Binary), wire.BinaryPrefix),
	}
	c, err := launch(ctx, p.opts, p.clean)
	if err != nil {
		return nil, err
	}
	p.child, p.description, p.sum = c, c.description, c.sum
	p.opts.SHA256 = c.sum // a plan was made with this binary: no other takes its place
	if c.description.Name != "" {
		p.name = c.description.Name
	}
	return p, nil
}

// Describe is the card the connector gave when it was started.
func (p *Plugin) Describe() connectors.Description { return p.description }

// SHA256 is the checksum of the binary, in hex; a plan's digest binds it.
func (p *Plugin) SHA256() string { return p.sum }

// PID is the process's number, 0 where none runs.
func (p *Plugin) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.child == nil || p.child.dead() {
		return 0
	}
	return p.child.process.cmd.Process.Pid
}

// Gone is closed when the process that runs now has ended and was waited for.
func (p *Plugin) Gone() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.child == nil {
		gone := make(chan struct{})
		close(gone)
		return gone
	}
	return p.child.process.gone
}

// Open opens a system. The config is kept in memory to open it again should the process die.
func (p *Plugin) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	r := &remote{plugin: p, config: config, secrets: sentConfig(p.description, config)}
	p.mu.Lock()
	p.opened[r] = struct{}{}
	p.mu.Unlock()
	if _, _, err := r.session(ctx); err != nil {
		p.forget(r)
		return nil, err
	}
	return newStore(r), nil
}

// forget a system that is closed.
func (p *Plugin) forget(r *remote) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.opened, r)
}

// Close ends the process and waits for it. Stores opened before answer with an error. Twice is no error.
func (p *Plugin) Close() error {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.mu.Lock()
	c := p.child
	p.child, p.closed = nil, true
	p.mu.Unlock()
	if c != nil {
		c.end()
	}
	return nil
}

// alive is the process that runs, started again where it died.
func (p *Plugin) alive(ctx context.Context) (*child, error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turn }()
	p.mu.Lock()
	c, closed := p.child, p.closed
	p.mu.Unlock()
	if closed {
		return nil, fmt.Errorf("%s: %w", p.name, errClosed)
	}
	if c != nil && !c.dead() {
		return c, nil
	}
	if c != nil {
		c.end() // nothing runs any more; go-plugin's folder for the socket goes
	}
	c, err := launch(ctx, p.opts, p.clean)
	if errors.Is(err, ErrChecksum) {
		return nil, fmt.Errorf("%s was replaced while dossier runs: %w", p.name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", connectors.ErrTryLater, err)
	}
	p.mu.Lock()
	p.child = c
	p.mu.Unlock()
	return c, nil
}

// clean is for words that belong to no call: the secrets of every system opened are taken out.
func (p *Plugin) clean(s string) string {
	var secrets []func(add func(any))
	p.mu.Lock()
	for r := range p.opened {
		secrets = append(secrets, r.secrets)
	}
	p.mu.Unlock()
	return cleanerOf(secrets...)(s)
}
