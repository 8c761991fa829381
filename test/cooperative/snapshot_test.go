package cooperative

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// TestSnapshotTellsWhatChanged changes one thing in each store.
func TestSnapshotTellsWhatChanged(t *testing.T) {
	w := Lay(t, sample.Options{})
	before := w.Snapshot(t)
	if again := w.Snapshot(t); len(before.Changed(again)) != 0 || before.Digest() != again.Digest() {
		t.Fatal("two snapshots of one state differ")
	}
	if _, err := w.Register(t).Exec("UPDATE members SET notes = 'x' WHERE id = 3"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ledger(t).Exec(`DELETE FROM entries WHERE book = 'B' AND entry_no = (SELECT max(entry_no) FROM entries e
		WHERE book = 'B' AND NOT EXISTS (SELECT 1 FROM entries c WHERE c.corrects_book = e.book AND c.corrects_no = e.entry_no))`); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.DocumentsDir, "letters", "new.pdf"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := before.Changed(w.Snapshot(t))
	if len(got) != 3 || got[0] != "documents/letters/new.pdf" || got[1][:17] != "ledger/entries/B/" || got[2] != "register/members/3" {
		t.Errorf("changed: %v", got)
	}
	if !slices.IsSorted(got) {
		t.Error("not sorted")
	}
}
