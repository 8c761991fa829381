package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// given are the requests that arguments name: some read from files and not registered yet, others known by their ids.
type given struct {
	read  []*request.Request
	known []string
	ids   []string // of all, in the order they were named
	lines bool     // a file of several requests is among them
}

// several says whether a batch is meant rather than one request.
func (g *given) several() bool { return len(g.ids) > 1 || g.lines }

// givenBy reads all that arguments name, and registers nothing: every mistake in every file is said at once.
func (a *app) givenBy(ctx context.Context, e *engine.Engine, args []string) (*given, error) {
	g := &given{}
	var mistakes []string
	files, wrong := 0, 0
	for _, arg := range args {
		if !isFile(arg) {
			if err := known(ctx, e, arg); err != nil {
				return nil, err
			}
			g.known, g.ids = append(g.known, arg), append(g.ids, arg)
			continue
		}
		text, err := a.readRequestFile(ctx, arg)
		if err != nil {
			return nil, err
		}
		parts := separate(arg, text)
		g.lines = g.lines || len(parts) > 1
		for _, p := range parts {
			files++
			r, problems := parse(p.text, e, a.now())
			if len(problems) == 0 {
				g.read, g.ids = append(g.read, r), append(g.ids, r.ID)
				continue
			}
			if wrong++; p.line > 0 {
				_, problems = parse(append(bytes.Repeat([]byte("\n"), p.line-1), p.text...), e, a.now()) // so that lines are counted as in the file
			}
			for _, x := range problems {
				mistakes = append(mistakes, p.where()+": "+x.String())
			}
		}
	}
	switch {
	case wrong == 0 && len(g.ids) == 0:
		return nil, usagef("one request a line: dossier plan requests.ndjson", "there is no request in %s", strings.Join(args, ", "))
	case wrong == 0:
		return g, nil
	case len(args) == 1 && files == 1:
		for i, m := range mistakes {
			mistakes[i] = m[strings.Index(m, ": ")+2:]
		}
		return nil, usagef("dossier request new RIGHT prints a template", "the request has %s\n%s", view.Plural(int64(len(mistakes)), "mistake"), strings.Join(mistakes, "\n"))
	}
	const most = 20
	if more := len(mistakes) - most; more > 0 {
		mistakes = append(mistakes[:most], fmt.Sprintf("and %s more", view.Plural(int64(more), "mistake")))
	}
	return nil, usagef("dossier request new RIGHT prints a template", "of %s %s wrong; none is registered, and nothing was planned\n%s", view.Plural(int64(files), "request"),
		map[bool]string{true: "1 is", false: view.Number(int64(wrong)) + " are"}[wrong == 1], strings.Join(mistakes, "\n"))
}

// known wants an id the register has.
func known(ctx context.Context, e *engine.Engine, id string) error {
	if _, err := e.Request(ctx, id); !errors.Is(err, state.ErrNotFound) {
		return err
	}
	batch, err := e.IsBatch(ctx, id)
	switch {
	case err != nil:
		return err
	case batch:
		return usagef("dossier plan "+id+" plans it again, by itself", "%s is a batch, not a request", id)
	}
	return usagef("dossier request list; a new one comes from a file: dossier plan request.json", "there is no request %s, and no file of that name", id)
}

// part is one request's text in a file.
type part struct {
	file string
	line int // 0: the whole file
	text []byte
}

func (p part) where() string {
	file := p.file
	if file == "-" {
		file = "standard input"
	}
	if p.line > 0 {
		return fmt.Sprintf("%s, line %d", file, p.line)
	}
	return file
}

// separate tells the requests of a file apart: one, or, where each line is one (NDJSON), as many as lines.
func separate(file string, text []byte) []part {
	lines := bytes.Split(text, []byte("\n"))
	full := func(l []byte) bool { return len(bytes.TrimSpace(l)) > 0 }
	first := slices.IndexFunc(lines, full)
	if first < 0 {
		return []part{{file, 0, text}}
	}
	many := strings.HasSuffix(file, ".ndjson") || json.Valid(lines[first]) && slices.ContainsFunc(lines[first+1:], full)
	if !many {
		return []part{{file, 0, text}}
	}
	var out []part
	for i, l := range lines {
		if full(l) {
			out = append(out, part{file, i + 1, l})
		}
	}
	return out
}
