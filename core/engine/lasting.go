package engine

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// lasting is what a due item holds sealed, under a key that outlives the request: the rows that name the person and stay, the unique
// identifiers that lead to what stayed (the erasure may have taken away those a later request comes with), how many rows stayed,
// and the terms on which the rest was erased.
type lasting struct {
	Anchors     []planner.Anchor // their prints are taken when the work is done; before, they lead nowhere
	Known       []planner.Mark
	Stay        []planner.Stay
	Ground      string
	Scope       request.Scope
	Keep        []request.Keep
	Controller  string
	Instruction *request.Instruction
	Identity    *request.Identity
	Language    string
}

func lastingPart(item string) keys.Part { return keys.Part{Owner: item, Name: "roots"} }

// lastingOf gathers it from a request and its work.
func lastingOf(r *request.Request, work *planner.Work) lasting {
	k := lasting{Stay: work.Stay, Ground: r.Ground, Keep: r.Keep, Controller: r.Controller, Instruction: r.Instruction, Identity: r.Identity}
	if r.Scope != nil {
		k.Scope = *r.Scope
	}
	if r.Reply != nil {
		k.Language = r.Reply.Language
	}
	for _, m := range work.Marks {
		if m.Unique {
			k.Known = append(k.Known, m)
		}
	}
	for _, root := range work.Roots {
		if root.Stays {
			k.Anchors = append(k.Anchors, planner.Anchor{Root: root, Names: true})
		}
	}
	for _, shell := range work.Shells {
		k.Anchors = append(k.Anchors, planner.Anchor{Root: shell})
	}
	return k
}

// noEnd is the month of what is kept until an event, or as long as a criterion holds.
const noEnd keys.Month = "9999-12"

// sealLasting seals it as an item's, under a new key of the month after the item's end.
func (e *Engine) sealLasting(item *state.DueItem, k lasting) error {
	month := noEnd
	if item.Until != "" {
		end, err := time.ParseInLocation(time.DateOnly, item.Until, e.Planner.Graph.Map.Zone)
		if err != nil {
			return fmt.Errorf("due item of %s/%s: %w", item.System, item.Collection, err)
		}
		month = keys.MonthOf(end.AddDate(0, 1, 0))
	}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(k); err != nil {
		return fmt.Errorf("due item %s: %w", item.ID, err)
	}
	key, wrapped, err := e.Ring.NewDueKey(month)
	if err != nil {
		return err
	}
	defer key.Wipe()
	item.DEK, item.Month = wrapped, string(month)
	item.Sealed, err = key.Seal(lastingPart(item.ID), buf.Bytes())
	return err
}

// openLasting is the inverse of sealLasting.
func (e *Engine) openLasting(d state.DueItem) (lasting, error) {
	var k lasting
	key, err := e.Ring.Unwrap(d.DEK)
	if err != nil {
		return k, fmt.Errorf("due item %s: %w", d.ID, err)
	}
	defer key.Wipe()
	plain, err := key.Open(lastingPart(d.ID), d.Sealed)
	if err != nil {
		return k, fmt.Errorf("due item %s: %w", d.ID, err)
	}
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&k); err != nil {
		return k, fmt.Errorf("due item %s cannot be read", d.ID)
	}
	return k, nil
}

// printAnchors looks how the rows that were kept stand now that the work is done: by that they are known again.
func (e *Engine) printAnchors(ctx context.Context, ks ...*lasting) error {
	var roots []planner.Root
	for _, k := range ks {
		for _, a := range k.Anchors {
			roots = append(roots, a.Root)
		}
	}
	if len(roots) == 0 {
		return nil
	}
	prints, err := e.Planner.Prints(ctx, e.Ring.DueMarkKey().Bytes(), roots)
	if err != nil {
		return err
	}
	n := 0
	for _, k := range ks {
		var there []planner.Anchor
		for _, a := range k.Anchors {
			if a.Print = prints[n]; a.Print != "" {
				there = append(there, a)
			}
			n++
		}
		k.Anchors = there
	}
	return nil
}

// leaveDead takes out what stands in a system that a person answered for and that still does not answer: a request does not wait for it, and
// nothing leads to what nobody can look at. The unique identifiers go on leading there, should it come back.
func (j *job) leaveDead(ctx context.Context, k *lasting) error {
	dead := map[string]bool{}
	for _, a := range k.Anchors {
		if _, known := dead[a.System]; known {
			continue
		}
		answered, err := read(ctx, j.Engine, func(tx *state.Tx) (bool, error) {
			_, ok, err := answerFor(tx, j.Step.Request, a.System)
			return ok, err
		})
		if err != nil {
			return err
		}
		dead[a.System] = false
		if !answered {
			continue
		}
		_, err = j.Planner.Prints(ctx, j.Ring.DueMarkKey().Bytes(), []planner.Root{a.Root})
		if dead[a.System] = errors.Is(err, connectors.ErrTryLater); err != nil && !dead[a.System] {
			return err
		}
	}
	k.Anchors = slices.DeleteFunc(k.Anchors, func(a planner.Anchor) bool { return dead[a.System] })
	return nil
}
