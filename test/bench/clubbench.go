package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// Who is measured: single members first, then batches, then the heavy ones.
const (
	heavies  = 6
	warming  = 3 // members of which nothing is counted
	rounds   = 3 // of the smaller size; of the larger two
	smaller  = 1000
	larger   = 10_000
	atLarger = 2
)

// benchClub erases members of a club on a server, one by one, the heaviest, and in batches, and gives one member a copy, each beside the same by hand.
func benchClub(ctx context.Context, s settings) error {
	singles := s.n + warming
	c := club{members: s.members, heavies: heavies}
	c.times = max(c.members*rowsOfAMember/(100-heavies)/(rowsOfAMember-1), 1)
	b, err := openClubs(ctx, s, c)
	if err != nil {
		return err
	}
	defer b.close()
	fmt.Printf("A club on %s: %d members of %d rows, %d of %d, %d rows in all\n\n", s.store, c.members, rowsOfAMember, c.heavies, c.heavyRows(), c.rows())
	t := &table{}
	next := 1
	take := func(n int) (out []string) {
		for range n {
			out = append(out, c.number(next))
			next++
		}
		return out
	}
	if s.wants("access") {
		if err := b.access(ctx, t, take(singles)); err != nil {
			return err
		}
	}
	if s.wants("one") {
		if err := b.singly(ctx, t, "one member", take(singles), warming, true); err != nil {
			return err
		}
	}
	if s.wants("heaviest") {
		next = c.members + 1
		if err := b.singly(ctx, t, fmt.Sprintf("the heaviest, %d rows", c.heavyRows()), take(heavies), 1, false); err != nil {
			return err
		}
		next = singles*2 + 1
	}
	for _, x := range []struct {
		name         string
		size, rounds int
	}{{"batch1000", smaller, cmp.Or(s.rounds, rounds)}, {"batch10000", larger, cmp.Or(s.rounds, atLarger)}} {
		if !s.wants(x.name) {
			continue
		}
		if left := c.members + 1 - next; left < x.size*x.rounds {
			return fmt.Errorf("%d members are left, and %d batches of %d are to be erased: -members", left, x.rounds, x.size)
		}
		if err := b.together(ctx, t, x.size, x.rounds, take); err != nil {
			return err
		}
	}
	if err := b.compare(ctx); err != nil {
		return err
	}
	line("connectors: started and opened in %s", short(b.started))
	t.print(s.store)
	return nil
}

// beside runs ours and theirs one after the other, who begins by turns.
func beside(turn int, theirs, ours func() error) error {
	if turn%2 == 0 {
		theirs, ours = ours, theirs
	}
	return errors.Join(theirs(), ours())
}

// singly erases members one by one. warm: of so many nothing is counted.
func (b *bothClubs) singly(ctx context.Context, t *table, what string, who []string, warm int, log bool) error {
	if err := b.tidy(ctx); err != nil {
		return err
	}
	hand, our := &series{name: "by hand"}, newStages()
	for i, number := range who {
		err := beside(i, func() error {
			stop := start()
			err := b.hand.erase(ctx, []string{number})
			hand.addSpent(stop())
			return err
		}, func() error {
			id, err := b.ask(ctx, "erasure", number, map[string]any{"ground": "art17_1_a", "scope": map[string]any{"all": true}})
			if err != nil {
				return err
			}
			return b.carry(ctx, id, our)
		})
		if err != nil {
			return err
		}
	}
	for _, x := range append(our.each(), hand) {
		x.warm(warm)
	}
	with := sum("apply + verify", our.apply, our.verify)
	report("Erasure of "+what, hand, our.apply, with, our.plan, our.start)
	report("The same, by the processors' time", hand.processors(), our.apply.processors(), with.processors(), our.plan.processors(), our.start.processors())
	t.add("erasure of "+what+": apply", hand, our.apply, "1.2")
	t.add("… apply + verify", hand, with, "1.4")
	t.add("… plan", hand, our.plan, "–")
	t.add("… look again, seal, record", hand, our.start, "–")
	return nil
}

