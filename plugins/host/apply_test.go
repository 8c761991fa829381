package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

type ledger struct {
	connectors.Writer
	line *plugintest.Line
	file string
}

func newLedger(t *testing.T, opts host.Options) ledger {
	l := ledger{line: plugintest.NewLine(t), file: filepath.Join(t.TempDir(), "committed")}
	s := open(t, plugintest.Start(t, "stub", opts), connectors.Config{"line": l.line.Path, "file": l.file, "token": "s3cr3t-t0ken"})
	l.Writer = as[connectors.Writer](t, s)
	return l
}

func (l ledger) committed() bool {
	_, err := os.Stat(l.file)
	return err == nil
}

func on(name string) []connectors.Treatment {
	return []connectors.Treatment{{ID: "t1", On: at(name)}}
}

func yes(context.Context, []connectors.Outcome) error { return nil }

func TestConfirmed(t *testing.T) {
	l := newLedger(t, host.Options{})
	var seen []connectors.Outcome
	got, err := l.Apply(t.Context(), on("rows"), connectors.ApplyOptions{Confirm: func(_ context.Context, o []connectors.Outcome) error {
		l.line.Expect("prepared")
		if l.committed() {
			t.Error("committed before it was confirmed")
		}
		seen = o
		return nil
	}})
	if err != nil || len(got) != 1 || got[0].Changed != 1 || got[0].ByPerson[3] != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	l.line.Expect("committed")
	if len(seen) != 1 || seen[0].ID != "t1" || seen[0].ByPerson[3] != 1 {
		t.Errorf("confirm saw %+v", seen)
	}
	if s := got[0].Notes[0].Summary; strings.Contains(s, "s3cr3t") || !strings.Contains(s, "note with") {
		t.Errorf("the note reads %q", s)
	}
}

func TestRefused(t *testing.T) {
	l := newLedger(t, host.Options{})
	fence := errors.New("the fence has moved")
	got, err := l.Apply(t.Context(), on("rows"), connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return fence }})
	if !errors.Is(err, connectors.ErrRefused) || !errors.Is(err, fence) {
		t.Errorf("refused: %v", err)
	}
	if len(got) != 1 || got[0].Changed != 0 || l.committed() {
		t.Errorf("refused: %+v, committed %t", got, l.committed())
	}
}

// The host's word comes, but too late: it was given up at the time agreed on.
func TestNoWordInTimeIsARefusal(t *testing.T) {
	l := newLedger(t, host.Options{ConfirmWithin: 50 * time.Millisecond})
	_, err := l.Apply(t.Context(), on("rows"), connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
		l.line.Expect("prepared")
		l.line.Expect("rolled back")
		return nil
	}})
	if !errors.Is(err, connectors.ErrRefused) || !strings.Contains(err.Error(), "no word") || l.committed() {
		t.Fatalf("%v, committed %t", err, l.committed())
	}
}

// Who considers a question learns that nobody waits for the answer: the time is over, or the process.
func TestConfirmLearnsThatNobodyWaits(t *testing.T) {
	l := newLedger(t, host.Options{ConfirmWithin: 50 * time.Millisecond})
	considering := func(ctx context.Context, _ []connectors.Outcome) error {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	if _, err := l.Apply(t.Context(), on("rows"), connectors.ApplyOptions{Confirm: considering}); !errors.Is(err, connectors.ErrRefused) || l.committed() {
		t.Errorf("time over: %v", err)
	}
	p := plugintest.Start(t, "stub", host.Options{})
	s := open(t, p, nil)
	_, err := as[connectors.Writer](t, s).Apply(t.Context(), on("rows"), connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		<-ctx.Done()
		return nil
	}})
	if !errors.Is(err, host.ErrDied) {
		t.Errorf("process over: %v", err)
	}
}

func TestEveryUnitIsAskedFor(t *testing.T) {
	l := newLedger(t, host.Options{})
	asked, stop := 0, errors.New("enough")
	got, err := l.Apply(t.Context(), on("units"), connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
		if asked++; asked == 3 {
			return stop
		}
		return nil
	}})
	if !errors.Is(err, stop) || asked != 3 || len(got) != 1 || got[0].Changed != 2 {
		t.Fatalf("%d questions, %+v, %v", asked, got, err)
	}
}

func TestCancelledApplySaysHowFarItGot(t *testing.T) {
	l := newLedger(t, host.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		l.line.Expect("working")
		cancel()
	}()
	got, err := l.Apply(ctx, on("working"), connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, context.Canceled) || len(got) != 1 || got[0].Already != 5 {
		t.Fatalf("%+v, %v", got, err)
	}
}

// Cancelled while the host considers: nothing is committed, though the host then says yes.
func TestCancelledWhileAsked(t *testing.T) {
	l := newLedger(t, host.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := l.Apply(ctx, on("rows"), connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
		l.line.Expect("prepared")
		cancel()
		l.line.Expect("rolled back")
		return nil
	}})
	if !errors.Is(err, connectors.ErrRefused) || !errors.Is(err, context.Canceled) || l.committed() {
		t.Fatalf("%v, committed %t", err, l.committed())
	}
}

func TestRehearsalAsksNobody(t *testing.T) {
	l := newLedger(t, host.Options{})
	got, err := l.Apply(t.Context(), on("rows"), connectors.ApplyOptions{Rehearse: true, Confirm: func(context.Context, []connectors.Outcome) error {
		t.Error("asked")
		return nil
	}})
	if err != nil || len(got) != 1 || l.committed() {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestConnectorsThatDoNotAsk(t *testing.T) {
	l := newLedger(t, host.Options{})
	if _, err := l.Apply(t.Context(), on("unasked"), connectors.ApplyOptions{Confirm: yes}); !errors.Is(err, host.ErrUnasked) {
		t.Errorf("changed without asking: %v", err)
	}
	no := errors.New("no")
	_, err := l.Apply(t.Context(), on("swallowed"), connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return no }})
	if !errors.Is(err, connectors.ErrRefused) || !errors.Is(err, no) {
		t.Errorf("a no that was swallowed: %v", err)
	}
	if _, err := l.Apply(t.Context(), on("rows"), connectors.ApplyOptions{}); !errors.Is(err, connectors.ErrRefused) || l.committed() {
		t.Errorf("with nobody to confirm: %v", err)
	}
}
