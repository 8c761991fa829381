package clinic_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/product"
)

// TestMany erases hundreds of patients of one clinic together, from the file of requests to a receipt for each: of every one exactly what no period keeps is gone from
// every store, and every row, document, message, object and line of an export of everybody else is as it was, byte for byte. Children are spoken for by a parent; of
// those who act alone nothing is done.
func TestMany(t *testing.T) {
	n := 200
	if text := os.Getenv("DOSSIER_TEST_CLINIC_BATCH"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	watch := func(what string, r product.Result) {
		t.Logf("%6.1f s  %s: %.1f s of CPU, %d MiB at most", time.Since(began).Seconds(), what, r.CPU.Seconds(), r.Peak>>10)
	}
	h := newHouse(t, sample.Options{Patients: n + n/5, Seed: 7})
	crowd := h.Patients[len(h.Patients)-n-n/5:]
	var who, alone []*sample.Patient
	for _, p := range crowd {
		switch child := p.Born > "2008-11-06"; {
		case child && len(alone) < 3:
			alone = append(alone, p)
		case len(who) < n:
			who = append(who, p)
		}
	}
	watch("laid out", product.Result{})
	before := h.Snapshot(t)
	watch("read", product.Result{})
	want := h.Erased(t, before, h.Now, who...)

	file := filepath.Join(h.Root, "requests.ndjson")
	if err := os.WriteFile(file, h.leaving(t, who, alone), 0o600); err != nil {
		t.Fatal(err)
	}
	var b plan.Batch
	r := h.Run(t, "--json", "plan", file, "--batch", "leavers")
	watch("planned", r)
	if err := json.Unmarshal([]byte(r.Stdout), &b); err != nil {
		t.Fatalf("%v: %+v", err, r)
	}
	if !b.Applicable || len(b.Requests) != len(who) || len(b.Left) != len(alone) || b.Left[0].Attention.Code != "minor" {
		t.Fatalf("%d of %d planned, left %+v, %v", len(b.Requests), len(who), b.Left, b.Blockers)
	}
	r = h.RunAs(t, "jan", "", "--json", "apply", b.Batch, "--approve", b.Digest)
	watch("applied", r)
	product.Batch(t, r)
	h.sheet(t, "manual", len(want.Charts), "task", "done")
	watch("the cabinet", product.Result{})
	var ids []string
	for _, m := range b.Requests {
		ids = append(ids, m.Request)
	}
	s := product.Batch(t, r)
	for round := 0; s.State != "done" && round < 4; round++ {
		h.Told(t, ids...)
		h.sheet(t, "notify", -1, "task", "done", "--told", h.Now.Format(time.DateOnly), "--by", "letter", "--confirmed")
		h.Later(8 * 24 * time.Hour)
		r = h.Run(t, "--json", "request", "resume", b.Batch)
		watch("resumed", r)
		s = product.Batch(t, r)
	}
	if s.State != "done" {
		t.Fatalf("the batch does not come to its end: %s", s.State)
	}

	after := h.Snapshot(t)
	watch("read again", product.Result{})
	want.Want.Rewritten(after, want.Rewritten...)
	if diff := want.Want.Diff(after); len(diff) > 0 {
		t.Errorf("%d things are not as they should be; the first of them:\n%s", len(diff), strings.Join(diff[:min(len(diff), 12)], "\n"))
	}
	partly := 0
	for i, facts := range h.Receipts(t, ids...) {
		p := h.of(t, ids[i])
		if facts == nil {
			t.Fatalf("%s has no receipt", ids[i])
		}
		if got := counted(t, facts); !slices.Equal(got, want.Lines(p)) {
			t.Errorf("the receipt of %s counts\n  %s\nwant\n  %s", ids[i], strings.Join(got, "\n  "), strings.Join(want.Lines(p), "\n  "))
		}
		if facts.Outcome == "partly" {
			partly++
		}
	}
	if partly == 0 || partly == len(ids) {
		t.Errorf("of %d something was kept: too uniform to show anything", partly)
	}
	watch("receipts", product.Result{})
}

// leaving are requests for everything to be erased, one a line; those of children by a parent, but of those who act alone.
func (h *house) leaving(t *testing.T, who, alone []*sample.Patient) []byte {
	t.Helper()
	var lines bytes.Buffer
	for _, p := range slices.Concat(who, alone) {
		at := h.Now.Add(-time.Hour)
		r := map[string]any{"id": requestOf(p), "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true}, "received_at": at, "controller": theClinic,
			"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": p.PESEL, "verified": true}, map[string]any{"kind": "patient_no", "value": p.No, "verified": true}}},
			"asked":   map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": at.Add(time.Minute), "method": "document_seen"}}
		if p.Born > "2008-11-06" && !slices.Contains(alone, p) {
			r["requester"] = map[string]any{"capacity": "parent", "name": "Matka " + p.Last, "authority": map[string]any{"document": "akt urodzenia", "covers": []string{"erasure"}, "seen_at": at}}
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	return lines.Bytes()
}

// requestOf names a patient's request in the batch.
func requestOf(p *sample.Patient) string { return fmt.Sprintf("B-%d", p.ID) }

// of is whose request it is.
func (h *house) of(t *testing.T, request string) *sample.Patient {
	t.Helper()
	i := slices.IndexFunc(h.Patients, func(p *sample.Patient) bool { return requestOf(p) == request })
	if i < 0 {
		t.Fatalf("%s is nobody's", request)
	}
	return h.Patients[i]
}

// sheet answers all open tasks of the batch of one kind by one command. want is how many there are; -1 any number.
func (h *house) sheet(t *testing.T, kind string, want int, answer ...string) {
	t.Helper()
	var list struct{ Tasks []engine.TaskStanding }
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "task", "list", "--batch", "leavers", "--kind", kind)), &list); err != nil {
		t.Fatal(err)
	}
	if want >= 0 && len(list.Tasks) != want {
		t.Errorf("%d tasks of kind %s, want %d", len(list.Tasks), kind, want)
	}
	if len(list.Tasks) == 0 {
		return
	}
	for _, x := range list.Tasks {
		answer = append(answer, strconv.FormatInt(x.ID, 10))
	}
	if r := h.RunAs(t, "ewa", "", append([]string{"--json"}, answer...)...); r.Code != 0 {
		t.Fatalf("%+v", r)
	}
}

// counted are the rows a receipt says were treated, by place and treatment, sorted; each acknowledged by its store.
func counted(t *testing.T, facts *journal.Facts) (out []string) {
	t.Helper()
	n := map[string]int64{}
	for _, s := range facts.Systems {
		for _, c := range s.Counts {
			if c.Inferred != 0 {
				t.Errorf("%s/%s: %d rows are inferred", s.Name, c.Treatment, c.Inferred)
			}
			if _, what, _ := strings.Cut(c.Treatment, "/"); c.Committed != 0 && !strings.Contains(what, "/") {
				n[fmt.Sprintf("%s/%s %s", s.Name, c.Collection, what)] += c.Committed
			}
		}
	}
	for what, rows := range n {
		out = append(out, fmt.Sprintf("%s %d", what, rows))
	}
	slices.Sort(out)
	return out
}
