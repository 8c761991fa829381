package relational

import (
	"sync"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// believed is how long what was read of a schema is taken to be so. A statement that speaks of what is there no more fails, and is
// tried again with what is there then.
const believed = 2 * time.Second

// Memory keeps what was read of a schema, by the address of a collection, for a short time. The zero Memory is ready for use, by many at once.
type Memory[T any] struct {
	mu     sync.Mutex
	tables map[string]remembered[T]
}

type remembered[T any] struct {
	table T
	at    time.Time
}

// Table gives what is known of an address, or what read finds out. An error is not remembered.
func (m *Memory[T]) Table(at string, read func() (T, error)) (T, error) {
	m.mu.Lock()
	known, ok := m.tables[at]
	m.mu.Unlock()
	if ok && time.Since(known.at) <= believed {
		return known.table, nil
	}
	t, err := read()
	if err != nil {
		return t, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tables == nil {
		m.tables = map[string]remembered[T]{}
	}
	m.tables[at] = remembered[T]{t, time.Now()}
	return t, nil
}

// Known is what one call has read of a schema: what it has read once stays. For one goroutine.
type Known[T any] struct {
	memory *Memory[T]
	read   func(at string) (T, error)
	tables map[string]T
}

// Known begins a call; read reads a table by the address of a collection.
func (m *Memory[T]) Known(read func(at string) (T, error)) *Known[T] {
	return &Known[T]{memory: m, read: read, tables: map[string]T{}}
}

// Table finds the table of a collection; store is what the store is called.
func (k *Known[T]) Table(c connectors.Collection, store string) (T, error) {
	t, ok := k.tables[c.At]
	if c.Rows != nil {
		return t, connectors.Diagnostics{{Severity: connectors.Error, Path: c.Name,
			Summary: "collection " + c.Name + " asks for rows inside objects, and " + store + " has tables only", Detail: "leave out rows:"}}
	}
	if ok {
		return t, nil
	}
	t, err := k.memory.Table(c.At, func() (T, error) { return k.read(c.At) })
	if err == nil {
		k.tables[c.At] = t
	}
	return t, err
}

// Forget has everything read anew.
func (m *Memory[T]) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tables = nil
}
