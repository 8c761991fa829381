package host_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

// logged collects what the host logs.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestDeathInMidStream(t *testing.T) {
	for _, way := range []string{"die", "crash"} {
		t.Run(way, func(t *testing.T) {
			log := &logged{}
			p := plugintest.Start(t, "stub", host.Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			s := open(t, p, nil)
			pid, gone := p.PID(), p.Gone()
			_, err := read(t, s, way)
			if !errors.Is(err, host.ErrDied) || !errors.Is(err, connectors.ErrTryLater) {
				t.Fatalf("a death is %v", err)
			}
			<-gone
			if got, err := read(t, s, "row"); err != nil || len(got) != 1 {
				t.Fatalf("the next call: %v, %v", got, err)
			}
			if p.PID() == pid || p.PID() == 0 {
				t.Fatalf("process %d after process %d", p.PID(), pid)
			}
			if strings.Contains(log.String(), secretRow) || strings.Contains(err.Error(), secretRow) {
				t.Error("what the process wrote when it crashed was let through")
			}
			if way == "crash" && !strings.Contains(log.String(), "withheld") {
				t.Errorf("the log does not say that something was withheld: %s", log)
			}
		})
	}
}

func TestDeathInApply(t *testing.T) {
	s := open(t, plugintest.Start(t, "stub", host.Options{}), nil)
	asked := 0
	_, err := as[connectors.Writer](t, s).Apply(t.Context(), []connectors.Treatment{{ID: "t", On: at("dies")}}, connectors.ApplyOptions{
		Confirm: func(context.Context, []connectors.Outcome) error { asked++; return nil },
	})
	if !errors.Is(err, host.ErrDied) || asked != 1 {
		t.Fatalf("%v after %d questions", err, asked)
	}
}

// doomedHost is a host that is killed while it is asked to confirm.
func doomedHost() {
	ctx := context.Background()
	fail := func(err error) {
		if err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
	}
	p, err := host.Start(ctx, plugintest.Options("stub", host.Options{}))
	fail(err)
	s, err := p.Open(ctx, connectors.Config{"line": os.Args[1], "file": os.Args[2]})
	fail(err)
	w, _ := connectors.As[connectors.Writer](s)
	_, err = w.Apply(ctx, []connectors.Treatment{{ID: "t"}}, connectors.ApplyOptions{
		Confirm: func(context.Context, []connectors.Outcome) error {
			os.Stdout.WriteString("asked\n")
			select {}
		},
	})
	fail(err)
}

func TestHostKilledBeforeItConfirmed(t *testing.T) {
	line, file := plugintest.NewLine(t), filepath.Join(t.TempDir(), "committed")
	tmp := t.TempDir()
	cmd := plugintest.Command("host", line.Path, file)
	cmd.Env = append(cmd.Env, "TMPDIR="+tmp)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line.Expect("prepared")
	if _, err := stdout.Read(make([]byte, 6)); err != nil { // it was asked, and has not answered
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for _, word := range line.End() { // which returns because no process is left
		if word == "committed" {
			t.Error("committed without a confirmation")
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("committed without a confirmation")
	}
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Stopped by a signal a process answers nothing, not even a goodbye.
func TestStoppedProcessIsEnded(t *testing.T) {
	p := plugintest.Start(t, "stub", host.Options{})
	open(t, p, nil)
	gone := p.Gone()
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	<-gone
}
