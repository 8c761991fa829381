package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
)

const shared = `CREATE TABLE addresses (id int PRIMARY KEY, street text);
	CREATE TABLE members (id int PRIMARY KEY, no text UNIQUE, address_id int REFERENCES addresses);
	CREATE TABLE payments (id int PRIMARY KEY, member_id int NOT NULL REFERENCES members)`

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

// waits waits until some transaction of the database waits for another's lock.
func (h *house) waits(ctx context.Context) error {
	conn := h.connect()
	for waiting := false; !waiting; {
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'), pg_sleep(0.01)::text`).Scan(&waiting, nil)
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
			out, err = h.apply(leave("C-2")...)
			return err
		})
		return h.waits(ctx)
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
	h.says("SELECT count(*)::text FROM addresses", "0")
}

// TestManyOwnersAtOnce: however calls fall, a shared row goes with the last, and none is left ownerless.
func TestManyOwnersAtOnce(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO addresses SELECT g, 'Lipowa' FROM generate_series(0, 19) AS g; INSERT INTO members SELECT g, 'C-' || g, g / 3 FROM generate_series(0, 59) AS g;
		INSERT INTO payments SELECT g, g / 2 FROM generate_series(0, 119) AS g`)
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
	h.says("SELECT (SELECT count(*) FROM members) || ' ' || (SELECT count(*) FROM payments) || ' ' || (SELECT count(*) FROM addresses)", "0 0 0")
}

// TestTwoNodesAtOnce: of two who own something together and leave at the same time on two nodes, the last takes it along, a thousand times.
func TestTwoNodesAtOnce(t *testing.T) {
	const rounds = 1000
	h := newHouse(t, fmt.Sprintf(shared+`; CREATE INDEX ON members (address_id); CREATE INDEX ON payments (member_id);
		INSERT INTO addresses SELECT g, 'Lipowa' FROM generate_series(0, %[1]d - 1) AS g; INSERT INTO members SELECT g, 'C-' || g, g / 2 FROM generate_series(0, 2 * %[1]d - 1) AS g;
		INSERT INTO payments SELECT g, g FROM generate_series(0, 2 * %[1]d - 1) AS g; ANALYZE`, rounds)) //nolint:misspell // SQL spells it so
	other, err := Connector{}.Open(t.Context(), connectors.Config{settingURL: h.URL, settingLock: "1s"})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	second := &house{T: t, Database: h.Database, app: h.app, store: other}
	for i := range rounds {
		var round errgroup.Group
		for n, node := range []*house{h, second} {
			round.Go(func() error {
				for {
					if _, err := node.apply(leave(fmt.Sprintf("C-%d", 2*i+n))...); !errors.Is(err, connectors.ErrTryLater) {
						return err
					}
				}
			})
		}
		if err := round.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	h.says("SELECT (SELECT count(*) FROM members) || ' ' || (SELECT count(*) FROM payments) || ' ' || (SELECT count(*) FROM addresses)", "0 0 0")
}

// TestLateChildrenWaitForTheirParent: nothing that refers to a row by a foreign key comes between its erasure and the commit.
func TestLateChildrenWaitForTheirParent(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO members VALUES (1, 'C-1', NULL); INSERT INTO payments VALUES (1, 1)`)
	late := h.connect()
	var insert errgroup.Group
	opt := connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		insert.Go(func() error {
			_, err := late.Exec(t.Context(), "INSERT INTO payments VALUES (2, 1)")
			return err
		})
		return h.waits(ctx)
	}}
	if _, err := h.applyWith(opt, leave("C-1")...); err != nil {
		t.Fatal(err)
	}
	var e *pgconn.PgError
	if err := insert.Wait(); !errors.As(err, &e) || e.Code != foreignKey {
		t.Errorf("a payment of nobody: %v", err)
	}
}

// TestWhoHoldsARowIsWaitedForAndNoLonger: locks are waited for as long as the settings say, several times.
func TestWhoHoldsARowIsWaitedForAndNoLonger(t *testing.T) {
	h := newHouse(t, shared+`; INSERT INTO members VALUES (1, 'C-1', NULL)`)
	store, err := Connector{}.Open(t.Context(), connectors.Config{settingURL: h.URL, settingLock: "20ms"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	h.run("BEGIN; SELECT * FROM members FOR UPDATE")
	h.store = store
	if out, err := h.apply(leave("C-1")...); !errors.Is(err, connectors.ErrTryLater) || len(out) != 3 || out[1].Changed != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	h.run("COMMIT")
	h.changes([]int64{0, 1, 0}, leave("C-1")...)
}

// TestAStepIsWorkedOnOnce: of two calls under one lock, one is told to come later.
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
}
