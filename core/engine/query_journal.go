package engine

import (
	"context"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/state"
)

// VerifyJournal reads the whole journal anew and compares it with its checkpoints and with those published before.
func (e *Engine) VerifyJournal(ctx context.Context, published ...[]byte) (journal.Report, error) {
	return read(ctx, e, func(tx *state.Tx) (journal.Report, error) {
		return journal.Verify(tx, e.Ring.VerifierKey(), published...)
	})
}

// Checkpoint signs the journal as it stands, to be published where whoever restores the state cannot reach.
func (e *Engine) Checkpoint(ctx context.Context) (signed []byte, err error) {
	signer, err := e.Ring.Signer()
	if err != nil {
		return nil, err
	}
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		signed, err = journal.Checkpoint(tx, signer, e.Now())
		return err
	})
	return signed, err
}
