package access

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/bench/peak"
)

// crowded lets one person have nearly all rows of the ledger.
var crowded = map[string][2]string{
	"ledger.yaml/entries":  {"key: [book, entry_no]\n", "key: [book, entry_no]\n    guards: { share: 100 %, because: one person has very many rows }\n"},
	"ledger.yaml/readings": {"key: [flat_no, meter, read_on]\n", "key: [flat_no, meter, read_on]\n    guards: { share: 100 %, because: one person has very many rows }\n"},
}

// peakOf carries an access of a person with so many rows out and gives the peak memory of all its processes, in KiB.
func peakOf(t *testing.T, rows int) int64 {
	t.Helper()
	h := newHouse(t, sample.Options{Members: 60, Heavy: sample.Heavy{Readings: rows / 2, Entries: rows / 2}}, crowded)
	request := h.ask(t, "heavy-access", "2026-40", nil)
	met := h.peak(t, "-q", "run", request)
	if len(met) < 3 {
		t.Fatalf("%d processes were seen, want the program and two connectors", len(met))
	}
	most := peak.Sum(met)
	for _, task := range h.reviews(t, "2026-40") { // with the last answer the package is made
		most = max(most, peak.Sum(h.peak(t, "-q", "task", "done", task)))
	}
	var made int64
	for _, c := range h.unpack(t, "2026-40").index.Collections {
		made += c.Rows
	}
	if made < int64(rows) {
		t.Fatalf("%d rows in the package of a person with %d", made, rows)
	}
	t.Logf("%d rows: %v KiB", rows, met)
	return most
}

// peak runs dossier and gives the most memory each of its processes took. Something may be left to wait for.
func (h *house) peak(t testing.TB, args ...string) map[int]peak.Process {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "dossier"), args...)
	cmd.Dir, cmd.Env = h.dir, append(slices.Clone(h.env), "GOGC=") // which tests may have set
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watch := peak.Tree(cmd.Process.Pid)
	err := cmd.Wait()
	met := watch.Stop()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 4 {
		t.Fatal(err)
	}
	return met
}

// TestMemoryDoesNotGrow: a hundred times the rows take the same memory, of all processes together. How late a collection of garbage
// comes is chance, so that three short runs are looked at, and a long one that took more has a second try.
func TestMemoryDoesNotGrow(t *testing.T) {
	var few int64
	for range 3 {
		few = max(few, peakOf(t, 10_000))
	}
	more := func(many int64) bool { return many*10 > few*11 }
	many := peakOf(t, 1_000_000)
	if more(many) {
		many = min(many, peakOf(t, 1_000_000))
	}
	if more(many) {
		t.Errorf("1,000,000 rows take %d KiB, 10,000 take %d: over a tenth more", many, few)
	}
}
