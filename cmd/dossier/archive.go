package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

type archiveCmd struct {
	Get    archiveGetCmd    `cmd:"" default:"withargs" help:"Write the package the subject receives; that it was is recorded."`
	Revoke archiveRevokeCmd `cmd:"" help:"Destroy its key: nobody can open it any more."`
}

type archiveGetCmd struct {
	ID     string `arg:"" help:"An access or portability request."`
	Output string `short:"o" required:"" help:"The ZIP to write; it is readable by whoever has it." placeholder:"FILE.zip"`
	Early  bool   `help:"Do not wait for people: what they have not looked at or copied yet is left out, and said so."`
}

// Run unseals the subject's package into a file of its own.
func (c archiveGetCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if c.Early {
		if err := a.early(ctx, e, c.ID); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(c.Output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usagef("choose another name", "%s is there already", c.Output)
	}
	if err != nil {
		return usagef("", "%s cannot be written", c.Output)
	}
	n, err := e.Archive(ctx, c.ID, io.Writer(f), c.Early)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(c.Output)
		return err
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.archive/v1", "request": c.ID, "bytes": n})
	}
	_, _ = fmt.Fprintf(a.out, "%s, %s. Begin with index.html. Whoever has this file can read it.\n", c.Output, view.Plural(n, "byte"))
	return nil
}

// early has a package made without what people have not answered, where they are waited for.
func (a *app) early(ctx context.Context, e *engine.Engine, id string) error {
	open, err := e.Tasks(ctx, state.TaskFilter{Request: id, State: state.TaskOpen})
	if err != nil || len(open) == 0 {
		return err
	}
	if err := a.openStores(ctx, e); err != nil {
		return err
	}
	// The second time is for a request somebody else was in the middle of.
	for range 2 {
		if err := errors.Join(e.WantEarly(ctx, id), e.Drain(ctx, id)); err != nil {
			return err
		}
		if s, err := e.Standing(ctx, id); err != nil || s.Archive != nil {
			return err
		}
	}
	return nil
}

type archiveRevokeCmd struct {
	ID string `arg:"" help:"An access or portability request."`
}

// Run ends the archive of a request.
func (c archiveRevokeCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	made, err := e.RevokeArchive(ctx, c.ID)
	if err != nil {
		return err
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.archive/v1", "request": c.ID, "ended": made.Ended, "ended_at": made.EndedAt})
	}
	_, _ = fmt.Fprintf(a.out, "The archive of %s was %s on %s: its key is destroyed, and nobody can open it any more.\n", c.ID, made.Ended, view.Moment(made.EndedAt.In(a.zone(e))))
	if n := len(made.Handed); n > 0 {
		_, _ = fmt.Fprintf(a.out, "It was handed out %s before; those copies are not reached by this.\n", view.Plural(int64(n), "time"))
	}
	return nil
}
