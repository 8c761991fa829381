package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
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
	Request    string `help:"Only of this request." placeholder:"ID"`
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
	f := state.TaskFilter{Request: c.Request, Department: c.Department, Kind: c.Kind, State: state.TaskOpen}
	if c.All {
		f.State = ""
	}
	if c.Request != "" {
		if _, err := e.Request(ctx, c.Request); err != nil {
			return err
		}
	}
	list, err := e.Tasks(ctx, f)
	if err != nil {
		return err
	}
	return view.Tasks(a.out, list, a.JSON)
}

type taskShowCmd struct {
	Task   string `arg:"" help:"Its number, as dossier task list has it."`
	Output string `short:"o" help:"Write what to look for, or at, to a file." placeholder:"FILE"`
	Files  string `help:"Write the documents to look at into a new folder." placeholder:"FOLDER"`
}

// Run shows one task. What to look for holds personal data: it goes to a terminal or into a file of its own, nowhere else.
func (c taskShowCmd) Run(ctx context.Context, a *app) error {
	if err := errors.Join(absent(c.Output), absent(c.Files)); err != nil {
		return err
	}
	id, err := taskNumber(c.Task)
	if err != nil {
		return err
	}
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	t, err := e.Task(ctx, id)
	if err != nil {
		return err
	}
	if a.JSON {
		if err := view.JSON(a.out, view.Document{"format": "dossier.task/v1", "task": t}); err != nil {
			return err
		}
	} else {
		view.Task(a.out, t, a.zone(e))
	}
	return a.showBrief(ctx, e, t, c.Output, c.Files)
}

func (a *app) showBrief(ctx context.Context, e *engine.Engine, t engine.TaskStanding, file, folder string) error {
	if file == "" && folder == "" && (a.JSON || !view.Terminal(a.out)) {
		if t.State == state.TaskOpen {
			a.note("what to look for is shown on a terminal, or written: dossier task show " + strconv.FormatInt(t.ID, 10) + " -o FILE")
		}
		return nil
	}
	b, err := e.TaskBrief(ctx, t.ID)
	if err != nil {
		return err
	}
	out := a.out
	if file != "" {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return usagef("", "%s cannot be written", file)
		}
		defer func() { _ = f.Close() }()
		out = f
		a.note(file + " holds personal data: remove it when the task is done")
	}
	if folder != "" {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return usagef("a new folder", "%s cannot be made", folder)
		}
		a.note(folder + " holds personal data: remove it when the task is done")
	}
	if file == "" && (a.JSON || !view.Terminal(a.out)) { // only the documents are wanted
		out = io.Discard
	}
	if file != "" && a.JSON {
		return a.briefAsJSON(ctx, e, t, b, out, folder)
	}
	if file != "" {
		view.Task(out, t, a.zone(e))
	}
	view.Brief(out, b)
	return e.TaskItems(ctx, t.ID, b, func(x engine.Item, document func() (io.Reader, error)) error {
		view.Item(out, x)
		return keepDocument(folder, x, document)
	})
}

// briefAsJSON writes the brief with every item.
func (a *app) briefAsJSON(ctx context.Context, e *engine.Engine, t engine.TaskStanding, b engine.Brief, out io.Writer, folder string) error {
	items := []engine.Item{}
	err := e.TaskItems(ctx, t.ID, b, func(x engine.Item, document func() (io.Reader, error)) error {
		items = append(items, x)
		return keepDocument(folder, x, document)
	})
	if err != nil {
		return err
	}
	return view.JSON(out, view.Document{"format": "dossier.task-brief/v1", "task": t, "find": b.Find, "do": b.Do, "text": b.Text, "items": items})
}

// keepDocument writes an item's document into the folder, where one is wanted.
func keepDocument(folder string, x engine.Item, document func() (io.Reader, error)) error {
	if folder == "" || document == nil {
		return nil
	}
	in, err := document()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(folder, filepath.Base(x.Document)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return usagef("", "a document cannot be written to %s", folder)
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Close())
}

