package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// heldRows are how many rows of others are held while a member is given a copy, by system, collection and key.
var heldRows = []struct {
	system, collection string
	n                  int
}{{"register", "members", 1000}, {"register", "lease_parties", 1000}, {"ledger", "entries", 8000}}

// benchHeld compares the access of one member while thousands of rows of others are held with the same on a copy where none is, and with
// queries written by hand on the copy that holds.
func benchHeld(ctx context.Context, s settings) error {
	opt := sample.Options{Members: s.members}
	free, err := open(ctx, s, opt, nil)
	if err != nil {
		return err
	}
	defer free.close()
	holding, err := open(ctx, s, opt, nil)
	if err != nil {
		return err
	}
	defer holding.close()
	db, err := openHand(free)
	if err != nil {
		return err
	}
	defer db.close()
	who, err := members(db.reg, db.led, s.n+warmUp, "pesel IS NOT NULL")
	if err != nil {
		return err
	}
	held, err := holding.holdOthers(ctx, db, who)
	if err != nil {
		return err
	}
	there, err := openHand(holding)
	if err != nil {
		return err
	}
	defer there.close()
	none, some := newAccess("none held"), newAccess(fmt.Sprintf("%d rows of others held", held))
	hand := &series{name: "by hand: queries to CSV files, while they are held"}
	for i, m := range who {
		stop := start()
		if err := readByHand(holding, there.reg, there.led, m); err != nil {
			return err
		}
		hand.addSpent(stop())
		for turn := range 2 {
			h, into := free, none
			if turn == i%2 {
				h, into = holding, some
			}
			if err := h.access(ctx, m, into); err != nil {
				return fmt.Errorf("member %d of the sample: %w", i, err)
			}
		}
	}
	for _, x := range []*accessTimes{none, some} {
		x.plan.warm(warmUp)
		x.rest.warm(warmUp)
	}
	hand.warm(warmUp)
	report("Access of one member: plan", none.plan, some.plan)
	report("Access of one member: the whole", none.whole(), some.whole())
	report("The same, to code by hand", hand, none.whole(), some.whole())
	if none.plan.busy[0] > 0 {
		report("The same, by the time the processors gave", none.whole().processors(), some.whole().processors())
	}
	return nil
}

// accessTimes is what accesses on one copy took.
type accessTimes struct {
	name       string
	plan, rest *series
}

func newAccess(name string) *accessTimes {
	return &accessTimes{name: name, plan: &series{name: name}, rest: &series{name: name}}
}

func (a *accessTimes) whole() *series { return sum(a.name, a.plan, a.rest) }

func (h *house) access(ctx context.Context, m member, into *accessTimes) error {
	id, err := h.ask(ctx, "access", m.pesel, nil)
	if err != nil {
		return err
	}
	stop := start()
	p, err := h.engine.Plan(ctx, id, engine.PlanOptions{})
	if err != nil {
		return err
	}
	into.plan.addSpent(stop())
	if p.Asks() {
		if err := h.engine.Approve(ctx, id, p.Digest); err != nil {
			return err
		}
	}
	stop = start()
	if err := h.engine.Start(ctx, id, p.Digest); err != nil {
		return err
	}
	if err := h.engine.Drain(ctx, id); err != nil {
		return err
	}
	into.rest.addSpent(stop())
	return nil
}

// holdOthers blocks rows of whoever is not measured, through the connectors, and says how many.
func (h *house) holdOthers(ctx context.Context, db *byHand, who []member) (held int64, err error) {
	var ids, nos []string
	for _, m := range who {
		ids, nos = append(ids, fmt.Sprint(m.id)), append(nos, "'"+m.no+"'")
	}
	keys := map[string]struct {
		db   *sql.DB
		text string
	}{
		"members":       {db.reg, "SELECT id, 0 FROM members WHERE id > 60 AND id NOT IN (" + strings.Join(ids, ",") + ") ORDER BY id"},
		"lease_parties": {db.reg, "SELECT lease_no, member_id FROM lease_parties WHERE member_id > 60 AND member_id NOT IN (" + strings.Join(ids, ",") + ") ORDER BY member_id"},
		"entries":       {db.led, "SELECT e.book, e.entry_no FROM entries e JOIN accounts a ON a.account_no = e.account_no WHERE a.member_no NOT IN (" + strings.Join(nos, ",") + ") ORDER BY e.book, e.entry_no"},
	}
	for _, x := range heldRows {
		c := h.engine.Planner.Systems[x.system].Map.Collection(x.collection)
		q := keys[x.collection]
		tuples, err := tuplesOf(ctx, q.db, q.text, len(c.Key), x.n)
		if err != nil {
			return 0, err
		}
		writer, ok := connectors.As[connectors.Writer](h.engine.Planner.Systems[x.system].Store)
		if !ok {
			return 0, connectors.ErrNotSupported
		}
		out, err := writer.Apply(ctx, []connectors.Treatment{{ID: x.collection, Verb: connectors.Block, Method: "move", Mark: "others", AtMost: int64(len(tuples)),
			On: connectors.Selection{Collection: graph.Place(c), Any: []connectors.Match{{Fields: c.Key, Values: tuples}}}}},
			connectors.ApplyOptions{Lock: "bench/" + x.collection, Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
		if err != nil {
			return 0, fmt.Errorf("%s: %w", x.collection, err)
		}
		held += out[0].Changed
	}
	return held, nil
}

// tuplesOf reads keys of one field or of two.
func tuplesOf(ctx context.Context, db *sql.DB, text string, fields, n int) ([]connectors.Tuple, error) {
	rows, err := db.QueryContext(ctx, text+fmt.Sprintf(" LIMIT %d", n))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []connectors.Tuple
	for rows.Next() {
		var a, b any
		if err := rows.Scan(&a, &b); err != nil {
			return nil, err
		}
		out = append(out, connectors.Tuple{Values: []any{a, b}[:fields]})
	}
	return out, rows.Err()
}