// together erases many in one batch.
func (b *bothClubs) together(ctx context.Context, t *table, size, rounds int, take func(int) []string) error {
	hand, our := &series{name: "by hand, one transaction"}, newStages()
	more := aside{register: &series{name: "register"}, rest: &series{name: "tell, look again a day later, receipts, end"}}
	var memory float64
	for i := range rounds {
		if err := b.tidy(ctx); err != nil {
			return err
		}
		who := take(size)
		err := beside(i, func() error {
			stop := start()
			err := b.hand.erase(ctx, who)
			hand.addSpent(stop())
			return err
		}, func() error {
			watch := watchMemory()
			err := b.oneBatch(ctx, fmt.Sprintf("T-%d-%d", size, i), who, more, our)
			memory = max(memory, watch())
			return err
		})
		if err != nil {
			return err
		}
	}
	with := sum("apply + verify", our.apply, our.verify)
	title := fmt.Sprintf("Erasure of %d members in one batch, %d rows; rounds of other", size, size*rowsOfAMember)
	report(title, hand, our.apply, with, more.register, our.plan, our.start, more.rest)
	report("The same, by the processors' time", hand.processors(), our.apply.processors(), with.processors(), more.register.processors(), our.plan.processors(), our.start.processors(), more.rest.processors())
	line("peak memory of Dossier's processes: %.0f MiB", memory)
	line("")
	t.add(fmt.Sprintf("batch of %d: apply", size), hand, our.apply, "1.1")
	t.add("… apply + verify", hand, with, "1.3")
	t.add("… plan", hand, our.plan, "–")
	t.add("… look again, seal, record", hand, our.start, "–")
	t.add("… the rest, to the receipts", hand, more.rest, "–")
	t.note("Peak memory of Dossier's processes with a batch of %d: %.0f MiB.", size, memory)
	return nil
}

// aside is what a batch takes beside its stages.
type aside struct{ register, rest *series }

// oneBatch carries one out to the end: a day later for the second look, and the next batch is of that day.
func (b *bothClubs) oneBatch(ctx context.Context, name string, who []string, more aside, our stages) error {
	e := b.engine
	var list []*request.Request
	var ids []string
	for i, number := range who {
		r, err := erasureByNumber(fmt.Sprintf("%s-%d", name, i), number)
		if err != nil {
			return err
		}
		list, ids = append(list, r), append(ids, r.ID)
	}
	stop := start()
	if _, err := e.RegisterAll(ctx, list); err != nil {
		return err
	}
	more.register.addSpent(stop())
	stop = start()
	made, err := e.PlanBatch(ctx, name, ids, engine.PlanOptions{})
	if err != nil {
		return err
	}
	our.plan.addSpent(stop())
	if !made.Plan.Applicable || len(made.Plan.Requests) != len(who) {
		return fmt.Errorf("the batch cannot be applied to all: %v", made.Plan.Blockers)
	}
	e.Operator = "another"
	err = e.ApproveBatch(ctx, name, "")
	e.Operator = "bench"
	if err != nil {
		return err
	}
	stop = start()
	if err := e.StartBatch(ctx, name, ""); err != nil {
		return err
	}
	our.start.addSpent(stop())
	if err := b.work(ctx, our, func(tx *state.Tx) ([]state.Step, error) { return tx.DueStepsOfBatch(name, e.Now()) }); err != nil {
		return err
	}
	s, err := e.BatchStanding(ctx, name)
	if err != nil {
		return err
	}
	for _, y := range s.Systems {
		if y.VerifiedAt == nil {
			return fmt.Errorf("%s is %s: %s", y.Name, y.State, y.Why)
		}
	}
	b.at = b.at.Add(25 * time.Hour)
	stop = start()
	if err := e.DrainBatch(ctx, name); err != nil {
		return err
	}
	more.rest.addSpent(stop())
	if s, err = e.BatchStanding(ctx, name); err == nil && s.State != string(request.Done) {
		err = fmt.Errorf("the batch is %s, not done", s.State)
	}
	return err
}

func erasureByNumber(id, number string) (*request.Request, error) {
	at := sample.ReferenceDay.Add(9 * time.Hour)
	text, err := json.Marshal(map[string]any{"id": id, "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true}, "received_at": at,
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "member_no", "value": number, "verified": true}}},
		"asked":   map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": at, "method": "document_seen"}})
	if err != nil {
		return nil, err
	}
	r, problems := request.Parse(bytes.NewReader(text))
	return r, problems.Err()
}

