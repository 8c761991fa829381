package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// register reads a request and enters it; an id names one that is there. It returns the id.
func (a *app) register(ctx context.Context, e *engine.Engine, arg string) (string, error) {
	if !isFile(arg) {
		if _, err := e.Request(ctx, arg); err != nil {
			if errors.Is(err, state.ErrNotFound) {
				return "", usagef("dossier request list; a new one comes from a file: dossier plan request.json", "there is no request %s, and no file of that name", arg)
			}
			return "", err
		}
		return arg, nil
	}
	r, err := a.readRequest(ctx, e, arg)
	if err != nil {
		return "", err
	}
	x, replaced, err := e.Register(ctx, r)
	if err != nil {
		return "", err
	}
	if replaced {
		a.note(fmt.Sprintf("request %s was a draft; this version replaces it.", x.ID))
	}
	return x.ID, nil
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }

// isFile says whether an argument names a file rather than an id.
func isFile(arg string) bool {
	return arg == "-" || strings.ContainsAny(arg, `/\`) || strings.HasSuffix(arg, ".json") || exists(arg)
}

// readRequest reads a request strictly and checks it against the map.
func (a *app) readRequest(ctx context.Context, e *engine.Engine, arg string) (*request.Request, error) {
	text, err := a.read(ctx, arg)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, usagef("a request is a JSON file: dossier request new erasure > request.json", "the request file %s cannot be read", arg)
	}
	r, problems := request.Parse(bytes.NewReader(text))
	if r != nil {
		problems = r.CheckAgainst(names(e.Planner.Graph.Map, a.now()))
	}
	if len(problems) == 0 {
		return r, nil
	}
	lines := []string{"the request has " + view.Plural(int64(len(problems)), "mistake")}
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return nil, usagef("dossier request new RIGHT prints a template", "%s", strings.Join(lines, "\n"))
}

// names are what a request may speak of.
func names(m *datamap.Map, now time.Time) request.Names {
	out := request.Names{Kinds: map[string]subject.Kind{}, Values: map[string][]subject.Kind{}, Now: now}
	for n, k := range m.Identifiers {
		out.Kinds[n] = k.Kind
		if k.Category != nil {
			out.Values[k.Category.Name] = append(out.Values[k.Category.Name], k.Kind)
		}
	}
	for _, c := range m.Controllers {
		out.Controllers = append(out.Controllers, c.Name)
	}
	for _, s := range m.Systems {
		out.Systems = append(out.Systems, s.Name)
	}
	for n := range m.Purposes {
		out.Purposes = append(out.Purposes, n)
	}
	for n := range m.Categories {
		out.Categories = append(out.Categories, n)
	}
	return out
}
