package leak

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-dsr/dossier/core/plan"
)

// TestBatch: a batch plan, what is said and written of it while it is planned, refused, killed and carried out, and its members' ends.
func TestBatch(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	var lines []byte
	for _, name := range []string{"erasure", "stranger-erasure", "unknown-dates-erasure", "wife-erasure"} {
		b, err := os.ReadFile(e.Requests[name])
		if err != nil {
			t.Fatal(err)
		}
		var line bytes.Buffer
		if err := json.Compact(&line, bytes.ReplaceAll(b, []byte("art17_1_b"), []byte("art17_1_a"))); err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line.Bytes()...), '\n')
	}
	dir := t.TempDir()
	all, bad, out := filepath.Join(dir, "all.ndjson"), filepath.Join(dir, "bad.ndjson"), filepath.Join(dir, "batch.json")
	wrong := bytes.Replace(lines, []byte(`"right":"erasure"`), []byte(`"nazwisko":"`+e.Persons.Demo.PESEL+`","right":"erasure"`), 1)
	for file, text := range map[string][]byte{all: lines, bad: append(wrong, lines[:len(lines)/3]...)} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e.run(t, refused, "anna", "", "plan", bad)
	e.run(t, refused, "anna", "", "plan", all, e.Requests["erasure"])
	e.run(t, refused, "anna", "", "plan", all, e.Requests["access"])
	e.run(t, fine, "anna", "", "plan", all, "--batch", "leaving", "--rehearse", "-o", out)
	r := e.run(t, fine, "anna", "", "--json", "plan", "show", "leaving")
	var b plan.Batch
	if err := json.Unmarshal([]byte(r.Stdout), &b); err != nil {
		t.Fatal(err)
	}
	if len(b.Requests) < 2 || len(b.Left) == 0 {
		t.Fatalf("%d planned together, %d left: too few to show anything", len(b.Requests), len(b.Left))
	}
	e.run(t, fine, "anna", "", "plan", "diff", out, "leaving")
	e.run(t, refused, "anna", "", "apply", out)
	e.Extra["DOSSIER_FAILPOINT"] = "apply/prepared/ledger"
	if r := e.run(t, []int{-1}, "jan", "", "apply", out, "--approve", b.Digest); !r.Killed {
		t.Fatal("it lives")
	}
	delete(e.Extra, "DOSSIER_FAILPOINT")
	e.run(t, fine, "jan", "", "request", "wait", "leaving")
	for _, words := range [][]string{{"request", "show", "leaving"}, {"request", "show", b.Requests[0].Request}, {"request", "list", "--batch", "leaving"},
		{"plan", "show", b.Left[0].Request}, {"journal", "verify"}, {"due", "list"}} {
		e.both(t, words...)
	}
	if st := e.Standing(t, b.Requests[0].Request); st.StartedAt == nil {
		t.Errorf("nothing was carried out: %+v", st)
	}
	e.done(t, canaries)
}
