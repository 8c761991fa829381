package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

type taskShowCmd struct {
	Task   []string `arg:"" help:"Its number, as dossier task list has it. Several make one sheet: 41 43-60."`
	Output string   `short:"o" help:"Write what to look for, or at, to a file." placeholder:"FILE"`
	Files  string   `help:"Write the documents to look at into a new folder." placeholder:"FOLDER"`
}

// Run shows tasks. What to look for holds personal data: it goes to a terminal or into a file of its own, nowhere else.
func (c taskShowCmd) Run(ctx context.Context, a *app) error {
	if err := errors.Join(absent(c.Output), absent(c.Files)); err != nil {
		return err
	}
	ids, err := taskNumbers(c.Task)
	if err != nil {
		return err
	}
	if len(ids) > 1 && c.Files != "" {
		return usagef(fmt.Sprintf("dossier task show %d --files %s", ids[0], c.Files), "documents are looked at task by task")
	}
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	var tasks []engine.TaskStanding
	for _, id := range ids {
		t, err := e.Task(ctx, id)
		if err != nil {
			return err
		}
		tasks = append(tasks, t)
	}
	if err := a.showTasks(e, tasks); err != nil {
		return err
	}
	return a.showBriefs(ctx, e, tasks, c.Output, c.Files)
}

// showTasks prints one task, or a list of several.
func (a *app) showTasks(e *engine.Engine, tasks []engine.TaskStanding) error {
	switch {
	case len(tasks) > 1:
		return view.Tasks(a.out, tasks, a.JSON)
	case a.JSON:
		return view.JSON(a.out, view.Document{"format": "dossier.task/v1", "task": tasks[0]})
	}
	view.Task(a.out, tasks[0], a.zone(e))
	return nil
}

func (a *app) showBriefs(ctx context.Context, e *engine.Engine, tasks []engine.TaskStanding, file, folder string) error {
	if file == "" && folder == "" && (a.JSON || !view.Terminal(a.out)) {
		if slices.ContainsFunc(tasks, func(t engine.TaskStanding) bool { return t.State == state.TaskOpen }) {
			a.note("what to look for is shown on a terminal, or written: dossier task show " + view.TaskNumbers(tasks) + " -o FILE")
		}
		return nil
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
		return a.briefsAsJSON(ctx, e, tasks, out, folder)
	}
	for i, t := range tasks {
		b, err := e.TaskBrief(ctx, t.ID)
		if err != nil {
			return err
		}
		if i > 0 {
			_, _ = fmt.Fprintln(out)
		}
		if file != "" || len(tasks) > 1 {
			view.Task(out, t, a.zone(e))
		}
		view.Brief(out, b)
		if err := e.TaskItems(ctx, t.ID, b, func(x engine.Item, document func() (io.Reader, error)) error {
			view.Item(out, x)
			return keepDocument(folder, x, document)
		}); err != nil {
			return err
		}
	}
	return nil
}

// briefsAsJSON writes the brief of a task with every item, or those of several in one document.
func (a *app) briefsAsJSON(ctx context.Context, e *engine.Engine, tasks []engine.TaskStanding, out io.Writer, folder string) error {
	var briefs []view.Document
	for _, t := range tasks {
		b, err := e.TaskBrief(ctx, t.ID)
		if err != nil {
			return err
		}
		items := []engine.Item{}
		err = e.TaskItems(ctx, t.ID, b, func(x engine.Item, document func() (io.Reader, error)) error {
			items = append(items, x)
			return keepDocument(folder, x, document)
		})
		if err != nil {
			return err
		}
		briefs = append(briefs, view.Document{"task": t, "find": b.Find, "do": b.Do, "text": b.Text, "items": items})
	}
	if len(tasks) > 1 {
		return view.JSON(out, view.Document{"format": "dossier.task-briefs/v1", "briefs": briefs})
	}
	briefs[0]["format"] = "dossier.task-brief/v1"
	return view.JSON(out, briefs[0])
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

// taskNumbers reads the numbers of tasks: 41, or 43-60; each once, in ascending order.
func taskNumbers(texts []string) ([]int64, error) {
	var out []int64
	for _, text := range texts {
		from, to, err := span(text)
		if err != nil {
			return nil, usagef("dossier task list", "a task is named by its number")
		}
		for ; from <= to; from++ {
			out = append(out, int64(from))
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// span reads 3, or 7-9.
func span(text string) (from, to int, err error) {
	first, last, isSpan := strings.Cut(text, "-")
	from, err = strconv.Atoi(strings.TrimSpace(first))
	if to = from; err == nil && isSpan {
		to, err = strconv.Atoi(strings.TrimSpace(last))
	}
	if err == nil && (from < 1 || to < from || to-from > 1_000_000) {
		err = strconv.ErrRange
	}
	return from, to, err
}
