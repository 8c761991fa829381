package host

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is one connector's process, in the form go-plugin runs. It has no standard input, writes its
// errors where this package reads them, and holds the end of a pipe that tells it when the host is gone.
type process struct {
	start  context.Context // while starting: its end kills
	armed  func() bool     // ends the watch over start
	cmd    *exec.Cmd
	words  *words
	stdout *os.File
	parent *os.File      // the host's end of the pipe
	gone   chan struct{} // closed once the process has ended and was waited for
}

func newProcess(start context.Context, cmd *exec.Cmd, w *words) *process {
	return &process{start: start, armed: func() bool { return true }, cmd: cmd, words: w, gone: make(chan struct{})}
}

// started says that the end of the start context kills no more; false where it has.
func (p *process) started() bool { return p.armed() }

// Start starts the process and waits for its end in the background, whatever else happens.
func (p *process) Start(context.Context) error {
	var pipes [6]*os.File
	ok := false
	defer func() {
		for i, f := range pipes {
			if f != nil && (!ok || i%2 == 1) { // odd ones are the process's own ends
				f.Close()
			}
		}
	}()
	for i := 0; i < len(pipes); i += 2 {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		if i == 4 {
			r, w = w, r // here the process reads
		}
		pipes[i], pipes[i+1] = r, w
	}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.ExtraFiles = pipes[1], pipes[3], []*os.File{pipes[5]}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	ok = true
	p.stdout, p.parent = pipes[0], pipes[4]
	go p.wait(pipes[2])
	p.armed = context.AfterFunc(p.start, func() { _ = p.Kill(context.Background()) })
	return nil
}

// drain is how long what a dead process wrote may still be read: a grandchild may hold the pipe open.
const drain = 200 * time.Millisecond

func (p *process) wait(stderr *os.File) {
	read := make(chan struct{})
	go func() {
		p.words.read(stderr)
		close(read)
	}()
	_ = p.cmd.Wait()
	p.parent.Close()
	_ = p.stdout.SetReadDeadline(time.Now().Add(drain))
	_ = stderr.SetReadDeadline(time.Now().Add(drain))
	<-read
	stderr.Close()
	close(p.gone)
}

// Wait returns when the process has ended.
func (p *process) Wait(context.Context) error {
	<-p.gone
	return nil
}

// Kill ends the process; a second time is no error.
func (p *process) Kill(context.Context) error {
	if !p.ran() {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

func (p *process) ran() bool { return p.cmd.Process != nil }

// Stdout carries the one line of the handshake.
func (p *process) Stdout() io.ReadCloser { return untilDeadline{p.stdout} }

// Stderr is empty for go-plugin, which would log what it reads.
func (p *process) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Name is the file's name.
func (p *process) Name() string { return p.cmd.Path }

// ID is never empty: go-plugin cleans up nothing for a process without one.
func (p *process) ID() string {
	if !p.ran() {
		return "not started"
	}
	return strconv.Itoa(p.cmd.Process.Pid)
}

// Diagnose is told by [words] instead.
func (p *process) Diagnose(context.Context) string { return "" }

// PluginToHost: both live in one file system.
func (p *process) PluginToHost(network, addr string) (string, string, error) {
	return network, addr, nil
}

// HostToPlugin: both live in one file system.
func (p *process) HostToPlugin(network, addr string) (string, string, error) {
	return network, addr, nil
}

// untilDeadline reads a file whose deadline means its end.
type untilDeadline struct{ *os.File }

func (f untilDeadline) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = io.EOF
	}
	return n, err
}
