package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
)

type taskCmd struct {
	List         taskListCmd    `cmd:"" default:"withargs" help:"What people have to do, by its day."`
	Show         taskShowCmd    `cmd:"" help:"What is asked, and what to look for."`
	Done         taskDoneCmd    `cmd:"" help:"It was done, or is so."`
	NothingFound taskNothingCmd `cmd:"" name:"nothing-found" help:"It was looked for, and is not there."`
	Refuse       taskRefuseCmd  `cmd:"" help:"It is not done, and why."`
}

type taskListCmd struct {
	Request    string `help:"Only of this request." placeholder:"ID" xor:"of"`
	Batch      string `help:"Only of the requests of this batch." placeholder:"NAME" xor:"of"`
	Department string `help:"Only of this department." placeholder:"NAME"`
	Kind       string `help:"Only of this kind." default:"" placeholder:"KIND" enum:",manual,by_hand,review,candidate,conflict,reused_key,late_rows,notify,minor,deceased"`
	All        bool   `help:"Those that were answered too."`
}

// Run lists tasks.
func (c taskListCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	f := state.TaskFilter{Request: c.Request, Batch: c.Batch, Department: c.Department, Kind: c.Kind, State: state.TaskOpen}
	if c.All {
		f.State = ""
	}
	if c.Request != "" {
		if _, err := e.Request(ctx, c.Request); err != nil {
			return err
		}
	}
	if c.Batch != "" {
		if _, err := e.BatchPlan(ctx, c.Batch); err != nil {
			return err
		}
	}
	list, err := e.Tasks(ctx, f)
	if err != nil {
		return err
	}
	return view.Tasks(a.out, list, a.JSON)
}

type taskDoneCmd struct {
	Task     []string `arg:"" help:"Its number. Several are answered alike: 41 43-60."`
	Attach   []string `help:"A file to hand in: a copy, a protocol. Kept sealed." placeholder:"FILE" sep:"none"`
	Except   []string `help:"Items it does not hold for: 3, or 7-9." placeholder:"N"`
	Redacted []string `help:"What leaves instead of an item of a review: 4=FILE." placeholder:"N=FILE" sep:"none"`
	Because  string   `help:"A remark, or why items are excepted. No personal data." placeholder:"TEXT"`

	Told      string `help:"Of a recipient: the day it was told, as 2026-11-09." placeholder:"DATE"`
	By        string `help:"Of a recipient: how it was told: letter, telephone, in person …" placeholder:"HOW"`
	Confirmed bool   `help:"Of a recipient: it answered that it did the same with its copy."`
}

// Run answers that it was done.
func (c taskDoneCmd) Run(ctx context.Context, a *app) error {
	answer := engine.Answer{State: state.TaskDone, Because: c.Because}
	var err error
	if answer.Except, err = itemNumbers(c.Except); err != nil {
		return err
	}
	if answer.Files, err = a.attached(ctx, c.Attach); err != nil {
		return err
	}
	for _, r := range c.Redacted {
		n, file, ok := strings.Cut(r, "=")
		numbers, err := itemNumbers([]string{n})
		if !ok || file == "" || err != nil || len(numbers) != 1 {
			return usagef("--redacted 4=letter.pdf", "it is not said which item a redacted file stands for")
		}
		files, err := a.attached(ctx, []string{file})
		if err != nil {
			return err
		}
		if answer.Redacted == nil {
			answer.Redacted = map[int]engine.Attachment{}
		}
		answer.Redacted[numbers[0]] = files[0]
	}
	if c.Told == "" && (c.By != "" || c.Confirmed) {
		return usagef("--told 2026-11-09 --by letter", "it is not said when the recipient was told")
	}
	if c.Told != "" {
		e, err := a.openRegister(ctx)
		if err != nil {
			return err
		}
		at, err := a.day("--told", c.Told, a.zone(e))
		if err != nil {
			return err
		}
		answer.Told = &engine.Told{To: map[bool]string{false: recipient.Sent, true: recipient.Done}[c.Confirmed], At: at, How: c.By}
	}
	return a.answer(ctx, c.Task, answer)
}

// itemNumbers reads 3 and 7-9.
func itemNumbers(texts []string) ([]int, error) {
	var out []int
	for _, text := range texts {
		from, to, err := span(text)
		if err != nil {
			return nil, usagef("--except 3 --except 7-9", "the numbers of items cannot be read")
		}
		for ; from <= to; from++ {
			out = append(out, from)
		}
	}
	return out, nil
}

// attached reads files to be handed in.
func (a *app) attached(ctx context.Context, files []string) ([]engine.Attachment, error) {
	var out []engine.Attachment
	for _, f := range files {
		b, err := a.readFile(ctx, "attached", f)
		if err != nil {
			return nil, err
		}
		out = append(out, engine.Attachment{Name: filepath.Base(f), Content: b})
	}
	return out, nil
}

type taskNothingCmd struct {
	Task    []string `arg:"" help:"Its number. Several are answered alike: 41 43-60."`
	Because string   `help:"A remark. No personal data." placeholder:"TEXT"`
}

// Run answers that nothing is there.
func (c taskNothingCmd) Run(ctx context.Context, a *app) error {
	return a.answer(ctx, c.Task, engine.Answer{State: state.TaskNothingFound, Because: c.Because})
}

type taskRefuseCmd struct {
	Task    []string `arg:"" help:"Its number. Several are answered alike: 41 43-60."`
	Because string   `required:"" help:"Why. No personal data." placeholder:"TEXT"`
	Attach  []string `help:"What proves it. Kept sealed." placeholder:"FILE" sep:"none"`

	Exempt   string `help:"Of a recipient that is not told: a, not visible to it; b, dissolved; c, no longer processes; or other." placeholder:"LETTER"`
	Evidence string `help:"Of a recipient that is not told: what proves that." placeholder:"TEXT"`
}

// Run answers that it is not done.
func (c taskRefuseCmd) Run(ctx context.Context, a *app) error {
	files, err := a.attached(ctx, c.Attach)
	if err != nil {
		return err
	}
	answer := engine.Answer{State: state.TaskRefused, Because: c.Because, Files: files}
	if c.Exempt != "" || c.Evidence != "" {
		answer.Exempt = &state.Exemption{Letter: c.Exempt, Evidence: c.Evidence, Reasoning: c.Because}
	}
	return a.answer(ctx, c.Task, answer)
}
