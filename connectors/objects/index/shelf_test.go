package index

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// memory is a shelf. It may fail, and be tampered with.
type memory struct {
	mu     sync.Mutex
	pieces map[string][]byte
	tags   map[string]int
	writes int
	fail   func(doing, name string) error
}

func newMemory() *memory {
	return &memory{pieces: map[string][]byte{}, tags: map[string]int{}}
}

func (m *memory) failing(doing, name string) error {
	if m.fail == nil {
		return nil
	}
	return m.fail(doing, name)
}

func (m *memory) Get(_ context.Context, name string) ([]byte, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failing("get", name); err != nil {
		return nil, "", err
	}
	b, there := m.pieces[name]
	if !there {
		return nil, "", ErrNone
	}
	return append([]byte{}, b...), fmt.Sprint(m.tags[name]), nil
}

func (m *memory) Put(_ context.Context, name string, content []byte, over string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failing("put", name); err != nil {
		return err
	}
	_, there := m.pieces[name]
	if there != (over != "") || there && over != fmt.Sprint(m.tags[name]) {
		return ErrOther
	}
	m.writes++
	m.pieces[name], m.tags[name] = append([]byte{}, content...), m.writes
	return nil
}

func (m *memory) Drop(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.failing("drop", name); err != nil {
		return err
	}
	delete(m.pieces, name)
	return nil
}

func (m *memory) Names(_ context.Context, prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for n := range m.pieces {
		if strings.HasPrefix(n, prefix) {
			out = append(out, n)
		}
	}
	return out, nil
}

func (m *memory) blocks() (n int) {
	for name := range m.pieces {
		if !strings.HasSuffix(name, directoryEnd) {
			n++
		}
	}
	return n
}
