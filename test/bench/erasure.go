package main

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// lapsing is the map with periods of a day, so that whoever has left is erased whole: some forty rows in ten tables of two files.
var lapsing = map[string]string{
	"controller.yaml: keep: 10 years\n":               "keep: 1 days\n",
	"controller.yaml: keep: 6 years after year end\n": "keep: 1 days\n",
	"controller.yaml: keep: 5 years after year end\n": "keep: 1 days\n",
	"controller.yaml: keep: 5 years\n":                "keep: 1 days\n",
	"controller.yaml: keep: 1 year\n":                 "keep: 1 days\n",
	"ledger.yaml:     erase: { keep: art17_3_e, because: { pl: Dowód w sprawie o zapłatę., en: Evidence of a debt. } }\n": "",
}

// benchErasure compares the erasure of one member with statements written by hand, on an identical copy.
func benchErasure(ctx context.Context, s settings) error {
	opt := sample.Options{Members: s.members}
	h, err := open(ctx, s, opt, lapsing)
	if err != nil {
		return err
	}
	defer h.close()
	other, err := open(ctx, s, opt, lapsing)
	if err != nil {
		return err
	}
	defer other.close()
	hand, err := openHand(other)
	if err != nil {
		return err
	}
	defer hand.close()
	who, err := members(hand.reg, hand.led, s.n+3, "left_on < '2024-01-01' AND died_on IS NULL AND pesel IS NOT NULL AND disability IS NULL" /* consent goes on until it is withdrawn */)
	if err != nil {
		return err
	}
	b := &erasures{house: h, hand: hand, byHand: &series{name: "by hand, one transaction a file"}, emptied: &series{name: "by hand, and the write-ahead log emptied"},
		plan: &series{name: "plan"}, start: &series{name: "look once more, seal the keys, record"},
		apply: &series{name: "apply"}, verify: &series{name: "verify"}}
	for i, m := range who {
		if err := b.one(ctx, i, m); err != nil {
			return fmt.Errorf("member %d of the sample: %w", i, err)
		}
	}
	for _, x := range []*series{b.byHand, b.emptied, b.plan, b.start, b.apply, b.verify} {
		x.warm(3)
	}
	with := sum("apply + verify", b.apply, b.verify)
	report(fmt.Sprintf("Erasure of one member, %.0f rows changed in the median", quantile(b.rows, 0.5)), b.byHand, b.emptied, b.apply, with, b.plan, b.start)
	report("The same, beside as much care", b.emptied, b.apply, with)
	if b.byHand.busy[0] > 0 {
		report("The same, by the time the processors gave", b.byHand.processors(), b.emptied.processors(), b.apply.processors(), with.processors(), b.plan.processors(), b.start.processors())
	}
	line("connectors: started and opened in %s", short(h.started))
	return hand.compare(h)
}

// erasures is the two ways side by side.
type erasures struct {
	*house
	hand *byHand
	rows []float64

	byHand, emptied, plan, start, apply, verify *series
}

func (b *erasures) one(ctx context.Context, i int, m member) error {
	for turn := range 2 {
		var err error
		if turn == i%2 {
			err = b.ours(ctx, m)
		} else {
			err = b.theirs(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *erasures) theirs(m member) error {
	stop := start()
	n, err := b.hand.erase(m)
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

func (b *erasures) ours(ctx context.Context, m member) error {
	id, err := b.ask(ctx, "erasure", m.pesel, map[string]any{"ground": "art17_1_a", "scope": map[string]any{"all": true}})
	if err != nil {
		return err
	}
	stop := start()
	p, err := b.engine.Plan(ctx, id, engine.PlanOptions{Without: []string{"documents"}})
	if err != nil {
		return err
	}
	b.plan.addSpent(stop())
	b.engine.Operator = "another"
	err = b.engine.Approve(ctx, id, p.Digest)
	b.engine.Operator = "bench"
	if err != nil {
		return err
	}
	stop = start()
	if err := b.engine.Start(ctx, id, p.Digest); err != nil {
		return err
	}
	b.start.addSpent(stop())
	var apply, verify spent
	for {
		var due []state.Step
		err := b.engine.DB.Read(ctx, func(tx *state.Tx) (err error) { due, err = tx.DueStepsOf(id, b.engine.Now()); return err })
		if err != nil {
			return err
		}
		worked := false
		for _, s := range due {
			stop := start()
			ok, err := b.engine.Work(ctx, s.ID)
			if err != nil {
				return err
			}
			took := stop()
			switch s.Phase {
			case "apply":
				apply = apply.plus(took)
			case "verify":
				verify = verify.plus(took)
			}
			worked = worked || ok
		}
		if !worked {
			break
		}
	}
	b.apply.addSpent(apply)
	b.verify.addSpent(verify)
	return b.done(ctx, id)
}

// done wants every system verified.
func (b *erasures) done(ctx context.Context, id string) error {
	s, err := b.engine.Standing(ctx, id)
	if err != nil {
		return err
	}
	for _, y := range s.Systems {
		if y.VerifiedAt == nil && y.State != "left out" {
			return fmt.Errorf("%s is %s", y.Name, y.State)
		}
	}
	return nil
}
