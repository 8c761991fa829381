package leak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

// talks is a file in the folder for temporary files that makes the connector talk: of every row, setting and treatment, on its
// standard error and in its errors.
const talks = "talks"

func serveTalker(name string) {
	note("arguments", strings.Join(os.Args, "\x00"))
	note("environment", strings.Join(os.Environ(), "\x00"))
	if name == "files" {
		serve.Connector(talker{files.Connector{}})
	}
	serve.Connector(talker{sqlite.Connector{}})
}

// note keeps what a process was started with, where the test finds it.
func note(what, text string) {
	file := filepath.Join(os.TempDir(), fmt.Sprintf("%s-%d", what, os.Getpid()))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type talker struct{ connectors.Connector }

// Describe asks for a password beside the others' settings.
func (c talker) Describe() connectors.Description {
	d := c.Connector.Describe()
	if d.Name == "sqlite" {
		d.Config = append(slices.Clone(d.Config), connectors.Setting{Name: "password", Secret: true})
	}
	return d
}

func (c talker) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	inner := connectors.Config{}
	for k, v := range config {
		if k != "password" {
			inner[k] = v
		}
	}
	s, err := c.Connector.Open(ctx, inner)
	if err != nil {
		return nil, err
	}
	w, _ := connectors.As[connectors.Writer](s)
	return chatty{s, w, config["password"]}, nil
}

type chatty struct {
	connectors.Store
	writer   connectors.Writer
	password string
}

func (s chatty) Unwrap() any { return s.Store }

func (s chatty) talks(to string) bool {
	text, _ := os.ReadFile(filepath.Join(os.TempDir(), talks))
	return strings.Contains(string(text), to)
}

// values are all that a selection was sent with.
func values(sel connectors.Selection) string {
	var b strings.Builder
	for _, m := range sel.Any {
		for _, v := range m.Values {
			_, _ = fmt.Fprint(&b, " ", v.Values)
		}
	}
	return b.String()
}

func (s chatty) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if s.talks("aloud") {
		fmt.Fprintln(os.Stderr, "looking for", values(sel), "with", s.password)
		fmt.Println("looking for", values(sel), "with", s.password)
		err := connectors.Each(ctx, s.Store, sel, func(_ int, row []any) error {
			fmt.Fprintln(os.Stderr, row...)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if s.talks("errors") {
		return fmt.Errorf("cannot find %s with password %s: %w", values(sel), s.password, connectors.ErrTryLater)
	}
	return s.Store.Locate(ctx, sel, out)
}

func (s chatty) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	if s.talks("apply") {
		all := s.password
		for _, t := range do {
			all += values(t.On)
		}
		panicky := s.talks("panic")
		if panicky {
			panic(all)
		}
		note := connectors.Diagnostic{Severity: connectors.Error, Summary: "no: " + all, Detail: all, Path: all}
		return []connectors.Outcome{{ID: do[0].ID, Notes: connectors.Diagnostics{note}}}, errors.New("cannot change " + all)
	}
	return s.writer.Apply(ctx, do, opt)
}

// talked is a house whose connectors are this test's, with a password in the map.
func talked(t *testing.T) (*ear, []string) {
	t.Helper()
	e, canaries := newEar(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, name := range []string{"sqlite", "files"} {
		if err := os.Symlink(self, filepath.Join(folder, "dossier-connector-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	e.Others = []string{folder}
	maps := t.TempDir()
	for _, name := range []string{"controller.yaml", "register.yaml", "ledger.yaml", "documents.yaml"} {
		b, err := os.ReadFile(filepath.Join(e.MapDir, name))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(b), `_FILE}" }`, `_FILE}", password: "${DB_PASSWORD}" }`, 1)
		if err := os.WriteFile(filepath.Join(maps, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e.Map = maps
	e.Extra["DB_PASSWORD"] = secret
	return e, canaries
}

// TestTalkingConnector: a connector that writes rows to its standard error, or puts what it was sent and its password into errors,
// notes and panics, tells nobody. Nor do its arguments and its environment.
func TestTalkingConnector(t *testing.T) {
	for _, how := range []string{"aloud", "errors", "apply", "apply panic"} {
		t.Run(strings.ReplaceAll(how, " ", "-"), func(t *testing.T) {
			t.Parallel()
			e, canaries := talked(t)
			p := e.planned(t, e.Requests["erasure"])
			if err := os.WriteFile(filepath.Join(e.Temp(), talks), []byte(how), 0o600); err != nil {
				t.Fatal(err)
			}
			e.run(t, append(fine, refused...), "anna", "", "plan", e.Requests["access"])
			e.run(t, append(fine, refused...), "jan", "", "apply", p.Request, "--approve", p.Digest)
			e.Later(25 * time.Hour)
			e.run(t, append(fine, refused...), "jan", "", "--json", "request", "resume", p.Request)
			e.both(t, "request", "show", p.Request)
			e.done(t, canaries)
			if found, _ := filepath.Glob(filepath.Join(e.Temp(), "environment-*")); len(found) == 0 {
				t.Error("no connector was started")
			}
		})
	}
}
