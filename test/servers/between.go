package servers

import (
	"bufio"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Between stands between a program and a PostgreSQL, MariaDB, MySQL or MongoDB server: it hears every statement that is sent, and can cut the connection at one.
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
	Then  func() // run when the server has done it, where it is cut after that; may be nil

	done chan struct{}
}

// When a connection is cut.
type When int

// The moments.
const (
	Before When = iota // the statement does not reach the server
	During             // it does, and nobody is there for the answer
	After              // the server has done it and answers, and nobody hears it
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
				(&wire{b: b, program: program, server: behind, speech: speechOf(u.Scheme)}).run()
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
	speech          speech

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
	var during *Cut
	for first := true; ; first = false {
		m, err := w.speech.said(from, first)
		if err != nil {
			return
		}
		statement, ok := "", false
		if !first {
			statement, ok = w.speech.statement(m)
		}
		if ok {
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
		if during != nil && w.speech.asked(m) { // the whole call is with the server
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
		m, err := w.speech.answered(from)
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
		case w.speech.done(m):
			if muffle.Then != nil {
				muffle.Then()
			}
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
