package plugintest

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Line is a wire between a test and one process: the process says words, the test waits for them, and
// sees the process end, however it ends. Nobody sleeps.
type Line struct {
	Path string // give it to the process; it calls [Dial]
	t    testing.TB
	said chan string // closed when the process has ended
}

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// NewLine listens for one process.
func NewLine(t testing.TB) *Line {
	t.Helper()
	dir, err := os.MkdirTemp("", "line") // short: a socket's path may have 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{Path: filepath.Join(dir, "s"), t: t, said: make(chan string, 1024)}
	listener, err := net.Listen("unix", l.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		listener.Close()
		_ = os.RemoveAll(dir)
	})
	go func() {
		defer close(l.said)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for words := bufio.NewScanner(conn); words.Scan(); {
			l.said <- words.Text()
		}
	}()
	return l
}

// Next waits for the next word; false when the process has ended instead.
func (l *Line) Next() (string, bool) {
	l.t.Helper()
	select {
	case word, ok := <-l.said:
		return word, ok
	case <-time.After(patience):
		l.t.Fatal("the process neither said a word nor ended")
		return "", false
	}
}

// Expect waits for exactly this word.
func (l *Line) Expect(want string) {
	l.t.Helper()
	if got, ok := l.Next(); !ok || got != want {
		l.t.Fatalf("the process said %q (alive: %t), want %q", got, ok, want)
	}
}

// End waits for the process to end and gives what it said until then.
func (l *Line) End() []string {
	l.t.Helper()
	var words []string
	for {
		word, ok := l.Next()
		if !ok {
			return words
		}
		words = append(words, word)
	}
}

// Dial is the process's side. What is written line by line arrives; the connection ends with the process.
func Dial(path string) (net.Conn, error) { return net.Dial("unix", path) }