// access gives members their copies.
func (b *bothClubs) access(ctx context.Context, t *table, who []string) error {
	hand, our := &series{name: "by hand: queries to CSV files"}, newStages()
	collect := &series{name: "archive"}
	for i, number := range who {
		err := beside(i, func() error {
			dir, err := os.MkdirTemp(b.dir, "hand-")
			if err != nil {
				return err
			}
			stop := start()
			err = b.hand.export(ctx, number, dir)
			hand.addSpent(stop())
			return errors.Join(err, os.RemoveAll(dir))
		}, func() error { return b.copyOf(ctx, number, our, collect) })
		if err != nil {
			return err
		}
	}
	for _, x := range []*series{hand, our.plan, our.start, collect} {
		x.warm(warming)
	}
	whole := sum("the whole access", our.plan, our.start, collect)
	report("Access of one member", hand, whole, our.plan, our.start, collect)
	report("The same, by the processors' time", hand.processors(), whole.processors(), our.plan.processors(), our.start.processors(), collect.processors())
	t.add("access of one member, whole", hand, whole, "1.3")
	t.add("… plan", hand, our.plan, "–")
	t.add("… look again, record", hand, our.start, "–")
	t.add("… archive", hand, collect, "–")
	return nil
}

func (b *bothClubs) copyOf(ctx context.Context, number string, our stages, collect *series) error {
	id, err := b.ask(ctx, "access", number, nil)
	if err != nil {
		return err
	}
	stop := start()
	p, err := b.engine.Plan(ctx, id, engine.PlanOptions{})
	if err != nil {
		return err
	}
	our.plan.addSpent(stop())
	stop = start()
	if err := b.engine.Start(ctx, id, p.Digest); err != nil {
		return err
	}
	our.start.addSpent(stop())
	stop = start()
	if err := b.release(ctx, id); err != nil {
		return err
	}
	collect.addSpent(stop())
	return b.isDone(ctx, id)
}

func (h *house) isDone(ctx context.Context, id string) error {
	var x state.Request
	err := h.engine.DB.Read(ctx, func(tx *state.Tx) (err error) { x, err = tx.Request(id); return err })
	if err == nil && x.State != "done" {
		err = fmt.Errorf("the copy is %s, not done", x.State)
	}
	return err
}

// benchPackage compares the copy of a member with very many rows with what the server itself writes into a CSV file.
func benchPackage(ctx context.Context, s settings) error {
	t := &table{}
	for _, n := range s.rows {
		if err := packageOf(ctx, s, t, n); err != nil {
			return err
		}
	}
	t.print(s.store)
	return nil
}

func packageOf(ctx context.Context, s settings, t *table, n int) error {
	b, err := openClubs(ctx, s, club{members: 100, heavies: 1, times: n / (rowsOfAMember - 1)})
	if err != nil {
		return err
	}
	defer b.close()
	number := b.number(101)
	times := 3
	if n <= 100_000 {
		times = 9
	}
	hand, our, collect := &series{name: "by hand: into one CSV file a table"}, newStages(), &series{name: "archive"}
	var memory float64
	for i := range times {
		runtime.GC()
		err := beside(i, func() error {
			stop := start()
			err := b.hand.export(ctx, number, b.dir)
			hand.addSpent(stop())
			return err
		}, func() error {
			watch := watchMemory()
			err := b.copyOf(ctx, number, our, collect)
			memory = max(memory, watch())
			return err
		})
		if err != nil {
			return err
		}
	}
	size, err := sizeOf(b.dir, clubTables[0].name, clubTables[1].name, clubTables[2].name, clubTables[3].name, clubTables[4].name)
	if err != nil {
		return err
	}
	rows := b.heavyRows()
	report(fmt.Sprintf("Copy of a member of %d rows, %.0f MiB of CSV; rounds of other", rows, size), hand, collect, our.plan, our.start)
	report("The same, by the processors' time", hand.processors(), collect.processors())
	rate := func(x *series) float64 { return float64(rows) / quantile(x.took, 0.5).Seconds() }
	line("%.0f rows a second by hand, %.0f into the archive: %.0f %%; peak memory of Dossier's processes %.0f MiB", rate(hand), rate(collect), 100*rate(collect)/rate(hand), memory)
	line("")
	t.add(fmt.Sprintf("archive of %d rows: %.0f %% of the rate by hand", rows, 100*rate(collect)/rate(hand)), hand, collect, "1.43 (70 %)")
	t.note("Peak memory of Dossier's processes with an archive of %d rows: %.0f MiB.", rows, memory)
	return nil
}

// sizeOf is what CSV files take, in MiB.
func sizeOf(dir string, names ...string) (mib float64, err error) {
	for _, n := range names {
		x, err := os.Stat(filepath.Join(dir, n+".csv"))
		if err != nil {
			return 0, err
		}
		mib += float64(x.Size()) / (1 << 20)
	}
	return mib, nil
}
