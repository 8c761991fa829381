package journal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"github.com/dossier-dsr/dossier/core/state"
)

func facts() Facts {
	return Facts{Request: "2026-000123", Number: "2026/000001", Right: "erasure", Ground: "art17_1_b", Outcome: "partly", ReceivedAt: now.Add(-time.Hour), ClosedAt: now,
		Plans: []PlanFacts{{Digest: "sha256:" + strings.Repeat("4e", 32), AsOf: now, ApprovedAt: []time.Time{now}}},
		Systems: []SystemFacts{{Name: "register", State: "settled", VerifiedAt: now, SettledAt: now.Add(24 * time.Hour), VerifiedBy: "machine",
			Counts: []CountFacts{{"leases", "delete", 6, 1}}}},
		Kept:       []KeptFacts{{"ledger", "entries", "accounting", "u. o rachunkowości, art. 74 <i nast.>", "2027-12-31", 9}},
		Recipients: []NoticeFacts{{"bank", "erasure", "acknowledged"}}, Letters: []LetterFacts{{"E", "1", strings.Repeat("a", 64), now}}, Tombstone: "verified"}
}

func issue(t *testing.T, f fixture, fs Facts) (receipt []byte) {
	t.Helper()
	f.write(t, func(tx *state.Tx) (err error) { receipt, err = Issue(tx, f.signer, fs, now); return err })
	return receipt
}

func enter(t *testing.T, f fixture) {
	t.Helper()
	f.write(t, func(tx *state.Tx) error {
		_, err := tx.InsertRequest(state.Request{ID: "2026-000123", Right: "erasure", State: "done", ReceivedAt: now}, now)
		return err
	})
}

func TestReceipt(t *testing.T) {
	f := fresh(t)
	enter(t, f)
	f.append(t, 13)
	receipt := issue(t, f, facts())
	got, err := VerifyReceipt(receipt, f.key)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(facts(), *got); d != "" {
		t.Error(d)
	}
	if again := issue(t, f, facts()); !bytes.Equal(receipt, again) {
		t.Error("the same facts made another receipt")
	}
	f.append(t, 5)
	var later []byte
	f.write(t, func(tx *state.Tx) (err error) { later, err = Reissue(tx, f.signer, "2026-000123", now); return err })
	if _, err := VerifyReceipt(later, f.key); err != nil || bytes.Equal(later, receipt) {
		t.Error("over a grown journal:", err)
	}
	more := facts()
	more.Outcome = "fulfilled"
	if got, err := VerifyReceipt(issue(t, f, more), f.key); err != nil || got.Outcome != "fulfilled" {
		t.Error(err)
	}
	if _, err := VerifyReceipt(receipt, f.key); err != nil {
		t.Error("the earlier receipt is worth nothing any more:", err)
	}
	if _, err := VerifyReceipt(receipt, fresh(t).key); err == nil {
		t.Error("another journal's key verifies it")
	}
	if rep, err := f.verify(); err != nil {
		t.Error(rep, err)
	}
	f.write(t, func(tx *state.Tx) error {
		if _, err := Reissue(tx, f.signer, "none", now); !errors.Is(err, state.ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
}

// No bit of a receipt can be altered, and nothing added, removed or cut.
func TestReceiptFlips(t *testing.T) {
	f := fresh(t)
	enter(t, f)
	f.append(t, 6)
	receipt := issue(t, f, facts())
	if _, err := VerifyReceipt(receipt, f.key); err != nil {
		t.Fatal(err)
	}
	for i := range receipt {
		for _, bit := range []byte{1, 2, 4, 0x20, 0x80} {
			bad := bytes.Clone(receipt)
			bad[i] ^= bit
			if _, err := VerifyReceipt(bad, f.key); err == nil {
				t.Fatalf("byte %d altered from %q to %q passes", i, receipt[i], bad[i])
			}
		}
		bad := append(bytes.Clone(receipt[:i]), receipt[i+1:]...)
		if _, err := VerifyReceipt(bad, f.key); err == nil {
			t.Fatalf("without byte %d it passes", i)
		}
	}
	for _, bad := range [][]byte{nil, receipt[:len(receipt)-1], append(bytes.Clone(receipt), '\n'), append([]byte(" "), receipt...), append(bytes.Clone(receipt), receipt...)} {
		if _, err := VerifyReceipt(bad, f.key); err == nil {
			t.Errorf("%d bytes pass", len(bad))
		}
	}
	if _, err := VerifyReceipt(receipt, "x"); err == nil {
		t.Error("any key verifies")
	}
}

func FuzzVerifyReceipt(f *testing.F) {
	f.Add([]byte(`{"format":"dossier.receipt/v1","facts":{},"leaf":"{}","proof":["AA"],"checkpoint":"x\n1\n\n— x AAAA\n"}` + "\n"))
	_, key, err := note.GenerateKey(rand.Reader, "dossier-test")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := VerifyReceipt(in, key); err == nil {
			t.Fatal("a receipt nobody signed passes")
		}
	})
}
