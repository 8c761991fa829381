package memory

import (
	"context"
	"strings"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
)

// Connector makes stores in memory. The zero value is ready.
type Connector struct {
	mu      sync.Mutex
	systems map[string]*system // by the setting name
}

// Describe promises only what the other files keep; the conformance suite compares.
func (*Connector) Describe() connectors.Description {
	return connectors.Description{
		Name: "memory", Version: "1.0.0",
		Config: []connectors.Setting{
			{Name: "name", Required: true, Help: "stores of one name share their rows"},
			{Name: "fold", Help: "fields compared without regard to case, separated by commas"},
		},
		Verbs: []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure,
			connectors.Block, connectors.Release, connectors.Recount},
		Transactional: true,
		Rehearsal:     true,
		Blocking:      []string{"move"},
		MaxPath:       64,
		Recursive:     true,
		Exists:        true,
		Folds:         true,
		KeepsDeleted:  "nothing: the memory of a deleted row is free at once",
	}
}

// Open gives the system of the name set. Check finds missing and unknown settings, and names them
// without their values.
func (c *Connector) Open(_ context.Context, config connectors.Config) (connectors.Store, error) {
	if err := c.Describe().Check(config).Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.systems == nil {
		c.systems = map[string]*system{}
	}
	sys := c.systems[config["name"]]
	if sys == nil {
		sys = newSystem()
		c.systems[config["name"]] = sys
	}
	return &store{system: sys, fold: strings.FieldsFunc(config["fold"], func(r rune) bool { return r == ',' || r == ' ' })}, nil
}
