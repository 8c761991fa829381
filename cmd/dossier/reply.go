package main

import (
	"context"

	"github.com/dossier-dsr/dossier/core/reply"
)

type replyCmd struct {
	ID       string `arg:"" help:"A request."`
	Format   string `help:"html, md or json." enum:"html,md,json" default:"md"`
	Language string `help:"pl or en; as the request wants it where nothing is said." enum:",pl,en" default:""`
	Letter   string `help:"Which letter: the answer, the notice that the time is extended, or the one before a restriction is lifted." enum:"answer,extension,lifting" default:"answer"`
	To       string `help:"The notice to a recipient instead (art. 19)." placeholder:"RECIPIENT"`
}

// Run prints a letter of a request as it stands now. That it was sent is noted apart: dossier request note ID reply_sent.
func (c replyCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	var l *reply.Letter
	if c.To != "" {
		l, err = e.NoticeTo(ctx, c.ID, c.To, c.Language)
	} else {
		l, err = e.Reply(ctx, c.ID, c.Language, reply.Kind(c.Letter))
	}
	if err != nil {
		return err
	}
	switch {
	case a.JSON || c.Format == "json":
		return l.JSON(a.out)
	case c.Format == "html":
		return l.HTML(a.out)
	}
	return l.Markdown(a.out)
}
