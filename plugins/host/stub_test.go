package host_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

// stub is a connector that does what the name of the collection says, and tells the test over a line.
type stub struct{}

func (stub) Describe() connectors.Description {
	return connectors.Description{Name: "stub", Version: "1", Config: []connectors.Setting{
		{Name: "line"}, {Name: "token", Secret: true}, {Name: "file"}, {Name: "refuse"},
	}}
}

func (stub) Open(_ context.Context, c connectors.Config) (connectors.Store, error) {
	if c["refuse"] != "" {
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: "config.token", Summary: "the token " + c["token"] + " is not accepted"}}
	}
	s := &stubStore{config: c}
	if c["line"] != "" {
		conn, err := plugintest.Dial(c["line"])
		if err != nil {
			return nil, err
		}
		s.line = conn
	}
	if c["bare"] != "" {
		return bare{s}, nil
	}
	return s, nil
}

// bare shows nothing but a Store.
type bare struct{ s *stubStore }

func (b bare) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return b.s.Locate(ctx, sel, out)
}
func (b bare) Close() error { return b.s.Close() }

type stubStore struct {
	config connectors.Config
	mu     sync.Mutex
	line   io.Writer
}

func (s *stubStore) tell(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != nil {
		fmt.Fprintf(s.line, format+"\n", args...)
	}
}

func (s *stubStore) Close() error {
	s.tell("closed")
	return nil
}

// secretRow is what no error, log line or crash may carry.
const secretRow = "Katarzyna-Nowak-44051401458"

var faults = map[string]error{
	"not supported": connectors.ErrNotSupported,
	"more rows":     connectors.ErrMoreRows,
	"conflict":      connectors.ErrConflict,
	"try later":     connectors.ErrTryLater,
	"no collection": connectors.ErrNoCollection,
	"refused":       connectors.ErrRefused,
	"canceled":      context.Canceled,
	"deadline":      context.DeadlineExceeded,
}

func (s *stubStore) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	row := make([]any, len(sel.Fields))
	for i := range row {
		row[i] = strings.Repeat("x", 50)
	}
	switch at := sel.Collection.At; at {
	case "environment":
		for _, e := range os.Environ() {
			if err := out.Add(0, e); err != nil {
				return err
			}
		}
		return nil
	case "counting":
		tell := connectors.ProgressOf(ctx)
		if tell == nil {
			return out.Add(0, "nobody looks")
		}
		for i := range int64(3) {
			tell(i+1, 3)
		}
		return out.Add(0, "told")
	case "stdin":
		b, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return out.Add(0, string(b))
	case "grandchild":
		cmd := plugintest.Command("mute")
		cmd.Stdout, cmd.Stderr = os.NewFile(1, "stdout"), os.NewFile(2, "stderr")
		if err := cmd.Start(); err != nil {
			return err
		}
		s.tell("%d", cmd.Process.Pid)
		return nil
	case "panic":
		panic(secretRow)
	case "crash":
		for range 3000 {
			_ = out.Add(0, row...)
		}
		os.Stderr.WriteString("about to crash over " + secretRow + "\n")
		go panic(secretRow)
		select {}
	case "die":
		for range 3000 {
			_ = out.Add(0, row...)
		}
		if err := out.Flush(); err != nil {
			return err
		}
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "forever":
		defer s.tell("locate ended")
		for {
			if err := out.Add(0, row...); err != nil {
				return err
			}
		}
	case "silent":
		s.tell("locating")
		<-ctx.Done()
		s.tell("locate ended")
		return ctx.Err()
	case "million":
		for range 1_000_000 {
			if err := out.Add(0, row...); err != nil {
				return err
			}
		}
		return nil
	case "large":
		return out.Add(7, strings.Repeat("å", 5<<20))
	case "too large":
		return out.Add(0, strings.Repeat("x", 65<<20))
	case "leak":
		v := sel.Any[0].Values[0].Values
		return fmt.Errorf("no row for %v and '%s'\x1b[31m in %s with token %s", v[0], strings.ToUpper(v[1].(string)), at, s.config["token"])
	case "wait":
		return fmt.Errorf("busy: %w", connectors.After(90e9))
	case "two":
		return fmt.Errorf("%w, and %w", connectors.ErrConflict, connectors.ErrTryLater)
	default:
		if err := faults[at]; err != nil {
			return fmt.Errorf("stub: %w", err)
		}
		return out.Add(0, row...)
	}
}

