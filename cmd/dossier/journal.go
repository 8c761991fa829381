package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
)

type journalCmd struct {
	Verify     journalVerifyCmd     `cmd:"" help:"Read the whole journal anew and compare it with its checkpoints."`
	Key        journalKeyCmd        `cmd:"" help:"Print the verifier key, to be given to whoever verifies receipts."`
	Checkpoint journalCheckpointCmd `cmd:"" help:"Print the journal's size and root, signed; keep it apart from the state."`
}

type journalVerifyCmd struct {
	Published []string `help:"A checkpoint that was kept apart; it shows what a restored state lacks." placeholder:"FILE"`
}

// Run verifies the journal.
func (c journalVerifyCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	var published [][]byte
	for _, f := range c.Published {
		b, err := a.readFile(ctx, "checkpoint", f)
		if err != nil {
			return err
		}
		published = append(published, b)
	}
	report, err := e.VerifyJournal(ctx, published...)
	if errors.Is(err, journal.ErrMissing) {
		return hinted(refused{err}, "the state was restored from before it; find out what ran since, before anything else runs")
	}
	if err != nil {
		return refused{err}
	}
	return view.Journal(a.out, report, a.JSON)
}

type journalKeyCmd struct{}

// Run prints the public half of the key; only the key ring is opened.
func (journalKeyCmd) Run(_ context.Context, a *app) error {
	ring, err := keys.Open(a.Keys, a.State)
	if err != nil {
		return usage(err, "")
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.journal-key/v1", "key": ring.VerifierKey()})
	}
	_, err = fmt.Fprintln(a.out, ring.VerifierKey())
	return err
}

type journalCheckpointCmd struct{}

// Run prints a signed checkpoint.
func (journalCheckpointCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	signed, err := e.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.checkpoint/v1", "checkpoint": string(signed)})
	}
	_, err = a.out.Write(signed)
	return err
}
