package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/dossier-dsr/dossier/core/state"
)

// ReceiptFormat of a receipt's JSON form.
const ReceiptFormat = "dossier.receipt/v1"

// KindReceipt is the kind of the leaf that binds a receipt's facts by their hash.
const KindReceipt = "receipt"

const factName = "receipt" // under which the state keeps the facts

// Receipt is the evidence of a finished request. Its bytes are exact: one line of JSON as [Issue] writes it, and a newline.
type Receipt struct {
	Format     string   `json:"format"`
	Facts      Facts    `json:"facts"`
	Leaf       string   `json:"leaf"`       // as it stands in the journal; its field facts is the hash of the line of JSON that Facts makes
	Proof      []string `json:"proof"`      // that the leaf is in the tree, RFC 6962
	Checkpoint string   `json:"checkpoint"` // the tree's size and root, signed
}

// Issue writes the leaf that binds the facts, a checkpoint over it, and returns the receipt. The same facts again are the same leaf; other
// facts of the same request (a system answered later) make a new one beside it.
func Issue(tx *state.Tx, signer note.Signer, facts Facts, now time.Time) ([]byte, error) {
	if facts.Systems == nil {
		facts.Systems = []SystemFacts{}
	}
	text, err := canonical(facts)
	if err != nil {
		return nil, err
	}
	leaf, err := find(tx, facts.Request, hashOf(text))
	if err != nil {
		return nil, err
	}
	if leaf < 0 {
		if _, err = Append(tx, KindReceipt, facts.Request, map[string]string{"facts": hashOf(text), "right": facts.Right, "outcome": facts.Outcome}, now); err != nil {
			return nil, err
		}
		if err := tx.PutFact(facts.Request, factName, json.RawMessage(text), now); err != nil {
			return nil, err
		}
	}
	return Reissue(tx, signer, facts.Request, now)
}

// Reissue makes the receipt of a request that has one, over the journal as it stands; state.ErrNotFound where it has none.
func Reissue(tx *state.Tx, signer note.Signer, request string, now time.Time) ([]byte, error) {
	r := Receipt{Format: ReceiptFormat}
	ok, err := tx.Fact(request, factName, &r.Facts)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("receipt of request %s: %w; it is made when the request is done", request, state.ErrNotFound)
	}
	text, err := canonical(r.Facts)
	if err != nil {
		return nil, err
	}
	n, err := find(tx, request, hashOf(text))
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fmt.Errorf("receipt of request %s: its facts are not those the journal holds; run `dossier journal verify`", request)
	}
	leaf, err := tx.Leaf(n)
	if err != nil {
		return nil, err
	}
	signed, err := Checkpoint(tx, signer, now)
	if err != nil {
		return nil, err
	}
	size, err := tx.LeafCount()
	if err != nil {
		return nil, err
	}
	proof, err := tlog.ProveRecord(size, n, reader(tx))
	if err != nil {
		return nil, err
	}
	r.Leaf, r.Checkpoint, r.Proof = string(leaf.Leaf), string(signed), make([]string, len(proof))
	for i, h := range proof {
		r.Proof[i] = h.String()
	}
	out, err := canonical(r)
	return append(out, '\n'), err
}

// find is the number of the request's leaf that binds these facts, -1 where there is none.
func find(tx *state.Tx, request, facts string) (int64, error) {
	leaves, err := Leaves(tx, request, KindReceipt)
	if err != nil {
		return 0, err
	}
	for i := len(leaves) - 1; i >= 0; i-- {
		if leaves[i].Fields["facts"] == facts {
			return leaves[i].N, nil
		}
	}
	return -1, nil
}

// VerifyReceipt checks a receipt offline, down to its last bit: its form, that its leaf binds its facts, that the leaf is in the tree, and that
// the tree was signed by the journal whose verifier key is given. It returns what is attested.
func VerifyReceipt(receipt []byte, verifierKey string) (*Facts, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return nil, errors.New("this is no verifier key; `dossier journal key` prints one")
	}
	var r Receipt
	if json.Unmarshal(receipt, &r) != nil || r.Format != ReceiptFormat {
		return nil, errors.New("this is no receipt of the format " + ReceiptFormat)
	}
	if again, err := canonical(r); err != nil || !bytes.Equal(append(again, '\n'), receipt) {
		return nil, errors.New("the receipt is not in its form: it was altered or written anew")
	}
	facts, err := canonical(r.Facts)
	if err != nil {
		return nil, err
	}
	var leaf Leaf
	if json.Unmarshal([]byte(r.Leaf), &leaf) != nil {
		return nil, errors.New("the receipt's leaf cannot be read")
	}
	if leaf.Kind != KindReceipt || leaf.Request != r.Facts.Request || leaf.Fields["facts"] != hashOf(facts) {
		return nil, errors.New("the receipt's leaf does not bind its facts")
	}
	tree, err := openCheckpoint([]byte(r.Checkpoint), verifier)
	if err != nil {
		return nil, err
	}
	proof := make(tlog.RecordProof, len(r.Proof))
	for i, p := range r.Proof {
		if proof[i], err = tlog.ParseHash(p); err != nil || proof[i].String() != p {
			return nil, errors.New("the receipt's proof cannot be read")
		}
	}
	if tlog.CheckRecord(proof, tree.N, tree.Hash, leaf.N, tlog.RecordHash([]byte(r.Leaf))) != nil {
		return nil, errors.New("the receipt's leaf is not in the tree its checkpoint signs")
	}
	return &r.Facts, nil
}
