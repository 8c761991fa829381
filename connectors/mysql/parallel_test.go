package mysql

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
)

const shared = `CREATE TABLE addresses (id int PRIMARY KEY, street text);
	CREATE TABLE members (id int PRIMARY KEY, no varchar(20) UNIQUE, address_id int, FOREIGN KEY (address_id) REFERENCES addresses (id));
	CREATE TABLE payments (id int PRIMARY KEY, member_id int NOT NULL, FOREIGN KEY (member_id) REFERENCES members (id))`

// leave erases a member, her payments, and her address where nobody else lives there.
func leave(no string) []connectors.Treatment {
	members, addresses, payments := coll("members", "id"), coll("addresses", "id"), coll("payments", "id")
	to := func(c connectors.Collection, from, field string) connectors.Selection {
		sel := by(members, "no", no)
		sel.Collection = c
		sel.Any[0].Via = []connectors.Hop{{Collection: members, From: []string{from}, To: []string{field}}}
		return sel
	}
	home := to(addresses, "address_id", "id")
	home.Where = []connectors.Cond{connectors.NoneOver(connectors.Step{Collection: members, From: []string{"id"}, To: []string{"address_id"}}, connectors.NotThat(connectors.InValues("no", no)))}
	return []connectors.Treatment{del(to(payments, "id", "member_id")), del(by(members, "no", no)), del(home)}
}

// waits waits until some transaction of the database waits for another's lock, or the statement that begins so is sent.
func (h *house) waits(ctx context.Context, statement string) error {
	conn := h.connect(h.URL)
	for waiting := 0; waiting == 0; {
		err := conn.QueryRowContext(ctx, "SELECT count(*) + sleep(0.01) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE concat('%', ?, '%') AND ID <> CONNECTION_ID() AND TIME_MS > 50", statement).Scan(&waiting)
		if err != nil {
			return err
		}
	}
	return nil
}

// TestTheLastOwnerTakesWhatWasShared: two owners leave at once, on two connections; the second waits for the first, and then sees that
// nobody else is left.
func TestTheLastOwnerTakesWhatWasShared(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO addresses VALUES (1, 'Lipowa'); INSERT INTO members VALUES (1, 'C-1', 1), (2, 'C-2', 1); INSERT INTO payments VALUES (1, 1), (2, 2)`)
	var second errgroup.Group
	var out []connectors.Outcome
	opt := connectors.ApplyOptions{Confirm: func(ctx context.Context, o []connectors.Outcome) error {
		if o[2].Changed != 0 {
			return fmt.Errorf("the first takes the address of both")
		}
		second.Go(func() (err error) {
			for {
				out, err = h.apply(leave("C-2")...)
				if !errors.Is(err, connectors.ErrTryLater) {
					return err
				}
			}
		})
		return h.waits(ctx, "FOR UPDATE")
	}}
	if _, err := h.applyWith(opt, leave("C-1")...); err != nil {
		t.Fatal(err)
	}
	if err := second.Wait(); err != nil {
		t.Fatal(err)
	}
	if out[2].Changed != 1 {
		t.Errorf("the last owner left the address behind: %+v", out)
	}
	h.says("SELECT count(*) FROM addresses", "0")
}

// TestManyOwnersAtOnce: however calls fall, a shared row goes with the last, and none is left ownerless.
func TestManyOwnersAtOnce(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO addresses SELECT seq, 'Lipowa' FROM seq_0_to_19; INSERT INTO members SELECT seq, concat('C-', seq), seq DIV 3 FROM seq_0_to_59;
		INSERT INTO payments SELECT seq, seq DIV 2 FROM seq_0_to_119`)
	var all errgroup.Group
	for part := range 3 {
		all.Go(func() error {
			for i := range 20 {
				for {
					_, err := h.apply(leave(fmt.Sprintf("C-%d", 3*i+part))...)
					if errors.Is(err, connectors.ErrTryLater) {
						continue
					}
					if err != nil {
						return err
					}
					break
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	h.says("SELECT concat((SELECT count(*) FROM members), ' ', (SELECT count(*) FROM payments), ' ', (SELECT count(*) FROM addresses))", "0 0 0")
}

// TestLateChildrenWaitForTheirParent: nothing that refers to a row by a foreign key comes between its erasure and the commit.
func TestLateChildrenWaitForTheirParent(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO members VALUES (1, 'C-1', NULL); INSERT INTO payments VALUES (1, 1)`)
	late := h.connect(h.URL)
	var insert errgroup.Group
	opt := connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		insert.Go(func() error {
			_, err := late.ExecContext(t.Context(), "INSERT INTO payments VALUES (2, 1)")
			return err
		})
		return h.waits(ctx, "INSERT INTO payments")
	}}
	if _, err := h.applyWith(opt, leave("C-1")...); err != nil {
		t.Fatal(err)
	}
	var e *mysql.MySQLError
	if err := insert.Wait(); !errors.As(err, &e) || e.Number != childRow {
		t.Errorf("a payment of nobody: %v", err)
	}
}

// TestARowThatIsSomebodyElsesByThenStays: what was found before its lock was had is looked at again under it.
func TestARowThatIsSomebodyElsesByThenStays(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO members VALUES (1, 'C-1', NULL), (2, 'C-2', NULL); INSERT INTO payments VALUES (1, 1), (2, 1)`)
	other := h.connect(h.URL)
	if _, err := other.ExecContext(t.Context(), "START TRANSACTION; UPDATE payments SET member_id = 2 WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	payments := leave("C-1")[0]
	var call errgroup.Group
	var out []connectors.Outcome
	call.Go(func() (err error) {
		for {
			out, err = h.apply(payments)
			if !errors.Is(err, connectors.ErrTryLater) {
				return err
			}
		}
	})
	if err := h.waits(t.Context(), "FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := call.Wait(); err != nil || out[0].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	h.says("SELECT group_concat(concat(id, ' of ', member_id)) FROM payments", "1 of 2")
}

// TestWhoHoldsARowIsWaitedForAndNoLonger: locks are waited for as long as the settings say, several times.
func TestWhoHoldsARowIsWaitedForAndNoLonger(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO members VALUES (1, 'C-1', NULL)`)
	h.run("START TRANSACTION; SELECT * FROM members FOR UPDATE")
	if out, err := h.apply(leave("C-1")...); !errors.Is(err, connectors.ErrTryLater) || len(out) != 3 || out[1].Changed != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	h.run("COMMIT")
	h.changes([]int64{0, 1, 0}, leave("C-1")...)
}

// TestAStepIsWorkedOnOnce: of two calls under one lock, one is told to come later; and the lock is given back.
func TestAStepIsWorkedOnOnce(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO members VALUES (1, 'C-1', NULL), (2, 'C-2', NULL)`)
	opt := connectors.ApplyOptions{Lock: "R-1/register"}
	opt.Confirm = func(context.Context, []connectors.Outcome) error {
		again := connectors.ApplyOptions{Lock: opt.Lock, Confirm: yes}
		if _, err := h.applyWith(again, leave("C-2")...); !errors.Is(err, connectors.ErrTryLater) {
			return fmt.Errorf("the same step, a second time: %w", err)
		}
		again.Lock = "R-2/register"
		_, err := h.applyWith(again, leave("C-2")...)
		return err
	}
	if _, err := h.applyWith(opt, leave("C-1")...); err != nil {
		t.Error(err)
	}
	opt.Confirm = yes
	if _, err := h.applyWith(opt, leave("C-1")...); err != nil {
		t.Error(err)
	}
}
