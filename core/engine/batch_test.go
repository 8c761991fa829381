package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// several are the named persons of the sample, in an order of their own, each with an erasure of theirs in the register.
func several(t testing.TB, w *world.World, only ...string) (ids []string) {
	t.Helper()
	for name, who := range w.Persons.All {
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		seen := w.Clock.Now()
		r := &request.Request{ID: "r-" + fmt.Sprint(who.ID), Right: request.Erasure, Ground: "art17_1_b", Controller: w.Map.Controllers[0].ID, Scope: &request.Scope{All: true},
			ReceivedAt: w.Clock.Now(), Identity: &request.Identity{Method: "document_seen", VerifiedAt: &seen}}
		for _, id := range [][2]string{{"pesel", who.PESEL}, {"member_no", who.MemberNo}, {"email", who.Email}} {
			if id[1] != "" {
				r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id[0], Value: subject.Seal(id[1]), Verified: true})
			}
		}
		if len(r.Subject.Identifiers) == 0 {
			continue
		}
		if _, _, err := w.Engine.Register(t.Context(), r); err != nil {
			t.Fatal(name, err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

// begin plans requests together, approves and starts them; nothing is worked yet. It gives who is in the batch.
func begin(t testing.TB, w *world.World, name string, ids []string) (*plan.Batch, []string) {
	t.Helper()
	ctx := context.Background()
	made, err := w.Engine.PlanBatch(ctx, name, ids, engine.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := made.Plan
	if !b.Applicable {
		t.Fatalf("the batch cannot be applied: %v", b.Blockers)
	}
	if len(made.Alone) != len(b.Left) || len(b.Left)+len(b.Requests) != len(ids) {
		t.Fatalf("of %d requests %d are in the batch, %d are left, %d have a plan of their own", len(ids), len(b.Requests), len(b.Left), len(made.Alone))
	}
	as(w, "jan", func() {
		err = errors.Join(w.Engine.ApproveBatch(ctx, b.Batch, b.Digest), w.Engine.StartBatch(ctx, b.Batch, b.Digest))
	})
	if err != nil {
		t.Fatal(err)
	}
	var in []string
	for _, m := range b.Requests {
		in = append(in, m.Request)
	}
	return b, in
}

func as(w *world.World, who string, f func()) {
	was := w.Engine.Operator
	w.Engine.Operator = who
	f()
	w.Engine.Operator = was
}

// endBatch works a batch to its end: whoever is to be told is told, and a day goes by.
func endBatch(t testing.TB, w *world.World, b *plan.Batch, in []string) {
	t.Helper()
	ctx := context.Background()
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
	tellAll(t, w, in)
	w.Clock.Add(25 * time.Hour)
	if err := w.Engine.DrainBatch(ctx, b.Batch); err != nil {
		t.Fatal(err)
	}
}

func tellAll(t testing.TB, w *world.World, ids []string) {
	t.Helper()
	for _, id := range ids {
		s, err := w.Engine.Standing(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Recipients {
			if r.Letter != "" || r.State == "done" {
				continue
			}
			if err := w.Engine.RecordTold(t.Context(), id, engine.Told{Recipient: r.Name, To: recipient.Done, At: w.Clock.Now(), How: "letter"}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// facts are what a receipt says of a request, but for what no two runs have in common.
func facts(t testing.TB, w *world.World, id string) *journal.Facts {
	t.Helper()
	text, err := w.Engine.Receipt(t.Context(), id)
	if err != nil {
		t.Fatal(id, err)
	}
	var r struct{ Facts json.RawMessage }
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	var f journal.Facts
	if err := json.Unmarshal(r.Facts, &f); err != nil {
		t.Fatal(err)
	}
	f.Number, f.ReceivedAt, f.ClosedAt, f.Plans = "", time.Time{}, time.Time{}, nil
	for i := range f.Systems {
		s := &f.Systems[i]
		s.VerifiedAt, s.SettledAt = time.Time{}, time.Time{}
	}
	return &f
}

// TestBatchIsOneAfterTheOther: what a batch leaves in the stores is what its members' requests leave one after the other; of those who own no
// row with another of them, so is every word of the receipt.
func TestBatchIsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	together, apart := world.Open(t, sample.Options{Members: 60}, nil), world.Open(t, sample.Options{Members: 60}, nil)
	who := []string{"Demo", "Spouse", "Husband", "Wife", "NextTenant", "LeaseMates[0]", "LeaseMates[1]", "SelfReference", "YearEnd", "LeapDay", "Prolific", "Dead"}
	b, in := begin(t, together, "", several(t, together, who...))
	if len(in) < 5 {
		t.Fatalf("only %d of the sample's persons can be planned together", len(in))
	}
	endBatch(t, together, b, in)

	several(t, apart, who...)
	for _, id := range in {
		p, err := apart.Engine.Plan(t.Context(), id, engine.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		as(apart, "jan", func() {
			err = errors.Join(apart.Engine.Approve(t.Context(), id, p.Digest), apart.Engine.Start(t.Context(), id, p.Digest), apart.Engine.Drain(t.Context(), id))
		})
		if err != nil {
			t.Fatal(id, err)
		}
		tellAll(t, apart, []string{id})
	}
	apart.Clock.Add(25 * time.Hour)
	for _, id := range in {
		if err := apart.Engine.Drain(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if d := apart.Snapshot(t).Changed(together.Snapshot(t)); len(d) > 0 {
		t.Errorf("the stores are not as after one request after the other: %v", d)
	}
	same, spouse := 0, fmt.Sprint("r-", together.Persons.Spouse.ID)
	for _, id := range in {
		one, of := apart.Standing(t, id), together.Standing(t, id)
		if one.State != "done" || of.State != "done" {
			t.Fatalf("%s: alone %s (%s), in the batch %s (%s: %s)", id, one.State, one.Why, of.State, of.WaitsFor, of.Why)
		}
		x, y := facts(t, apart, id), facts(t, together, id)
		if id == spouse { // alone, the other owner has left before, and what they owned together is the spouse's to keep
			x.Kept, y.Kept = nil, nil
		}
		if d := cmp.Diff(x, y); d != "" {
			t.Errorf("%s: the receipt says something else than alone:\n%s", id, d)
			continue
		}
		same++
	}
	if same < len(in) {
		t.Errorf("of %d members %d have the receipt they have alone", len(in), same)
	}
	frames, err := framesOf(together, b.Batch)
	if err != nil || frames != 0 {
		t.Errorf("%d captured frames outlive the batch (%v)", frames, err)
	}
	s, err := together.Engine.BatchStanding(t.Context(), b.Batch)
	if err != nil || s.State != "done" || len(s.Requests) != len(in) {
		t.Errorf("the batch is %+v (%v)", s, err)
	}
}

func framesOf(w *world.World, batch string) (n int, err error) {
	err = w.Engine.DB.Read(context.Background(), func(tx *state.Tx) error {
		frames, err := tx.BatchFrames(batch, "", "")
		n = len(frames)
		return err
	})
	return n, err
}
