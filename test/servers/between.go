package servers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Between stands between a program and a PostgreSQL server: it hears every statement that is sent, and can cut the connection at one.
type Between struct {
	URL string // the server, by way of this

	mu    sync.Mutex
	heard []string
	cuts  []*Cut
}

// Cut ends the connection on which a statement is sent that holds the words, the first time.
type Cut struct {
	Words string
	When  When
	First func() // run as the statement comes by, before it goes on; may be nil

	done chan struct{}
}

// When a connection is cut.
type When int

// The moments.
const (
	Before When = iota // the statement does not reach the server
	During             // it does, and nobody is there for the answer
	After              // the server has answered, and nobody hears it
	Never              // First is run, and all goes on
)

// Done is closed once the connection was cut.
func (c *Cut) Done() <-chan struct{} { return c.done }

// NewBetween listens on a port of its own in front of the server of a URL, without TLS, until the test ends.
func NewBetween(t testing.TB, server string) *Between {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	at := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u.Host = l.Addr().String()
	b := &Between{URL: u.String()}
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			program, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				behind, err := net.Dial("tcp", at)
				if err != nil { // the server is down: so is this
					_ = program.Close()
					return
				}
				(&wire{b: b, program: program, server: behind}).run()
			})
		}
	})
	return b
}

// Cut says at which statement to cut; the words stand for one connection only.
func (b *Between) Cut(c Cut) *Cut {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.done = make(chan struct{})
	b.cuts = append(b.cuts, &c)
	return &c
}

// Heard are the statements sent since the last time this was asked.
func (b *Between) Heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.heard
	b.heard = nil
	return out
}

// hear notes a statement and gives the cut that is for it, or nil.
func (b *Between) hear(statement string) *Cut {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, statement)
	for i, c := range b.cuts {
		if strings.Contains(statement, c.Words) {
			b.cuts = append(b.cuts[:i:i], b.cuts[i+1:]...)
			return c
		}
	}
	return nil
}

// wire is one connection.
type wire struct {
	b               *Between
	program, server net.Conn

	mu     sync.Mutex
	muffle *Cut // what the server says is held back, and the connection cut when it is ready again
}

func (w *wire) run() {
	var both sync.WaitGroup
	both.Go(w.listen)
	w.speak()
	w.hangUp()
	both.Wait()
}

func (w *wire) hangUp() { _, _ = w.program.Close(), w.server.Close() }

// speak passes on what the program says.
func (w *wire) speak() {
	from := bufio.NewReader(w.program)
	if head, err := message(from, false); err != nil || write(w.server, head) != nil {
		return
	}
	var during *Cut
	for {
		m, err := message(from, true)
		if err != nil {
			return
		}
		if statement, ok := parsed(m); ok {
			if c := w.b.hear(statement); c != nil {
				if c.First != nil {
					c.First()
				}
				switch c.When {
				case Before:
					w.hangUp()
					close(c.done)
					return
				case During:
					during = c
				case After:
					w.mu.Lock()
					w.muffle = c
					w.mu.Unlock()
				case Never:
					close(c.done)
				}
			}
		}
		if write(w.server, m) != nil {
			return
		}
		if during != nil && m[0] == 'S' { // the whole call is with the server
			w.hangUp()
			close(during.done)
			return
		}
	}
}

// listen passes on what the server says.
func (w *wire) listen() {
	defer w.hangUp()
	from := bufio.NewReader(w.server)
	for {
		m, err := message(from, true)
		if err != nil {
			return
		}
		w.mu.Lock()
		muffle := w.muffle
		w.mu.Unlock()
		switch {
		case muffle == nil:
			if write(w.program, m) != nil {
				return
			}
		case m[0] == 'Z': // ready: what was asked is done
			w.hangUp()
			close(muffle.done)
			return
		}
	}
}

func write(to net.Conn, m []byte) error {
	_, err := to.Write(m)
	return err
}

// message reads one message of the protocol whole: a letter, but for the first of a connection, a length, and what it says.
func message(from *bufio.Reader, typed bool) ([]byte, error) {
	head := make([]byte, 4)
	if typed {
		head = make([]byte, 5)
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	m := make([]byte, int(binary.BigEndian.Uint32(head[len(head)-4:]))+len(head)-4)
	copy(m, head)
	_, err := io.ReadFull(from, m[len(head):])
	return m, err
}

// parsed is the statement of a message that brings one.
func parsed(m []byte) (string, bool) {
	switch m[0] {
	case 'P':
		_, rest, _ := bytes.Cut(m[5:], []byte{0})
		statement, _, _ := bytes.Cut(rest, []byte{0})
		return string(statement), true
	case 'Q':
		return string(bytes.TrimRight(m[5:], "\x00")), true
	}
	return "", false
}
