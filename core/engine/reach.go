package engine

import (
	"context"
	"errors"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// reach is with how many rows of a collection the ordinary account could do what, before a restriction took them out of its reach.
type reach struct {
	Collection string `json:"collection"`
	Rows       int64  `json:"rows"`
	Readable   int64  `json:"readable"`
	Writable   int64  `json:"writable"`
}

// takeReach tries, before rows are blocked, what the ordinary account can do with them: what it cannot do now, its failing afterwards proves
// nothing of. It is stored with what is prepared. Where another restriction holds rows of the person already, what that one found counts. A store
// that cannot be tried now is none whose rows could be reached.
func (j *job) takeReach(ctx context.Context, work *planner.SystemWork, sys *planner.System) error {
	d := detailOf(j.Step)
	if j.open.Content.Right != request.Restriction || d.Reach != nil {
		return nil
	}
	others, err := j.alsoHeld(ctx, j.Step.Request)
	if err != nil {
		return err
	}
	for _, t := range work.Treatments {
		if t.Verb != connectors.Block {
			continue
		}
		one := reach{Collection: t.On.Collection.Name}
		sel := t.On
		sel.Fields = nil
		n, err := sys.Count(ctx, sel)
		if err != nil {
			return err
		}
		one.Rows = n[0]
		one.Readable, one.Writable, err = probe(ctx, sys, t.On)
		if err != nil && (ctx.Err() != nil || errors.Is(err, connectors.ErrTryLater)) {
			return err
		}
		if ids := others[j.System+"/"+one.Collection]; len(ids) > 0 {
			if err := j.reachOf(ctx, ids, &one); err != nil {
				return err
			}
		}
		d.Reach = append(d.Reach, one)
	}
	j.Detail = d.raw()
	return nil
}

// reachOf takes rows others hold for such as could be reached, but for as many as these found out of reach.
func (j *job) reachOf(ctx context.Context, restrictions []string, one *reach) error {
	unread, unchanged := int64(0), int64(0)
	for _, id := range restrictions {
		there, err := j.reached(ctx, id, one.Collection)
		if err != nil {
			return err
		}
		unread, unchanged = max(unread, there.Rows-there.Readable), max(unchanged, there.Rows-there.Writable)
	}
	one.Readable, one.Writable = max(one.Readable, one.Rows-unread), max(one.Writable, one.Rows-unchanged)
	return nil
}

// reached is what a restriction found of a collection of the step's system before it held its rows; zero where it did not look.
func (j *job) reached(ctx context.Context, restriction, collection string) (reach, error) {
	steps, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Step, error) { return tx.Steps(restriction) })
	for _, s := range steps {
		if s.Phase != phaseApply || s.System != j.System {
			continue
		}
		for _, r := range detailOf(s).Reach {
			if r.Collection == collection {
				return r, err
			}
		}
	}
	return reach{}, err
}

// Unproven says of restricted rows what an ordinary account's failing does not prove: it could not do it before, either.
type Unproven struct {
	Collection string `json:"collection"`
	Rows       int64  `json:"rows"`                // restricted
	Unread     int64  `json:"unread,omitempty"`    // of these, could not be read before
	Unchanged  int64  `json:"unchanged,omitempty"` // could not be changed before
}

func unproven(d detail) (out []Unproven) {
	for _, r := range d.Reach {
		u := Unproven{r.Collection, r.Rows, max(r.Rows-r.Readable, 0), max(r.Rows-r.Writable, 0)}
		if u.Unread+u.Unchanged > 0 {
			out = append(out, u)
		}
	}
	return out
}

func unprovenFacts(list []Unproven) (out []journal.UnprovenFacts) {
	for _, u := range list {
		out = append(out, journal.UnprovenFacts(u))
	}
	return out
}
