package journal

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/dossier-dsr/dossier/core/state"
)

// Report is what [Verify] saw.
type Report struct {
	Leaves      int64
	Checkpoints int
	Missing     int64 // leaves a published checkpoint knows and this journal does not: the state was restored from before it
}

// ErrMissing is returned where a published checkpoint knows more leaves than there are.
var ErrMissing = errors.New("the journal ends before a checkpoint that was published")

// Verify reads every leaf, computes the tree anew and compares it with the stored hashes, with every stored checkpoint and with
// those given, which were published before. The error says the first thing that does not fit.
func Verify(tx *state.Tx, verifierKey string, published ...[]byte) (Report, error) {
	var rep Report
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return rep, errors.New("this is no verifier key; `dossier journal key` prints one")
	}
	if rep.Leaves, err = verifyLeaves(tx); err != nil {
		return rep, err
	}
	stored, err := tx.Checkpoints()
	if err != nil {
		return rep, err
	}
	for _, c := range append(stored, published...) {
		tree, err := openCheckpoint(c, verifier)
		if err != nil {
			return rep, err
		}
		if tree.N > rep.Leaves {
			rep.Missing = max(rep.Missing, tree.N-rep.Leaves)
			continue
		}
		root, err := tlog.TreeHash(tree.N, reader(tx))
		if err != nil {
			return rep, err
		}
		if root != tree.Hash {
			return rep, fmt.Errorf("the journal's first %d leaves are not those its checkpoint was signed for", tree.N)
		}
		rep.Checkpoints++
	}
	if rep.Missing > 0 {
		return rep, fmt.Errorf("%w: %d leaves are missing", ErrMissing, rep.Missing)
	}
	return rep, nil
}

// verifyLeaves checks each leaf and the hashes stored with it; those it builds on were checked before it.
func verifyLeaves(tx *state.Tx) (int64, error) {
	const page = 1000
	var next int64
	for {
		rows, err := tx.Leaves(next, page)
		if err != nil {
			return next, err
		}
		for _, row := range rows {
			if row.N != next {
				return next, fmt.Errorf("journal leaf %d is missing", next)
			}
			if _, err := read(row); err != nil {
				return next, err
			}
			if err := verifyHashes(tx, row); err != nil {
				return next, err
			}
			next++
		}
		if len(rows) < page {
			break
		}
	}
	hashes, err := tx.HashCount()
	if err == nil && hashes != tlog.StoredHashCount(next) {
		err = fmt.Errorf("the journal has %d leaves and hashes of another number: leaves are missing at its end", next)
	}
	return next, err
}

func verifyHashes(tx *state.Tx, row state.Leaf) error {
	want, err := tlog.StoredHashes(row.N, row.Leaf, reader(tx))
	if err != nil {
		return err
	}
	indexes := make([]int64, len(want))
	for i := range want {
		indexes[i] = tlog.StoredHashIndex(0, row.N) + int64(i)
	}
	have, err := tx.Hashes(indexes)
	if err != nil {
		return err
	}
	for i := range want {
		if !bytes.Equal(have[i], want[i][:]) {
			return fmt.Errorf("journal leaf %d does not fit the hash stored with it", row.N)
		}
	}
	return nil
}
