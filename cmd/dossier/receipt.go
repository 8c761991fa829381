package main

import (
	"context"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/journal"
)

type receiptCmd struct {
	Show   receiptShowCmd   `cmd:"" default:"withargs" help:"The receipt of a finished request."`
	Verify receiptVerifyCmd `cmd:"" help:"Verify a receipt offline; no state, map or key ring is needed."`
}

type receiptShowCmd struct {
	ID string `arg:"" help:"A finished request."`
}

// Run writes the receipt as it is: its bytes are what is verified, with and without --json.
func (c receiptShowCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if _, err := e.Request(ctx, c.ID); err != nil {
		return err
	}
	b, err := e.Receipt(ctx, c.ID)
	if err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}

type receiptVerifyCmd struct {
	File string `arg:"" help:"The receipt, or - for standard input."`
	Key  string `required:"" help:"The journal's verifier key: a file, as dossier journal key prints it." placeholder:"FILE"`
}

// Run verifies a receipt with nothing but the key.
func (c receiptVerifyCmd) Run(ctx context.Context, a *app) error {
	receipt, err := a.readFile(ctx, "receipt", c.File)
	if err != nil {
		return err
	}
	key, err := a.readFile(ctx, "key", c.Key)
	if err != nil {
		return err
	}
	facts, err := journal.VerifyReceipt(receipt, strings.TrimSpace(string(key)))
	if err != nil {
		return refused{err}
	}
	return view.Receipt(a.out, facts, a.JSON)
}

// refused is evidence that does not hold: exit 1, and the words say that it is not to be trusted.
type refused struct{ error }

func (r refused) Error() string { return "does not verify: " + r.error.Error() }
func (r refused) Unwrap() error { return r.error }
