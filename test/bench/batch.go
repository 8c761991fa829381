package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// benchBatch compares the erasure of many members at once with statements written by hand over all of them, on an identical copy. Each
// round is of other members.
func benchBatch(ctx context.Context, s settings) error {
	rounds := 3
	opt := sample.Options{Members: max(s.members, (rounds*s.batch)*11/2)}
	h, hand, closeBoth, err := bothWays(ctx, s, opt, lapsing)
	if err != nil {
		return err
	}
	defer closeBoth()
	who, err := members(hand.reg, hand.led, rounds*s.batch, haveLeft)
	if err != nil {
		return err
	}
	rounds = len(who) / s.batch
	if rounds == 0 {
		return fmt.Errorf("the sample has %d such members, and a batch is of %d", len(who), s.batch)
	}
	b := &batches{house: h, hand: hand, byHand: &series{name: "by hand, one transaction a file"}, emptied: &series{name: "by hand, and the write-ahead log emptied"},
		register: &series{name: "register"}, approve: &series{name: "approve"}, our: newStages()}
	for i := range rounds {
		if err := b.round(ctx, i, who[i*s.batch:(i+1)*s.batch]); err != nil {
			return fmt.Errorf("round %d: %w", i, err)
		}
	}
	with := sum("apply + verify", b.our.apply, b.our.verify)
	report(fmt.Sprintf("Erasure of %d members in one batch, %.0f rows changed in the median; rounds of other", s.batch, quantile(b.rows, 0.5)), b.byHand, b.emptied, b.our.apply, with, b.register, b.our.plan, b.approve, b.our.start)
	report("The same, beside as much care; rounds of other", b.emptied, b.our.apply, with)
	if b.byHand.busy[0] > 0 {
		report("The same, by the time the processors gave; rounds of other", b.byHand.processors(), b.emptied.processors(), b.our.apply.processors(), with.processors(), b.our.plan.processors(), b.our.start.processors())
	}
	line("one set of steps for all; %d of %d requests were planned together", b.planned, b.asked)
	return hand.compare(h)
}

// batches is the two ways side by side.
type batches struct {
	*house
	hand           *byHand
	rows           []float64
	planned, asked int

	byHand, emptied, register, approve *series
	our                                stages
}

// round erases the same members in both ways. Who has to be planned apart is left out by hand too: what the plan says is what is compared.
func (b *batches) round(ctx context.Context, i int, who []member) error {
	name := fmt.Sprintf("R-%d", i)
	gone, err := b.plan(ctx, name, who)
	if err != nil {
		return err
	}
	for turn := range 2 {
		if turn == i%2 {
			err = b.ours(ctx, name)
		} else {
			err = b.theirs(gone)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *batches) theirs(who []member) error {
	stop := start()
	n, err := b.hand.eraseAll(who)
	if err != nil {
		return err
	}
	erased := stop()
	b.byHand.addSpent(erased)
	b.rows = append(b.rows, float64(n))
	stop = start()
	if err := b.hand.empty(); err != nil {
		return err
	}
	b.emptied.addSpent(erased.plus(stop()))
	return nil
}

// plan registers and plans, and gives those who are planned together.
func (b *batches) plan(ctx context.Context, name string, who []member) (gone []member, err error) {
	var list []*request.Request
	var ids []string
	of := map[string]member{}
	for i, m := range who {
		r, err := erasureOf(fmt.Sprintf("%s-%d", name, i), m)
		if err != nil {
			return nil, err
		}
		list, ids, of[r.ID] = append(list, r), append(ids, r.ID), m
	}
	stop := start()
	if _, err := b.engine.RegisterAll(ctx, list); err != nil {
		return nil, err
	}
	b.register.addSpent(stop())
	stop = start()
	made, err := b.engine.PlanBatch(ctx, name, ids, engine.PlanOptions{Without: []string{"documents"}})
	if err != nil {
		return nil, err
	}
	b.our.plan.addSpent(stop())
	if !made.Plan.Applicable {
		return nil, fmt.Errorf("the batch cannot be applied: %v", made.Plan.Blockers)
	}
	b.asked, b.planned = b.asked+len(who), b.planned+len(made.Plan.Requests)
	for _, m := range made.Plan.Requests {
		gone = append(gone, of[m.Request])
	}
	return gone, nil
}

func erasureOf(id string, m member) (*request.Request, error) {
	at := sample.ReferenceDay.Add(9 * time.Hour)
	text, err := json.Marshal(map[string]any{"id": id, "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true}, "received_at": at,
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": m.pesel, "verified": true}}},
		"asked":   map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": at, "method": "document_seen"}})
	if err != nil {
		return nil, err
	}
	r, problems := request.Parse(bytes.NewReader(text))
	return r, problems.Err()
}

func (b *batches) ours(ctx context.Context, name string) error {
	e := b.engine
	stop := start()
	e.Operator = "another"
	err := e.ApproveBatch(ctx, name, "")
	e.Operator = "bench"
	if err != nil {
		return err
	}
	b.approve.addSpent(stop())
	stop = start()
	if err := e.StartBatch(ctx, name, ""); err != nil {
		return err
	}
	b.our.start.addSpent(stop())
	err = b.work(ctx, b.our, func(tx *state.Tx) ([]state.Step, error) { return tx.DueStepsOfBatch(name, e.Now()) })
	if err != nil {
		return err
	}
	s, err := e.BatchStanding(ctx, name)
	if err != nil {
		return err
	}
	for _, y := range s.Systems {
		if y.VerifiedAt == nil && y.State != "left out" {
			return fmt.Errorf("%s is %s: %s", y.Name, y.State, y.Why)
		}
	}
	return nil
}
