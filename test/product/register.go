package product

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
)

// Plan plans a request (a file or an id).
func (h *House) Plan(t testing.TB, request string) *plan.Plan {
	t.Helper()
	var p plan.Plan
	decode(t, h.Must(t, "--json", "plan", request), &p)
	return &p
}

// Batch reads where a batch stands after a command that worked it.
func Batch(t testing.TB, r Result) *engine.BatchStanding {
	t.Helper()
	var s engine.BatchStanding
	if r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	if err := json.Unmarshal([]byte(r.Stdout), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// Apply lets another person approve the plan and carries it out.
func (h *House) Apply(t testing.TB, p *plan.Plan) Result {
	t.Helper()
	return h.RunAs(t, "jan", "", "--json", "apply", p.Request, "--approve", p.Digest)
}

// Standing is where a request stands.
func (h *House) Standing(t testing.TB, id string) *engine.Standing {
	t.Helper()
	var s engine.Standing
	decode(t, h.Must(t, "--json", "request", "show", id), &s)
	return &s
}

// System is one system's part of it.
func System(t testing.TB, s *engine.Standing, name string) engine.SystemStanding {
	t.Helper()
	for _, y := range s.Systems {
		if y.Name == name {
			return y
		}
	}
	t.Fatalf("%s says nothing of %s", s.ID, name)
	return engine.SystemStanding{}
}

func decode(t testing.TB, text string, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), to); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// Write runs f on the state, as another program of the executor would.
func (h *House) Write(t testing.TB, f func(*state.Tx) error) {
	t.Helper()
	db, err := state.Open(context.Background(), h.State())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// Told records that every recipient of requests was told and has done the same.
func (h *House) Told(t testing.TB, ids ...string) {
	t.Helper()
	h.Write(t, func(tx *state.Tx) error {
		for _, id := range ids {
			list, err := tx.Notices(id)
			for _, n := range list {
				if n.State == "queued" {
					n.State, n.SentAt, n.DoneAt = "done", h.Now, h.Now
					err = tx.PutNotice(n)
				}
				if err != nil {
					return err
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Receipt is what a request's receipt attests, verified; nil where it has none.
func (h *House) Receipt(t testing.TB, id string) *journal.Facts {
	t.Helper()
	return h.Receipts(t, id)[0]
}

// Receipts are those of several requests, in their order.
func (h *House) Receipts(t testing.TB, ids ...string) []*journal.Facts {
	t.Helper()
	ring, err := keys.Open(h.Ring(), h.State())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ring.Signer()
	if err != nil {
		t.Fatal(err)
	}
	verifier := ring.VerifierKey()
	out := make([]*journal.Facts, len(ids))
	h.Write(t, func(tx *state.Tx) error {
		if _, err := journal.Verify(tx, verifier); err != nil {
			return err
		}
		for i, id := range ids {
			if ok, err := tx.Fact(id, "receipt", new(json.RawMessage)); err != nil {
				return err
			} else if !ok {
				continue
			}
			text, err := journal.Reissue(tx, signer, id, h.Now)
			if err != nil {
				return err
			}
			if out[i], err = journal.VerifyReceipt(text, verifier); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// Tombstone is the state of a request's tombstone; "" where it has none.
func (h *House) Tombstone(t testing.TB, id string) (st string) {
	t.Helper()
	h.Write(t, func(tx *state.Tx) error {
		found, err := tx.TombstoneOf(id)
		if err == nil {
			st = found.State
		}
		return nil
	})
	return st
}

// Answer answers every open task of a request as somebody who does what is asked and finds nobody else named; copies of paper are the
// file given. It stops where a command is killed, and says so.
func (h *House) Answer(t testing.TB, id, copied string) (killed bool) {
	t.Helper()
	var list struct{ Tasks []engine.TaskStanding }
	decode(t, h.Must(t, "--json", "task", "list", "--request", id), &list)
	for _, x := range list.Tasks {
		args := []string{"--json", "task", "done", strconv.FormatInt(x.ID, 10)}
		switch {
		case x.Act == "copy":
			args = append(args, "--attach", copied)
		case x.Kind == "notify":
			args = append(args, "--told", h.Now.Format(time.DateOnly), "--by", "letter", "--confirmed")
		}
		r := h.RunAs(t, "ewa", "", args...)
		if r.Killed {
			return true
		}
		if r.Code != 0 {
			t.Fatalf("%+v", r)
		}
	}
	return false
}
