package planner_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

func TestScratch(t *testing.T) {
	w := cooperative.Lay(t, sample.Options{Members: 300})
	m, problems := datamap.Load(cooperative.MapDir(t))
	if m == nil {
		t.Fatal(problems)
	}
	kinds := map[string]connectors.Connector{"sqlite": sqlite.Connector{}, "files": files.Connector{}}
	p := &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}, RootKey: []byte("k")}
	for _, s := range m.Systems {
		cfg, err := s.Settings(func(n string) string { return w.Env()[n] })
		if err != nil {
			t.Fatal(err)
		}
		c := kinds[s.Connector]
		st, err := c.Open(context.Background(), connectors.Config(cfg))
		p.Systems[s.Name] = &planner.System{Map: s, Store: st, Card: c.Describe(), Err: err}
		if err != nil {
			t.Fatal(err)
		}
	}
	demo := w.Persons.Demo
	r := &request.Request{ID: "1", Right: request.Erasure, Ground: "art17_1_b", Scope: &request.Scope{All: true}, ReceivedAt: time.Now(),
		Subject: request.Subject{Identifiers: []subject.Identifier{{Kind: "pesel", Value: subject.Seal(demo.PESEL), Verified: true}, {Kind: "email", Value: subject.Seal(demo.Email), Verified: true}}}}
	for _, right := range []request.Right{request.Erasure, request.Access} {
		r.Right = right
		t0 := time.Now()
		res, err := p.Make(context.Background(), planner.Input{Request: r, AsOf: time.Date(2026, 11, 6, 11, 20, 0, 0, m.Zone)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(os.Stderr, "TOOK", time.Since(t0))
		for _, s := range res.Plan.Systems {
			fmt.Fprintln(os.Stderr, s.Name, s.Label, s.Reached, s.Roots)
			for _, c := range s.Collections {
				for _, a := range c.Actions {
					until := ""
					if a.Until != nil {
						until = a.Until.Date + a.Until.Event + a.Until.Criterion
					}
					fmt.Fprintf(os.Stderr, "  %-18s %6d %-10s %s %s %s until %s shell=%v %v max %d\n", c.Name, a.Rows, a.Action, a.Reason.Code, a.Reason.Purpose, a.Reason.Explain, until, a.Shell, a.Fields, a.Ceiling)
				}
			}
		}
		fmt.Fprintln(os.Stderr, res.Plan.Candidates, res.Plan.Attention, res.Plan.Blockers, res.Plan.Warnings)
		for _, x := range res.Plan.Recipients {
			fmt.Fprintln(os.Stderr, x)
		}
		fmt.Fprintln(os.Stderr, res.Plan.Totals)
	}
}