// taskNumber reads the number of a task.
func taskNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, usagef("dossier task list", "a task is named by its number")
	}
	return n, nil
}

type taskDoneCmd struct {
	Task     string   `arg:"" help:"Its number."`
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
		from, to, span := strings.Cut(text, "-")
		a, err := strconv.Atoi(strings.TrimSpace(from))
		b := a
		if err == nil && span {
			b, err = strconv.Atoi(strings.TrimSpace(to))
		}
		if err != nil || a < 1 || b < a || b-a > 1_000_000 {
			return nil, usagef("--except 3 --except 7-9", "the numbers of items cannot be read")
		}
		for ; a <= b; a++ {
			out = append(out, a)
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
	Task    string `arg:"" help:"Its number."`
	Because string `help:"A remark. No personal data." placeholder:"TEXT"`
}

// Run answers that nothing is there.
func (c taskNothingCmd) Run(ctx context.Context, a *app) error {
	return a.answer(ctx, c.Task, engine.Answer{State: state.TaskNothingFound, Because: c.Because})
}

type taskRefuseCmd struct {
	Task    string   `arg:"" help:"Its number."`
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

// answer records an answer and lets the request go on, as far as the systems can be reached from here.
func (a *app) answer(ctx context.Context, number string, answer engine.Answer) error {
	id, err := taskNumber(number)
	if err != nil {
		return err
	}
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	t, err := e.Answer(ctx, id, answer)
	if err != nil {
		return err
	}
	next := ""
	if x, err := e.Request(ctx, t.Request); err == nil && t.OfPlanning() {
		if next, err = a.planAgain(ctx, e, t.Request); err != nil {
			return err
		}
	} else if err == nil && (request.State(x.State) == request.Running || t.Step != 0) { // a restriction that is done looks on
		if err := a.goOn(ctx, e, t.Request); err != nil {
			if ctx.Err() != nil {
				return err
			}
			a.note("the answer is recorded; the request goes on with: dossier request wait " + t.Request)
		} else if err := a.planFound(ctx, e, t.Request); err != nil {
			return err
		}
	}
	s, err := e.Task(ctx, id)
	if err != nil {
		return err
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.task/v1", "task": s})
	}
	view.Task(a.out, s, a.zone(e))
	view.Next(a.out, next)
	return nil
}

// planFound makes the plan of rows that were said to be the person's too, and says how it is carried out.
func (a *app) planFound(ctx context.Context, e *engine.Engine, id string) error {
	p, err := e.PlanFound(ctx, id)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		a.note("the answer is recorded; what was found is planned with: dossier plan " + id)
		return nil
	}
	if p != nil {
		a.note("what was found is planned: dossier plan show " + id)
		a.note("carry it out: " + view.ApplyCommand(id, p.Digest, e.Approval(p)))
	}
	return nil
}

// planAgain plans a request once more when everything that its plan left open is answered, and names the command that comes next. What
// cannot be planned now is planned later: the answers are recorded.
func (a *app) planAgain(ctx context.Context, e *engine.Engine, id string) (next string, err error) {
	open, err := e.Questions(ctx, id)
	if err != nil {
		return "", err
	}
	if len(open) > 0 {
		return "dossier task show " + strconv.FormatInt(open[0].ID, 10), nil
	}
	p, err := e.OpenPlan(ctx, id)
	if err != nil {
		return "", err
	}
	var without []string
	for _, s := range p.Systems {
		if s.LeftOut {
			without = append(without, s.Name)
		}
	}
	if err = a.openPlanning(ctx, e, without); err == nil {
		_, err = e.Plan(ctx, id, engine.PlanOptions{Without: without, Supplement: true})
		a.quieten()
	}
	if err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		a.note("the answer is recorded; it could not be planned again: " + err.Error())
		return "dossier plan " + id, nil
	}
	return "dossier plan show " + id, nil
}

func (a *app) goOn(ctx context.Context, e *engine.Engine, id string) error {
	if err := a.openStores(ctx, e); err != nil {
		return err
	}
	err := e.Drain(ctx, id)
	a.quieten()
	return err
}