// Apply "commits" by making the file of its configuration.
func (s *stubStore) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	t := do[0]
	o := connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{3: 1}}
	switch t.On.Collection.At {
	case "panic":
		panic(secretRow)
	case "unasked":
		o.Changed = 1
		return []connectors.Outcome{o}, nil
	case "swallowed":
		_ = opt.Confirm(ctx, nil)
		o.Changed = 1
		return []connectors.Outcome{o}, nil
	case "units": // three units, each confirmed
		for range 3 {
			if err := opt.Confirm(ctx, []connectors.Outcome{{ID: t.ID, Changed: 1}}); err != nil {
				return []connectors.Outcome{o}, err
			}
			o.Changed++
			s.tell("unit %d", o.Changed)
		}
		return []connectors.Outcome{o}, nil
	case "counting":
		tell := connectors.ProgressOf(ctx)
		if tell == nil {
			return []connectors.Outcome{o}, errors.New("nobody looks")
		}
		tell(1, 3)
		over := make(chan struct{})
		defer close(over)
		go func() { // while the host is asked
			beat := time.NewTicker(5 * time.Millisecond)
			defer beat.Stop()
			for {
				select {
				case <-over:
					return
				case <-beat.C:
					tell(2, 3)
				}
			}
		}()
	case "working":
		s.tell("working")
		<-ctx.Done()
		o.Already = 5
		return []connectors.Outcome{o}, fmt.Errorf("after five rows: %w", ctx.Err())
	case "large":
		o.LinkKeys = &connectors.Keys{Fields: []string{"k"}, Tuples: []connectors.Tuple{{Values: t.On.Any[0].Values[0].Values}}}
	case "dies":
		_ = opt.Confirm(ctx, []connectors.Outcome{o})
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	o.Notes = connectors.Diagnostics{{Severity: connectors.Warning, Summary: "note with " + s.config["token"], Path: "constraint x"}}
	if opt.Rehearse {
		return []connectors.Outcome{o}, nil
	}
	o.Changed = 1
	s.tell("prepared")
	if err := opt.Confirm(ctx, []connectors.Outcome{o}); err != nil {
		o.Changed = 0
		s.tell("rolled back")
		return []connectors.Outcome{o}, fmt.Errorf("apply: %w", err)
	}
	if err := os.WriteFile(s.config["file"], []byte("committed"), 0o600); err != nil {
		return []connectors.Outcome{o}, err
	}
	s.tell("committed")
	return []connectors.Outcome{o}, nil
}

// Count counts one for a selection, and tells it.
func (s *stubStore) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	if tell := connectors.ProgressOf(ctx); tell != nil {
		tell(1, 1)
	}
	return []connectors.Tally{{Total: int64(len(sels))}}, nil
}

// Probe finds one row that can be read, and tells it.
func (s *stubStore) Probe(ctx context.Context, _ connectors.Selection) (readable, writable int64, err error) {
	if tell := connectors.ProgressOf(ctx); tell != nil {
		tell(2, 2)
	}
	return 1, 0, nil
}

func (s *stubStore) OpenBlob(_ context.Context, b connectors.Blob) (io.ReadCloser, error) {
	if b.ID == "missing" {
		return nil, connectors.ErrNoCollection
	}
	return &stubBlob{s: s, left: b.Size, breaks: b.ID == "breaks"}, nil
}

type stubBlob struct {
	s      *stubStore
	left   int64
	breaks bool
}

func (b *stubBlob) Read(p []byte) (int, error) {
	if b.left == 0 {
		if b.breaks {
			return 0, errors.New("the disk broke")
		}
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), b.left))
	for i := range p[:n] {
		p[i] = 'b'
	}
	b.left -= int64(n)
	return n, nil
}

func (b *stubBlob) Close() error {
	b.s.tell("blob closed")
	return nil
}

func (s *stubStore) Inspect(context.Context) (*connectors.Schema, error) {
	return &connectors.Schema{Collections: []connectors.SchemaCollection{{Name: "people", Rows: -1, Unique: [][]string{{"a", "b"}}}}}, nil
}
