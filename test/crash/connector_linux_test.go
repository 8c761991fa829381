package crash

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

// killTheConnector kills a connector's process while dossier waits for it: before it changes anything, when it has prepared,
// between two units of files.
func killTheConnector(t *testing.T, s *scene) {
	for _, c := range []struct{ point, victim string }{
		{"apply/claimed/register", "sqlite"}, {"apply/asked/register", "sqlite"}, {"apply/prepared/register", "sqlite"}, {"apply/prepared/ledger", "sqlite"},
		{"verify/claimed/ledger", "sqlite"}, {"settle/claimed/register", "sqlite"},
		{"apply/claimed/documents", "files"}, {"apply/prepared/documents", "files"}, {"apply/asked/documents#2", "files"}, {"apply/prepared/documents#2", "files"},
		{"apply/prepared/documents#3", "files"}, {"verify/looked/documents", "files"},
	} {
		t.Run(strings.ReplaceAll(c.point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			h := s.start.Copy(t)
			h.Extra = map[string]string{"DOSSIER_FAILPOINT": c.point, "DOSSIER_FAILPOINT_VICTIM": "dossier-connector-" + c.victim}
			if r := h.Apply(t, s.plan); r.Code != 4 && r.Code != 0 {
				t.Fatalf("%+v", r)
			}
			h.Extra = nil
			got, facts := s.finish(t, h)
			s.same(t, got)
			if committed, inferred := known(facts, "register"); inferred != 0 || committed == 0 {
				t.Errorf("register: %d committed, %d inferred; it died before it could commit", committed, inferred)
			}
		})
	}
}

// dieBetweenCommitAndAnswer: the work is done and nobody says so.
func dieBetweenCommitAndAnswer(t *testing.T, s *scene) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	mortals := t.TempDir()
	for _, name := range []string{"sqlite", "files"} {
		if err := os.Symlink(self, filepath.Join(mortals, "dossier-connector-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, system := range []string{"register", "ledger", "documents"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			h := s.start.Copy(t)
			h.Others = []string{mortals}
			p := *h
			p.Extra = nil
			plan := p.Plan(t, s.plan.Request) // a plan is bound to the binaries it was made with
			if err := os.WriteFile(filepath.Join(h.Temp(), mark), []byte(system), 0o600); err != nil {
				t.Fatal(err)
			}
			if r := h.Apply(t, plan); r.Code != 4 {
				t.Fatalf("%+v", r)
			}
			if _, err := os.Stat(filepath.Join(h.Temp(), mark)); !os.IsNotExist(err) {
				t.Fatal("no connector died")
			}
			mine := *s
			mine.plan, mine.next = plan, mine.sit
			got, facts := mine.finish(t, h)
			s.same(t, got)
			if committed, inferred := known(facts, system); committed != 0 || inferred == 0 {
				t.Errorf("%d committed, %d inferred; nothing was acknowledged", committed, inferred)
			}
		})
	}
}

// mark is a file in the folder for temporary files: it names the system whose connector dies once, after its next commit.
const mark = "dies"

// serveMortal serves the named connector; its process can be told to die.
func serveMortal(name string) {
	var c connectors.Connector = sqlite.Connector{}
	if name == "files" {
		c = files.Connector{}
	}
	serve.Connector(mortal{c})
}

type mortal struct{ connectors.Connector }

func (m mortal) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	s, err := m.Connector.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	w, _ := connectors.As[connectors.Writer](s)
	system := "documents"
	if f := config["file"]; f != "" {
		system = strings.TrimSuffix(filepath.Base(f), ".db")
	}
	return mortalStore{s, w, system}, nil
}

type mortalStore struct {
	connectors.Store
	writer connectors.Writer
	system string
}

// Unwrap leads on to what the store can do beside.
func (s mortalStore) Unwrap() any { return s.Store }

func (s mortalStore) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	out, err := s.writer.Apply(ctx, do, opt)
	file := filepath.Join(os.TempDir(), mark)
	if who, _ := os.ReadFile(file); err == nil && !opt.Rehearse && string(who) == s.system {
		if err := os.Remove(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return out, err
}
