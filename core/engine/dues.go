package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// lasting is what a due item holds sealed: the rows that named the person when the rest was erased, and the unique identifiers that
// lead to what stayed. The erasure may have taken away those a later request will come with.
type lasting struct {
	Roots []planner.Root `json:"roots"`
	Known []planner.Mark `json:"known"`
}

func lastingPart(item string) keys.Part { return keys.Part{Owner: item, Name: "roots"} }

// addDues remembers what is kept with an end, under a key of its own that outlives the request, marked so that a later request of
// the same person finds it.
func (e *Engine) addDues(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, now time.Time) error {
	keep := lasting{Roots: work.Roots}
	for _, m := range work.Marks {
		if m.Unique {
			keep.Known = append(keep.Known, m)
		}
	}
	plain, err := json.Marshal(keep)
	if err != nil {
		return err
	}
	marks, err := e.marksOf(uniqueOf(work), e.Ring.DueMarkKey(), subject.DueUse)
	if err != nil {
		return err
	}
	for _, d := range work.Dues {
		end, err := time.ParseInLocation(time.DateOnly, d.Date, e.Planner.Graph.Map.Zone)
		if err != nil {
			return fmt.Errorf("due item of %s/%s: %w", d.System, d.Collection, err)
		}
		month := keys.MonthOf(end.AddDate(0, 1, 0))
		key, wrapped, err := e.Ring.NewDueKey(month)
		if err != nil {
			return err
		}
		item := state.DueItem{ID: fmt.Sprintf("%s-%d", o.ID, d.N), Request: o.ID, System: d.System, Collection: d.Collection, Rule: d.Purpose, Law: d.Law, Until: d.Date, Count: d.Rows,
			MapDigest: p.Map, PlanDigest: p.Digest, DEK: wrapped, Month: string(month), Marks: marks}
		item.Sealed, err = key.Seal(lastingPart(item.ID), plain)
		key.Wipe()
		if err != nil {
			return err
		}
		if err := tx.AddDue(item, now); err != nil {
			return err
		}
	}
	return nil
}

// formerly are the unique identifiers under which rows of this person were kept by earlier erasures: an access a year later finds the
// kept invoice by them, although nothing in any system leads from the person to it any more.
func (e *Engine) formerly(ctx context.Context, ids []subject.Identifier) ([]planner.Mark, error) {
	marks, err := e.marksOf(ids, e.Ring.DueMarkKey(), subject.DueUse)
	if err != nil || len(marks) == 0 {
		return nil, err
	}
	items, err := read(ctx, e, func(tx *state.Tx) ([]state.DueItem, error) { return tx.Dues(state.DueFilter{Marks: sums(marks)}) })
	if err != nil {
		return nil, err
	}
	var out []planner.Mark
	for _, d := range items {
		key, err := e.Ring.Unwrap(d.DEK)
		if err != nil {
			return nil, fmt.Errorf("due item %s: %w", d.ID, err)
		}
		plain, err := key.Open(lastingPart(d.ID), d.Sealed)
		key.Wipe()
		if err != nil {
			return nil, fmt.Errorf("due item %s: %w", d.ID, err)
		}
		var kept lasting
		if err := json.Unmarshal(plain, &kept); err != nil {
			return nil, fmt.Errorf("due item %s cannot be read", d.ID)
		}
		out = append(out, kept.Known...)
	}
	return out, nil
}

// uniqueOf are the unique identifiers a plan's work knows of the person.
func uniqueOf(work *planner.Work) []subject.Identifier {
	var out []subject.Identifier
	for _, m := range work.Marks {
		if m.Unique {
			out = append(out, subject.Identifier{Kind: m.Kind, Value: subject.Seal(m.Value), Verified: true})
		}
	}
	return out
}

func sums(marks []state.Mark) [][]byte {
	out := make([][]byte, len(marks))
	for i, m := range marks {
		out[i] = m.Sum
	}
	return out
}
