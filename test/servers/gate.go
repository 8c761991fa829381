package servers

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Gate is an address in front of a server that can be shut: who talks to the server is cut off, and who comes is refused, as where it was stopped, until it is opened
// on the same address.
type Gate struct {
	URL string // the server, by way of this

	at, to string

	mu    sync.Mutex
	door  net.Listener // nil while it is shut
	lines map[net.Conn]bool
	all   sync.WaitGroup
}

// NewGate opens one in front of the server of a URL, until the test ends.
func NewGate(t testing.TB, server string) *Gate {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{at: "127.0.0.1:0", to: u.Host, lines: map[net.Conn]bool{}}
	if err := g.Open(); err != nil {
		t.Fatal(err)
	}
	u.Host = g.at
	g.URL = u.String()
	t.Cleanup(func() {
		g.Shut()
		g.all.Wait()
	})
	return g
}

// Open lets everybody through.
func (g *Gate) Open() error {
	door, err := net.Listen("tcp", g.at)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at, g.door = door.Addr().String(), door
	g.all.Go(func() {
		for {
			program, err := door.Accept()
			if err != nil {
				return
			}
			g.all.Go(func() { g.pass(door, program) })
		}
	})
	return nil
}

// Shut cuts off who is there and refuses who comes.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.door == nil {
		return
	}
	_ = g.door.Close()
	g.door = nil
	for c := range g.lines {
		_ = c.Close()
	}
}

// pass carries what both sides say, while the door it came by is open.
func (g *Gate) pass(door net.Listener, program net.Conn) {
	defer program.Close()
	server, err := net.Dial("tcp", g.to)
	if err != nil {
		return
	}
	defer server.Close()
	g.mu.Lock()
	open := g.door == door
	if open {
		g.lines[program], g.lines[server] = true, true
	}
	g.mu.Unlock()
	if !open {
		return
	}
	var both sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{program: server, server: program} {
		both.Go(func() {
			_, _ = io.Copy(to, from)
			_, _ = to.Close(), from.Close()
		})
	}
	both.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.lines, program)
	delete(g.lines, server)
}
