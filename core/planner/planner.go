// Package planner turns a request and a data map into a plan: it finds the person in every system, follows
// what is theirs to a fixed point, asks each store how many rows would have which fate, and says so. It
// changes nothing. Beside the plan, which holds no value of a row, it returns the work: the exact
// selections and keys the engine needs, to be sealed at once.
package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
	"github.com/dossier-dsr/dossier/core/request"
)

// Planner makes plans on one map and its open systems. Safe for concurrent use.
type Planner struct {
	Graph   *graph.Graph
	Systems map[string]*System // by name; every system of the map
	RootKey []byte             // keys the digest of root rows in a plan: who, unreadable without it
	// StandInKey is what values of placeholder: each are derived under; the request's own, gone with it.
	StandInKey []byte

	voice *voice // where several persons are planned together, this one's
}

// Input is what one plan is made of.
type Input struct {
	Request      *request.Request
	AsOf         time.Time                              // all cut-offs are computed from it
	Without      []string                               // systems left for a plan of their own
	Commitment   string                                 // see [plan.Plan]
	Former       []Mark                                 // unique identifiers under which rows of this person were kept by an earlier erasure
	PrintKey     []byte                                 // of the anchors' prints
	Anchors      []Anchor                               // rows that were kept then and lead to the rest of what was
	Ends         []KeptUntil                            // until when an earlier erasure kept what
	Due          *Due                                   // the plan is of what an earlier erasure kept, and of nothing else
	Supplement   *Supplement                            // the plan takes up systems of a request that runs
	Restrictions func(person []Mark) ([]InForce, error) // those in force on data of whoever the identifiers name; nil: none are
	Lift         *Lifted                                // what a lift lifts
	Erasing      *request.Request                       // an erasure of the same person that is open: only what it keeps is corrected
	Progress     func(system string)                    // told as systems are worked; may be nil
	TaskBy       string                                 // until when people have time for what only they can do, 2006-01-02
	DueOn        string                                 // the day the answer is due, 2006-01-02; "" unknown
	AskKey       []byte                                 // of the prints of what people are asked about; the request's own
	Answers      map[string]Verdict                     // what people answered, by the print of what they were asked about
}

// Result is a plan and the work it stands for.
type Result struct {
	Plan *plan.Plan
	Work *Work
	Asks []Question // what a person has to decide before the plan is whole
}

// MaxRounds bounds the search for a fixed point: a chain over edges the host follows takes a round a link.
const MaxRounds = 1000

// Make makes a plan. A system that does not answer is no error: the plan says so and is not complete.
func (p *Planner) Make(ctx context.Context, in Input) (*Result, error) {
	m := p.Graph.Map
	s := &survey{
		Planner: p, ctx: ctx, in: in,
		terms: policy.TermsOf(in.Request, m, in.AsOf),
		lang:  m.Languages[0],
		known: map[string]*values{}, given: map[string]*values{},
		roots: map[*datamap.Collection][]root{}, isRoot: map[*datamap.Collection]map[string]bool{}, finds: map[*datamap.Collection]*finds{},
		links: map[*datamap.Edge]*tuples{}, foundBy: map[string][]string{},
		down: map[string]string{}, candidates: map[*datamap.Collection]*candidate{},
		witnesses: map[*datamap.Collection]*tuples{}, schemas: map[string]*connectors.Schema{}, lapsed: map[*datamap.Collection]*tuples{},
		mixed: map[*datamap.Collection]*tuples{},
	}
	if err := s.anchor(); err != nil {
		return nil, err
	}
	s.awaits()
	s.takeUp()
	if err := s.find(); err != nil {
		return nil, err
	}
	if err := s.askLimits(); err != nil {
		return nil, err
	}
	if err := s.lookAtPerson(); err != nil {
		return nil, err
	}
	if err := s.sayMentions(); err != nil {
		return nil, err
	}
	out := &Result{Plan: s.outline(), Work: &Work{AsOf: s.terms.AsOf}}
	var err error
	switch in.Request.Right {
	case request.Access, request.Portability:
		err = s.planAccess(out)
	case request.Erasure:
		err = s.planErasure(out)
	case request.Restriction:
		err = s.planRestriction(out)
	case request.Lift:
		err = s.planLift(out)
	case request.Rectification:
		err = s.planRectification(out)
	case request.Objection, request.Withdrawal:
		err = s.planStop(out)
	default:
		return nil, fmt.Errorf("%s requests cannot be planned yet", in.Request.Right)
	}
	if err != nil {
		return nil, err
	}
	for _, l := range s.limits {
		out.Work.Under = append(out.Work.Under, l.ID)
	}
	if err := s.finish(out); err != nil {
		return nil, err
	}
	return out, nil
}

// system is the open system of c, or nil where it is not reached or left out.
func (s *survey) system(c *datamap.Collection) *System {
	return s.reached(c.System)
}

func (s *survey) reached(sys *datamap.System) *System {
	if s.leftOut(sys) || s.down[sys.Name] != "" || byHand(sys) {
		return nil
	}
	open := s.Systems[sys.Name]
	if open == nil || open.Store == nil {
		s.down[sys.Name] = "no connector is open for it"
		if open != nil && open.Err != nil {
			s.down[sys.Name] = open.Err.Error()
		}
		return nil
	}
	return open
}

func (s *survey) leftOut(sys *datamap.System) bool { return slices.Contains(s.in.Without, sys.Name) }
