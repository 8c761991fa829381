package tables

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
)

// Owned are tables of members, what they paid, and addresses they may share.
const Owned = `CREATE TABLE addresses (id int PRIMARY KEY, street varchar(20));
	CREATE TABLE members (id int PRIMARY KEY, no varchar(20) UNIQUE, address_id int, FOREIGN KEY (address_id) REFERENCES addresses (id));
	CREATE TABLE payments (id int PRIMARY KEY, member_id int NOT NULL, FOREIGN KEY (member_id) REFERENCES members (id))`

// Leave erases members, their payments, and the addresses where nobody else lives.
func Leave(nos ...string) []connectors.Treatment {
	members, addresses, payments := Coll("members", "id"), Coll("addresses", "id"), Coll("payments", "id")
	values := make([]any, len(nos))
	for i, no := range nos {
		values[i] = no
	}
	to := func(c connectors.Collection, from, field string) connectors.Selection {
		sel := By(members, "no", values...)
		sel.Collection = c
		sel.Any[0].Via = []connectors.Hop{{Collection: members, From: []string{from}, To: []string{field}}}
		return sel
	}
	home := to(addresses, "address_id", "id")
	home.Where = []connectors.Cond{connectors.NoneOver(connectors.Step{Collection: members, From: []string{"id"}, To: []string{"address_id"}}, connectors.NotThat(connectors.InValues("no", values...)))}
	return []connectors.Treatment{Del(to(payments, "id", "member_id")), Del(By(members, "no", values...)), Del(home)}
}

// leaves erases members, as often as others stand in the way of it.
func (h *House) leaves(nos ...string) (out []connectors.Outcome, err error) {
	for {
		if out, err = h.Apply(Leave(nos...)...); !errors.Is(err, connectors.ErrTryLater) {
			return out, err
		}
	}
}

// numbered writes rows to insert, the first of number 0.
func numbered(n int, row func(i int) string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "(" + row(i) + ")"
	}
	return strings.Join(out, ", ")
}

// OwnedBy fills the tables of [Owned]: so many addresses, each of so many members, and each of them with so many payments.
func (h *House) OwnedBy(addresses, members, payments int) {
	h.Helper()
	h.Run("INSERT INTO addresses VALUES " + numbered(addresses, func(i int) string { return fmt.Sprintf("%d, 'Lipowa'", i) }))
	h.Run("INSERT INTO members VALUES " + numbered(addresses*members, func(i int) string { return fmt.Sprintf("%d, 'C-%d', %d", i, i, i/members) }))
	h.Run("INSERT INTO payments VALUES " + numbered(addresses*members*payments, func(i int) string { return fmt.Sprintf("%d, %d", i, i/payments) }))
}

// nobody says that all have left, and nothing of them is there any more.
func (h *House) nobody() {
	h.Helper()
	for _, table := range []string{"members", "payments", "addresses"} {
		h.Says("SELECT count(*) FROM "+table, "0")
	}
}

// TheLastOwnerTakesWhatWasShared has two owners leave at once, on two connections: the second waits for the first, and then sees that nobody
// else is left.
func (h *House) TheLastOwnerTakesWhatWasShared() {
	h.Helper()
	h.OwnedBy(1, 2, 1)
	var second errgroup.Group
	var out []connectors.Outcome
	opt := connectors.ApplyOptions{Confirm: func(ctx context.Context, o []connectors.Outcome) error {
		if o[2].Changed != 0 {
			return errors.New("the first takes the address of both")
		}
		second.Go(func() (err error) {
			out, err = h.leaves("C-1")
			return err
		})
		return h.Waits(ctx, "FOR UPDATE")
	}}
	if _, err := h.ApplyWith(opt, Leave("C-0")...); err != nil {
		h.Fatal(err)
	}
	if err := second.Wait(); err != nil {
		h.Fatal(err)
	}
	if out[2].Changed != 1 {
		h.Errorf("the last owner left the address behind: %+v", out)
	}
	h.nobody()
}

