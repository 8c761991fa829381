package whose

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/world"
)

// closing makes of the cooperative's map one whose erasures end by themselves: nobody is told, nothing is looked at twice, and
// whoever plans may approve.
var closing = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?m)^    recipients: \[.*\n`), ""},
	{regexp.MustCompile(`(?m)^    discloses: .*\n`), ""},
	{regexp.MustCompile(`approval: \{ erasure: another_person \}`), "approval: { erasure: anybody }"},
	{regexp.MustCompile(`(?m)^connector: (.*)$`), "connector: $1\nsettle: 0"},
}

// closingHouse is a house of the sample's crowd with such a map.
func closingHouse(t *testing.T) *product.House {
	t.Helper()
	w := cooperative.Lay(t, sample.Options{})
	files, err := filepath.Glob(filepath.Join(w.MapDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no map", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range closing {
			b = c.what.ReplaceAll(b, []byte(c.with))
		}
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return built.House(t, w)
}

// crowd are members nobody named, those first who left first, with their leases.
func crowd(t *testing.T, h *product.House, n int) []sample.Person {
	t.Helper()
	reg := h.Register(t)
	rows, err := reg.Query(`SELECT id, member_no, pesel, (SELECT coalesce(group_concat(lease_no), '') FROM lease_parties WHERE member_id = members.id) FROM members
		WHERE id > 60 AND pesel IS NOT NULL AND died_on IS NULL ORDER BY left_on IS NULL, left_on, id LIMIT ?`, n)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []sample.Person
	for rows.Next() {
		var p sample.Person
		var leases string
		if err := rows.Scan(&p.ID, &p.MemberNo, &p.PESEL, &leases); err != nil {
			t.Fatal(err)
		}
		if leases != "" {
			p.Leases = strings.Split(leases, ",")
		}
		out = append(out, p)
	}
	if err := rows.Err(); err != nil || len(out) < n {
		t.Fatalf("%d of %d members, %v", len(out), n, err)
	}
	return out
}

// sharing are those who share a lease or an address with another of them.
func sharing(t *testing.T, h *product.House, who []sample.Person) map[int64]bool {
	t.Helper()
	out := map[int64]bool{}
	reg := h.Register(t)
	for _, p := range who {
		out[p.ID] = cooperative.Count(t, reg, `SELECT (SELECT count(*) FROM lease_parties a JOIN lease_parties b USING (lease_no) WHERE a.member_id = ?1 AND b.member_id <> ?1 AND b.member_id IN (`+ids(who)+`))
			+ (SELECT count(*) FROM members a JOIN members b USING (address_id) WHERE a.id = ?1 AND b.id <> ?1 AND b.id IN (`+ids(who)+`))`, p.ID) > 0
	}
	return out
}

// erasureOf is one person's request, on a line.
func erasureOf(t *testing.T, id string, p sample.Person) []byte {
	t.Helper()
	at := product.Start.Add(-72 * time.Hour)
	b, err := json.Marshal(map[string]any{"id": id, "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true}, "received_at": at,
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": p.PESEL, "verified": true}}},
		"asked":   map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": at.Add(time.Hour), "method": "document_seen"}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// alone erases one person by an engine in this process, from the request to the receipt.
func alone(t *testing.T, w *world.World, line []byte) {
	t.Helper()
	ctx, e := context.Background(), w.Engine
	r, problems := request.Parse(bytes.NewReader(line))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Register(ctx, r); err != nil {
		t.Fatal(err)
	}
	p, err := e.Plan(ctx, r.ID, engine.PlanOptions{})
	if err == nil {
		err = e.Approve(ctx, r.ID, p.Digest)
	}
	if err == nil {
		err = e.Start(ctx, r.ID, p.Digest)
	}
	if err == nil {
		err = e.Drain(ctx, r.ID)
	}
	if err != nil {
		t.Fatalf("%s alone: %v", r.ID, err)
	}
}

// receipt is what the receipt of a request erased alone attests.
func receipt(t *testing.T, w *world.World, id string) *journal.Facts {
	t.Helper()
	text, err := w.Engine.Receipt(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := journal.VerifyReceipt(text, w.Engine.Ring.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// counted are a receipt's rows by system, collection and treatment.
func counted(t *testing.T, id string, facts *journal.Facts) map[string]int64 {
	t.Helper()
	if facts == nil {
		t.Fatalf("%s has no receipt", id)
	}
	out := map[string]int64{}
	for _, s := range facts.Systems {
		for _, c := range s.Counts {
			if c.Inferred != 0 {
				t.Errorf("%s: %d rows of %s/%s were inferred", id, c.Inferred, s.Name, c.Collection)
			}
			if c.Committed > 0 && !strings.HasSuffix(c.Treatment, "/reference") { // of a row that becomes a shell anyway it may be counted apart
				out[s.Name+"/"+c.Collection+" "+c.Treatment] += c.Committed
			}
		}
	}
	return out
}

// TestBatchEqualsOneByOne: members erased together leave the stores as they are after the same members one by one, row for row and file
// for file; every receipt counts the same, but that a row two of them own is counted for both, not for the last; nobody else is touched.
func TestBatchEqualsOneByOne(t *testing.T) {
	t.Parallel()
	h := closingHouse(t)
	other := h.Copy(t)
	apart := world.On(t, other.World)
	asked := crowd(t, h, 30)
	lines := map[string][]byte{}
	var all []byte
	for i, p := range asked {
		id := fmt.Sprintf("B-%d", i+1)
		lines[id] = erasureOf(t, id, p)
		all = append(append(all, lines[id]...), '\n')
	}
	file := filepath.Join(h.Root, "requests.ndjson")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
	before, imports := h.Snapshot(t), importsOf(t, h)
	var b plan.Batch
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "plan", file, "--batch", "leavers")), &b); err != nil {
		t.Fatal(err)
	}
	if diff := before.Changed(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("a plan changed %v", diff)
	}
	if !b.Applicable || len(b.Requests) < 20 || len(b.Requests)+len(b.Left) != len(asked) {
		t.Fatalf("%d planned, %+v left, %v", len(b.Requests), b.Left, b.Blockers)
	}
	var who []sample.Person // whom the batch is of; the others wait for a plan of their own
	var names []string
	for i, p := range asked {
		id := fmt.Sprintf("B-%d", i+1)
		if slices.ContainsFunc(b.Requests, func(m plan.Member) bool { return m.Request == id }) {
			who, names = append(who, p), append(names, id)
			alone(t, apart, lines[id])
		}
	}
	own, stays, housemates := mine(t, h, who...), staysOf(t, h, who...), sharing(t, h, who)
	if r := h.Run(t, "apply", b.Batch, "--approve", b.Digest); r.Code != 0 {
		t.Fatalf("%+v", r)
	}

	after := h.Snapshot(t)
	if diff := after.Changed(other.Snapshot(t)); len(diff) > 0 {
		t.Errorf("together and one by one leave different stores: %v", diff)
	}
	if len(before.Changed(after)) < 100 {
		t.Errorf("%d rows and files changed: too few to show anything", len(before.Changed(after)))
	}
	onlyOwn(t, h, before, imports, own, stays)
	exact, more := 0, 0
	for i, p := range who {
		together, single := counted(t, names[i], h.Receipt(t, names[i])), counted(t, names[i], receipt(t, apart, names[i]))
		if housemates[p.ID] { // of a row two of them own, the receipts may say it twice
			more += compareShared(t, names[i], together, single)
			continue
		}
		exact++
		if d := cmp.Diff(single, together); d != "" {
			t.Errorf("%s: (-alone +together)\n%s", names[i], d)
		}
	}
	if exact < 5 || more == 0 {
		t.Errorf("%d members share nothing, %d rows are of two: too few to show anything", exact, more)
	}
	if leftover, err := filepath.Glob(filepath.Join(h.Temp(), "*")); err != nil || len(leftover) > 0 {
		t.Errorf("temporary files stayed: %v %v", leftover, err)
	}
	if bytes.Contains([]byte(h.Must(t, "journal", "verify")), []byte(who[0].PESEL)) {
		t.Error("the journal names a person")
	}
}

// compareShared wants that who goes with others is counted every row that goes, as the last of them alone would be. It gives how
// many more rows that is than were counted when they went one after the other.
func compareShared(t *testing.T, id string, together, single map[string]int64) (more int) {
	t.Helper()
	keys := maps.Clone(together)
	maps.Copy(keys, single)
	for k := range keys {
		switch d := together[k] - single[k]; {
		case d < 0 && !regexp.MustCompile(`/recount$`).MatchString(k):
			t.Errorf("%s: %d of %s together, %d alone", id, together[k], k, single[k])
		case d > 0:
			more += int(d)
		}
	}
	return more
}
