package planner_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

var update = flag.Bool("update", false, "write golden files anew")

// open opens the cooperative's systems over a sample.
func open(t *testing.T, w *cooperative.World) *planner.Planner {
	t.Helper()
	m, problems := datamap.Load(w.MapDir)
	if m == nil {
		t.Fatal(problems)
	}
	kinds := map[string]connectors.Connector{"sqlite": sqlite.Connector{}, "files": files.Connector{}}
	p := &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}, RootKey: []byte("k")}
	for _, s := range m.Systems {
		config, err := s.Settings(func(n string) string { return w.Env()[n] })
		if err != nil {
			t.Fatal(err)
		}
		c := kinds[s.Connector]
		store, err := c.Open(t.Context(), connectors.Config(config))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		p.Systems[s.Name] = &planner.System{Map: s, Store: store, Card: c.Describe()}
	}
	return p
}

// about is a request on consent withdrawn, of everything, by what names the person.
func about(who sample.Person, right request.Right) *request.Request {
	r := &request.Request{ID: "1", Right: right, Scope: &request.Scope{All: true}}
	if right == request.Erasure {
		r.Ground = "art17_1_b"
	}
	for _, id := range [][2]string{{"pesel", who.PESEL}, {"member_no", who.MemberNo}, {"email", who.Email}} {
		if id[1] != "" {
			r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id[0], Value: subject.Seal(id[1]), Verified: true})
		}
	}
	return r
}

// TestNamedPersons: the plan of every named person of the sample, in words.
func TestNamedPersons(t *testing.T) {
	w := cooperative.Lay(t, sample.Options{})
	p := open(t, w)
	for name, who := range w.Persons.All {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			fmt.Fprintf(&b, "%s\n", who.About)
			for _, right := range []request.Right{request.Erasure, request.Access} {
				made, err := p.Make(t.Context(), planner.Input{Request: about(who, right), AsOf: w.AsOf})
				if err != nil {
					t.Fatal(err)
				}
				write(&b, made.Plan)
			}
			golden(t, filepath.Join("plans", strings.Trim(strings.ReplaceAll(name, "[", "_"), "]")+".txt"), b.String())
		})
	}
}

func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), text); d != "" {
		t.Error(d)
	}
}

// write puts a plan into words that stay the same while it does.
func write(b *strings.Builder, p *plan.Plan) {
	fmt.Fprintf(b, "\n%s, applicable: %v\n", p.Right, p.Applicable)
	for _, s := range p.Systems {
		fmt.Fprintf(b, "%s, %d rows name the person\n", s.Name, s.Roots)
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				line := fmt.Sprintf("  %s: %d %s, %s", c.Name, a.Rows, a.Action, a.Reason.Code)
				if a.Reason.Purpose != "" {
					line += " " + a.Reason.Purpose
				}
				if a.Until != nil {
					line += " until " + a.Until.Date + a.Until.Event + a.Until.Criterion
				}
				if a.Shell {
					line += ", shell"
				}
				if a.Ceiling > 0 {
					line += fmt.Sprintf(", at most %d", a.Ceiling)
				}
				if len(a.Fields) > 0 {
					line += ": " + strings.Join(a.Fields, " ")
				}
				fmt.Fprintln(b, strings.TrimSuffix(line, ", "))
			}
		}
	}
	for _, c := range p.Candidates {
		fmt.Fprintf(b, "candidates: %s/%s %d by %s, %s\n", c.System, c.Collection, c.Rows, strings.Join(c.Matched, " "), c.Why)
	}
	for _, a := range p.Attention {
		fmt.Fprintf(b, "attention: %s %s/%s, blocks: %v\n", a.Code, a.System, a.Collection, a.Blocks)
	}
	for _, r := range p.Recipients {
		fmt.Fprintf(b, "recipient: %s by %s, known from %s, %d rows\n", r.Name, r.How, r.KnownFrom, r.Rows)
	}
}
