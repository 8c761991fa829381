package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// stopping enters somebody's objection to marketing or withdrawal of a consent: the newsletter's.
func stopping(t *testing.T, w *world.World, right request.Right, who sample.Person) string {
	t.Helper()
	seen := w.Clock.Now()
	r := &request.Request{ID: fmt.Sprint("s-", who.ID), Right: right, Controller: w.Map.Controllers[0].ID, Scope: &request.Scope{Purposes: []string{"newsletter"}},
		ReceivedAt: seen, Identity: &request.Identity{Method: "document_seen", VerifiedAt: &seen}}
	if right == request.Objection {
		r.Ground = "art21_2"
	}
	for _, id := range [][2]string{{"pesel", who.PESEL}, {"email", who.Email}} {
		if id[1] != "" {
			r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id[0], Value: subject.Seal(id[1]), Verified: true})
		}
	}
	if _, _, err := w.Engine.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// TestObjectionsTogether: several objections, or withdrawals, carried out together leave what they leave one by one: in the stores, in the
// receipts, and in what is not to be used for marketing any more.
func TestObjectionsTogether(t *testing.T) {
	t.Parallel()
	for _, right := range []request.Right{request.Objection, request.Withdrawal} {
		t.Run(string(right), func(t *testing.T) {
			t.Parallel()
			together, apart := world.Open(t, sample.Options{Members: 60}, nil), world.Open(t, sample.Options{Members: 60}, nil)
			people := func(w *world.World) []sample.Person {
				return []sample.Person{w.Persons.Demo, w.Persons.YearEnd, w.Persons.LeapDay, w.Persons.Prolific}
			}
			var ids []string
			for _, w := range []*world.World{together, apart} {
				do := register(t, w)
				for _, who := range people(w)[1:] { // the demo member is on the list already
					do("UPDATE members SET email = ? WHERE id = ?", fmt.Sprint("only", who.ID, "@lista.example"), who.ID)
					do("INSERT INTO subscriptions (email, topics) VALUES (?, 'wszystko')", fmt.Sprint("only", who.ID, "@lista.example"))
				}
			}
			before := together.Snapshot(t)
			for i, who := range people(together) {
				if i > 0 {
					who.Email = fmt.Sprint("only", who.ID, "@lista.example")
				}
				ids = append(ids, stopping(t, together, right, who))
				id := stopping(t, apart, right, who)
				p, err := apart.Engine.Plan(t.Context(), id, planOptions)
				if err != nil {
					t.Fatal(err)
				}
				as(apart, "jan", func() {
					err = errors.Join(apart.Engine.Approve(t.Context(), id, p.Digest), apart.Engine.Start(t.Context(), id, p.Digest), apart.Engine.Drain(t.Context(), id))
				})
				if err != nil {
					t.Fatal(err)
				}
				tellAll(t, apart, []string{id})
			}
			apart.Clock.Add(25 * time.Hour)
			for _, id := range ids {
				if err := apart.Engine.Drain(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			b, in := begin(t, together, "stop", ids)
			if len(in) != len(ids) {
				t.Fatalf("of %d %d are in the batch: %+v", len(ids), len(in), b.Left)
			}
			endBatch(t, together, b, in)
			if d := apart.Snapshot(t).Changed(together.Snapshot(t)); len(d) > 0 {
				t.Errorf("together they leave other stores than one by one: %v", d)
			}
			gone := 0
			for _, name := range before.Changed(together.Snapshot(t)) {
				if strings.HasPrefix(name, "register/subscriptions/") {
					gone++
				}
			}
			if gone != len(ids) {
				t.Errorf("%d of %d are off the list", gone, len(ids))
			}
			for i, id := range ids {
				one, of := apart.Standing(t, id), together.Standing(t, id)
				if one.State != "done" || of.State != "done" {
					t.Fatalf("%s: alone %s (%s), together %s (%s: %s)", id, one.State, one.Why, of.State, of.WaitsFor, of.Why)
				}
				if d := cmp.Diff(facts(t, apart, id), facts(t, together, id)); d != "" {
					t.Errorf("%s: the receipt says something else than alone:\n%s", id, d)
				}
				email := people(together)[i].Email
				if i > 0 {
					email = fmt.Sprint("only", people(together)[i].ID, "@lista.example")
				}
				var said [2]string
				for n, w := range []*world.World{apart, together} {
					s, err := w.Engine.CheckSuppression(t.Context(), "email", subject.Seal(email))
					if err != nil {
						t.Fatal(err)
					}
					said[n] = fmt.Sprintf("%+v", s)
				}
				if said[0] != said[1] {
					t.Errorf("%s: of the e-mail is said %s, alone %s", id, said[1], said[0])
				}
			}
		})
	}
}
