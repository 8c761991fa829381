package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/dossier-dsr/dossier/core/state"
)

// Checkpoint signs the tree as it stands and stores the note; a tree that has not grown since keeps the one it has. Publish it where whoever
// restores the state cannot reach: it shows what is missing. An empty journal has none.
func Checkpoint(tx *state.Tx, signer note.Signer, now time.Time) ([]byte, error) {
	size, err := tx.LeafCount()
	if err != nil {
		return nil, err
	}
	if size == 0 {
		return nil, errors.New("the journal is empty")
	}
	if _, have, err := tx.Checkpoint(size); have != nil || err != nil {
		return have, err
	}
	root, err := tlog.TreeHash(size, reader(tx))
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, err
	}
	return signed, tx.PutCheckpoint(size, signed, now)
}

// openCheckpoint checks a note's signature and form, to the last bit, and reads it.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, errors.New("the checkpoint is not signed by this journal's key")
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return tree, errors.New("the checkpoint carries another signature")
	}
	s := n.Sigs[0]
	if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil || string(signed) != n.Text+"\n— "+s.Name+" "+s.Base64+"\n" {
		return tree, errors.New("the checkpoint is not in its form")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, errors.New("the checkpoint is of another journal")
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || tree.N < 1 || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, errors.New("the checkpoint has no size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, errors.New("the checkpoint has no root")
	}
	copy(tree.Hash[:], root)
	return tree, nil
}
