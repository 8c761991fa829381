package crash

import (
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// together is a planned batch, one of whose members cannot be done in the register, and what an undisturbed run of it comes to.
type together struct {
	play
	plan  *plan.Batch
	stuck string // whose rows stand in the way
	end   batchEnding
}

// batchEnding is what the requests of a batch come to: each by itself, and the stores.
type batchEnding struct {
	stores cooperative.Snapshot
	each   map[string]memberEnding
	files  []string
}

type memberEnding struct {
	outcome, tombstone string
	counts             map[string]int64 // rows by system and treatment, however known
}

// TestKillABatch kills dossier at the points at which a batch differs from one request: when it begins, when all are worked at once, when a part of it gives way to its
// halves, when its members end. Whoever is at fault stands alone, the others are done, and each has the receipt it would have had.
func TestKillABatch(t *testing.T) {
	t.Parallel()
	h := built.House(t, cooperative.Lay(t, sample.Options{Members: 60}))
	inTheWay(t, h)
	b := &together{}
	b.next = b.sit
	people := []string{"erasure", "lease-mate-erasure", "corrections-erasure"}
	args := []string{"--json", "plan", "--batch", "leaving"}
	for _, name := range people {
		args = append(args, sameTerms(t, h, name))
	}
	if err := json.Unmarshal([]byte(h.Must(t, args...)), &b.plan); err != nil || len(b.plan.Requests) != len(people) {
		t.Fatalf("%d of %d are in the batch: %v (%v)", len(b.plan.Requests), len(people), b.plan.Left, err)
	}
	b.stuck = b.plan.Requests[0].Request
	b.end = b.ends(t, b.watch(t, h))
	at(t, b.reached(t, "begin", "apply/stored/documents", "apply/stored/ledger", "apply/ended/register", "apply/yielded/register", "apply/remade/register",
		"apply/ended/register#2", "apply/remade/register#2", "apply/stored/register", "apply/ended/register#3", "verify/ended/register",
		"tell/ended", "close/ended", "close/yielded", "close/closed"), func(t *testing.T, point string) {
		h := b.die(t, point)
		b.finish(t, h)
		got := b.ends(t, h)
		if diff := b.end.stores.Changed(got.stores); len(diff) > 0 {
			t.Errorf("the stores are not as after an undisturbed run: %v", diff)
		}
		got.stores = b.end.stores
		if diff := cmp.Diff(b.end, got, cmp.AllowUnexported(batchEnding{}, memberEnding{})); diff != "" {
			t.Errorf("not as after an undisturbed run:\n%s", diff)
		}
	})
}

// sameTerms is one of the sample's erasures on the terms of the others, in a file.
func sameTerms(t *testing.T, h *product.House, name string) string {
	t.Helper()
	text, err := os.ReadFile(h.Requests[name])
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), name+".json")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "art17_1_b", "art17_1_a")), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// inTheWay has the register refuse to let go of the demo member's vehicles.
func inTheWay(t *testing.T, h *product.House) {
	t.Helper()
	db, err := sql.Open("sqlite", h.Env()["REGISTER_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("CREATE TRIGGER in_the_way BEFORE DELETE ON vehicles WHEN OLD.member_id = (SELECT id FROM members WHERE member_no = '" + h.Persons.Demo.MemberNo +
		"') BEGIN SELECT RAISE(ABORT, 'not this one'); END")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// sit is the next thing to do for the batch: to begin it, to answer for the register of the one who stands alone there, to tell everybody
// and let a day go by.
func (b *together) sit(t *testing.T, h *product.House) (done, killed bool) {
	t.Helper()
	var st engine.BatchStanding
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "request", "show", b.plan.Batch)), &st); err != nil {
		t.Fatal(err)
	}
	var r product.Result
	switch stuck := slices.IndexFunc(st.Requests, func(m engine.BatchMember) bool { return m.Request == b.stuck }); {
	case st.State == "done":
		return true, false
	case st.StartedAt == nil:
		r = h.RunAs(t, "jan", "", "--json", "apply", b.plan.Batch, "--approve", b.plan.Digest)
	case slices.Contains(st.Requests[stuck].Attention, "constraint"):
		r = h.Run(t, "--json", "request", "settle", b.stuck, "--system", "register", "--because", "put right by hand")
	default:
		for _, m := range b.plan.Requests {
			h.Told(t, m.Request)
		}
		h.Later(25 * time.Hour)
		r = h.Run(t, "--json", "request", "resume", b.plan.Batch)
	}
	if !r.Killed && r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	return false, r.Killed
}

// memberOf is what one of several has come to.
func memberOf(t *testing.T, h *product.House, id string) memberEnding {
	t.Helper()
	facts := h.Receipt(t, id)
	if facts == nil {
		t.Fatal(id, "is done without a receipt")
	}
	one := memberEnding{facts.Outcome, h.Tombstone(t, id), map[string]int64{}}
	for _, sys := range facts.Systems {
		for _, c := range sys.Counts {
			one.counts[sys.Name+"/"+c.Treatment] += c.Committed + c.Inferred
		}
	}
	return one
}

// ends is what the requests of the batch have come to.
func (b *together) ends(t *testing.T, h *product.House) batchEnding {
	t.Helper()
	e := batchEnding{stores: h.Snapshot(t), each: map[string]memberEnding{}, files: filesOf(t, h)}
	for _, m := range b.plan.Requests {
		e.each[m.Request] = memberOf(t, h, m.Request)
	}
	return e
}
