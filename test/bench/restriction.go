package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// benchRestriction compares the restriction of one member, and its lifting, with statements written by hand that move the same rows on an
// identical copy; then both copies must be what they were.
func benchRestriction(ctx context.Context, s settings) error {
	opt := sample.Options{Members: s.members}
	h, hand, closeBoth, err := bothWays(ctx, s, opt, nil)
	if err != nil {
		return err
	}
	defer closeBoth()
	b := &restrictions{house: h, hand: hand, restrict: newStages(), lift: newStages(), handRestrict: &series{name: "by hand, one transaction a file"}, handLift: &series{name: "by hand, one transaction a file"}}
	if b.mine, err = openHand(h); err != nil {
		return err
	}
	defer b.mine.close()
	was, err := b.hand.contents()
	if err != nil {
		return err
	}
	if err := b.hand.prepareMoves(); err != nil {
		return err
	}
	who, err := members(b.hand.reg, b.hand.led, s.n+warmUp, "pesel IS NOT NULL AND died_on IS NULL AND disability IS NULL")
	if err != nil {
		return err
	}
	for i, m := range who {
		if err := b.one(ctx, i, m); err != nil {
			return fmt.Errorf("member %d of the sample: %w", i, err)
		}
	}
	for name, side := range map[string]*byHand{"by hand": b.hand, "by Dossier": b.mine} {
		now, err := side.contents()
		if err != nil {
			return err
		}
		for table, text := range was {
			if now[table] != text {
				return fmt.Errorf("%s, restricted and lifted %s, is not what it was", table, name)
			}
		}
	}
	b.handRestrict.warm(warmUp)
	b.handLift.warm(warmUp)
	b.rows = b.rows[warmUp:]
	b.tell(fmt.Sprintf("Restriction of one member, %.0f rows moved in the median", quantile(b.rows, 0.5)), b.handRestrict, b.restrict)
	b.tell("Its lifting", b.handLift, b.lift)
	line("both copies moved as many rows of each member, and are what they were, value by value")
	line("")
	return nil
}

// warmUp members are left out.
const warmUp = 3

// restrictions is the two ways side by side.
type restrictions struct {
	*house
	hand *byHand // on the other copy
	mine *byHand // looks at ours
	rows []float64

	restrict, lift         stages
	handRestrict, handLift *series
}

func (b *restrictions) tell(title string, hand *series, s stages) {
	for _, x := range s.each() {
		x.warm(warmUp)
	}
	with := sum("apply + verify", s.apply, s.verify)
	report(title, hand, s.apply, with, s.plan, s.start)
	if hand.busy[0] > 0 {
		report("The same, by the time the processors gave", hand.processors(), s.apply.processors(), with.processors(), s.plan.processors(), s.start.processors())
	}
}

func (b *restrictions) one(ctx context.Context, i int, m member) error {
	var moved, held int64
	for turn := range 2 {
		var err error
		if turn == i%2 {
			held, err = b.ours(ctx, m)
		} else {
			moved, err = b.theirs(m)
		}
		if err != nil {
			return err
		}
	}
	if moved != held {
		return fmt.Errorf("%d rows were moved by hand, %d by Dossier", moved, held)
	}
	b.rows = append(b.rows, float64(held))
	return nil
}

func (b *restrictions) theirs(m member) (moved int64, err error) {
	stop := start()
	if moved, err = b.hand.restrict(m); err != nil {
		return 0, err
	}
	b.handRestrict.addSpent(stop())
	stop = start()
	if err = b.hand.lift(m); err != nil {
		return 0, err
	}
	b.handLift.addSpent(stop())
	return moved, nil
}

func (b *restrictions) ours(ctx context.Context, m member) (held int64, err error) {
	id, err := b.ask(ctx, "restriction", m.pesel, map[string]any{"ground": "art18_1_c", "scope": map[string]any{"all": true}})
	if err != nil {
		return 0, err
	}
	if err := b.carry(ctx, id, b.restrict); err != nil {
		return 0, err
	}
	if held, err = b.mine.marked(id); err != nil {
		return 0, err
	}
	told := sample.ReferenceDay.Add(-30 * 24 * time.Hour)
	lift, err := b.ask(ctx, "lift", m.pesel, map[string]any{"restriction": map[string]any{"of": id, "notice_sent_at": told}, "identity": nil})
	if err != nil {
		return 0, err
	}
	return held, b.carry(ctx, lift, b.lift)
}