// ManyOwnersAtOnce has many leave at once: however calls fall, a shared row goes with the last, and none is left ownerless.
func (h *House) ManyOwnersAtOnce() {
	h.Helper()
	const addresses, owners = 20, 3
	h.OwnedBy(addresses, owners, 2)
	var all errgroup.Group
	for part := range owners {
		all.Go(func() error {
			for i := range addresses {
				if _, err := h.leaves(fmt.Sprintf("C-%d", owners*i+part)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		h.Fatal(err)
	}
	h.nobody()
}

// TwoNodesAtOnce has two who own something together leave at the same time on two nodes: the last takes it along, each time. There are as many
// addresses as rounds, each with two members.
func (h *House) TwoNodesAtOnce(other connectors.Store, rounds int) {
	h.Helper()
	second := *h
	second.Store = other
	for i := range rounds {
		var round errgroup.Group
		for n, node := range []*House{h, &second} {
			round.Go(func() error {
				_, err := node.leaves(fmt.Sprintf("C-%d", 2*i+n))
				return err
			})
		}
		if err := round.Wait(); err != nil {
			h.Fatal(err)
		}
	}
	h.nobody()
}

// BatchesThatMeet has many leave in two batches at the same time on two nodes, each of which shares an address with somebody of the other
// batch, and is named in the opposite order: neither batch waits for what the other has without end, and the later takes what was shared. There
// are as many addresses as rounds times size, each with two members.
func (h *House) BatchesThatMeet(other connectors.Store, rounds, size int) {
	h.Helper()
	second := *h
	second.Store = other
	for i := range rounds {
		batches := make([][]string, 2)
		for k := range size {
			first := 2 * (i*size + k)
			batches[0] = append(batches[0], fmt.Sprintf("C-%d", first))
			batches[1] = append(batches[1], fmt.Sprintf("C-%d", first+1))
		}
		slices.Reverse(batches[1])
		var round errgroup.Group
		for n, node := range []*House{h, &second} {
			round.Go(func() error {
				_, err := node.leaves(batches[n]...)
				return err
			})
		}
		if err := round.Wait(); err != nil {
			h.Fatal(err)
		}
	}
	h.nobody()
}

// LateChildrenWaitForTheirParent has a row come that refers to one that is being erased: not between its erasure and the commit. It gives what
// the database told whoever tried.
func (h *House) LateChildrenWaitForTheirParent() error {
	h.Helper()
	h.OwnedBy(1, 1, 1)
	late := h.Connect()
	var insert errgroup.Group
	opt := connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		insert.Go(func() error { return late.Run(h.Context(), "INSERT INTO payments VALUES (2, 0)") })
		return h.Waits(ctx, "INSERT INTO payments")
	}}
	if _, err := h.ApplyWith(opt, Leave("C-0")...); err != nil {
		h.Fatal(err)
	}
	return insert.Wait()
}

// WhoHoldsARowIsWaitedForAndNoLonger has somebody hold a row: it is waited for as long as the settings say, several times.
func (h *House) WhoHoldsARowIsWaitedForAndNoLonger() {
	h.Helper()
	h.OwnedBy(1, 1, 1)
	h.Run("START TRANSACTION; SELECT * FROM members FOR UPDATE")
	if out, err := h.Apply(Leave("C-0")...); !errors.Is(err, connectors.ErrTryLater) || len(out) != 3 || out[1].Changed != 0 {
		h.Errorf("%+v, %v", out, err)
	}
	h.Run("COMMIT")
	h.Changes([]int64{1, 1, 1}, Leave("C-0")...)
}

// AStepIsWorkedOnOnce makes two calls under one lock: one is told to come later; and the lock is given back.
func (h *House) AStepIsWorkedOnOnce() {
	h.Helper()
	h.OwnedBy(2, 1, 1)
	opt := connectors.ApplyOptions{Lock: "R-1/register"}
	opt.Confirm = func(context.Context, []connectors.Outcome) error {
		again := connectors.ApplyOptions{Lock: opt.Lock, Confirm: Yes}
		if _, err := h.ApplyWith(again, Leave("C-1")...); !errors.Is(err, connectors.ErrTryLater) {
			return fmt.Errorf("the same step, a second time: %w", err)
		}
		again.Lock = "R-2/register"
		_, err := h.ApplyWith(again, Leave("C-1")...)
		return err
	}
	if _, err := h.ApplyWith(opt, Leave("C-0")...); err != nil {
		h.Error(err)
	}
	opt.Confirm = Yes
	if _, err := h.ApplyWith(opt, Leave("C-0")...); err != nil {
		h.Error(err)
	}
}
