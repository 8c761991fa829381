package relational

import (
	"sync"
	"time"
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

// Forget has everything read anew.
func (m *Memory[T]) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tables = nil
}
