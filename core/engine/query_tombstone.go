package engine

import (
	"context"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/core/tombstone"
)

// CheckSuppression says for which purposes a value is suppressed, and until when (core/tombstone). The question is journalled
// without the value, and counted.
func (e *Engine) CheckSuppression(ctx context.Context, kind string, value subject.Secret) (out []tombstone.Suppression, err error) {
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		out, err = e.Ledger().Check(tx, kind, value, e.Now())
		return err
	})
	return out, err
}

// Tombstones lists the ledger, oldest first.
func (e *Engine) Tombstones(ctx context.Context) ([]state.Tombstone, error) {
	return read(ctx, e, func(tx *state.Tx) ([]state.Tombstone, error) { return tx.Tombstones("") })
}
