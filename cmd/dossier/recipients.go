package main

import (
	"context"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
)

type recipientsCmd struct {
	List   recipientsListCmd   `cmd:"" default:"withargs" help:"Who had the data, and who was told (art. 19)."`
	Record recipientsRecordCmd `cmd:"" help:"Record that a recipient was told, or why it is not."`
}

type recipientsListCmd struct {
	ID  string `arg:"" help:"A request."`
	CSV bool   `help:"As CSV, for a table program." xor:"form"`
}

// Run lists the recipients of a request.
func (c recipientsListCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	rows, err := e.Recipients(ctx, c.ID)
	if err != nil {
		return err
	}
	shown := recipient.ForOperator(rows, "en")
	switch {
	case c.CSV:
		return recipient.CSV(a.out, shown)
	case a.JSON:
		b, err := recipient.JSON(c.ID, shown)
		if err == nil {
			_, err = a.out.Write(b)
		}
		return err
	}
	return view.Recipients(a.out, rows, a.zone(e), a.now())
}

type recipientsRecordCmd struct {
	ID           string `arg:"" help:"A request."`
	Name         string `arg:"" help:"The recipient, as the list names it."`
	Told         string `help:"The day it was told, as 2026-11-09." placeholder:"DATE" xor:"what"`
	By           string `help:"How: letter, telephone, in person …" placeholder:"HOW"`
	Acknowledged bool   `help:"It answered." xor:"far"`
	Done         bool   `help:"It answered that it did the same with its copy." xor:"far"`
	Exempt       string `help:"It is not told: a, not visible to it; b, dissolved; c, no longer processes; or other." placeholder:"LETTER" xor:"what"`
	Evidence     string `help:"What proves the exemption." placeholder:"TEXT"`
	Because      string `help:"The reasoning, where the letter is other." placeholder:"TEXT"`
}

// Run records one recipient.
func (c recipientsRecordCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	switch {
	case c.Exempt != "":
		err = c.exempt(ctx, e)
	case c.Told == "" || c.By == "":
		return usagef("--told 2026-11-09 --by letter; or --exempt LETTER --evidence TEXT", "it is not said when and how %s was told", c.Name)
	default:
		err = c.told(ctx, a, e)
	}
	if err != nil {
		return err
	}
	return a.showRequest(ctx, e, c.ID)
}

func (c recipientsRecordCmd) told(ctx context.Context, a *app, e *engine.Engine) error {
	at, err := a.day("--told", c.Told, a.zone(e))
	if err != nil {
		return err
	}
	t := engine.Told{Recipient: c.Name, To: recipient.Sent, At: at, How: c.By}
	switch {
	case c.Done:
		t.To = recipient.Done
	case c.Acknowledged:
		t.To = recipient.Acknowledged
	}
	return e.RecordTold(ctx, c.ID, t)
}

func (c recipientsRecordCmd) exempt(ctx context.Context, e *engine.Engine) error {
	if strings.TrimSpace(c.Evidence) == "" {
		return usagef("--evidence 'struck off, KRS 0000000001, 12 May 2024'", "an exemption needs evidence: the burden of proof is the controller's")
	}
	switch c.Exempt {
	case "a", "b", "c":
	case "other":
		if strings.TrimSpace(c.Because) == "" {
			return usagef("--because 'why telling it is impossible or disproportionate'", "the exemption other needs a reason")
		}
	default:
		return usagef("a: the change is not visible to it, b: dissolved, c: processes the data no longer, other: with --because", "exemption %s does not exist", c.Exempt)
	}
	return e.RecordExempt(ctx, c.ID, c.Name, state.Exemption{Letter: c.Exempt, Evidence: c.Evidence, Reasoning: c.Because})
}

// day reads a day in the controller's zone; it may not lie in the future.
func (a *app) day(flag, text string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, usagef(flag+" "+a.now().In(zone).Format(time.DateOnly), "the day %s cannot be read", text)
	}
	if t.After(a.now()) {
		return t, usagef("record it when it has happened", "the day %s is still to come", text)
	}
	return t, nil
}
