package main

import (
	"context"
	"fmt"

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

// haveLeft are members of whom the map with periods of a day lets nothing stand; consent to be registered as disabled goes on until it is
// withdrawn.
const haveLeft = "left_on < '2024-01-01' AND died_on IS NULL AND pesel IS NOT NULL AND disability IS NULL"

// benchErasure compares the erasure of one member with statements written by hand, on an identical copy.
func benchErasure(ctx context.Context, s settings) error {
	opt := sample.Options{Members: s.members}
	h, hand, closeBoth, err := bothWays(ctx, s, opt, lapsing)
	if err != nil {
		return err
	}
	defer closeBoth()
	who, err := members(hand.reg, hand.led, s.n+3, haveLeft)
	if err != nil {
		return err
	}
	b := &erasures{house: h, hand: hand, byHand: &series{name: "by hand, one transaction a file"}, emptied: &series{name: "by hand, and the write-ahead log emptied"}, our: newStages()}
	for i, m := range who {
		if err := b.one(ctx, i, m); err != nil {
			return fmt.Errorf("member %d of the sample: %w", i, err)
		}
	}
	for _, x := range []*series{b.byHand, b.emptied, b.our.plan, b.our.start, b.our.apply, b.our.verify} {
		x.warm(3)
	}
	with := sum("apply + verify", b.our.apply, b.our.verify)
	report(fmt.Sprintf("Erasure of one member, %.0f rows changed in the median", quantile(b.rows, 0.5)), b.byHand, b.emptied, b.our.apply, with, b.our.plan, b.our.start)
	report("The same, beside as much care", b.emptied, b.our.apply, with)
	if b.byHand.busy[0] > 0 {
		report("The same, by the time the processors gave", b.byHand.processors(), b.emptied.processors(), b.our.apply.processors(), with.processors(), b.our.plan.processors(), b.our.start.processors())
	}
	line("connectors: started and opened in %s", short(h.started))
	return hand.compare(h)
}

// erasures is the two ways side by side.
type erasures struct {
	*house
	hand *byHand
	rows []float64

	byHand, emptied *series
	our             stages
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
	return b.carry(ctx, id, b.our)
}
