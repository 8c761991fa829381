package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
)

// enter registers what was read; all or none.
func (a *app) enter(ctx context.Context, e *engine.Engine, g *given) error {
	if len(g.read) == 0 {
		return nil
	}
	replaced, err := e.RegisterAll(ctx, g.read)
	switch {
	case err != nil:
		return err
	case replaced == 1 && len(g.ids) == 1:
		a.note(fmt.Sprintf("request %s was a draft; this version replaces it.", g.ids[0]))
	case replaced == 1:
		a.note("1 request was a draft; this version replaces it.")
	case replaced > 1:
		a.note(fmt.Sprintf("%s were drafts; these versions replace them.", view.Plural(int64(replaced), "request")))
	}
	return nil
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }

// isFile says whether an argument names a file rather than an id.
func isFile(arg string) bool {
	return arg == "-" || strings.ContainsAny(arg, `/\`) || strings.HasSuffix(arg, ".json") || strings.HasSuffix(arg, ".ndjson") || exists(arg)
}

// readRequestFile reads a file of requests.
func (a *app) readRequestFile(ctx context.Context, file string) ([]byte, error) {
	text, err := a.read(ctx, file)
	if err != nil && ctx.Err() == nil {
		return nil, usagef("a request is a JSON file: dossier request new erasure > request.json", "the request file %s cannot be read", file)
	}
	return text, err
}

// parse reads a request strictly and checks it against the map.
func parse(text []byte, e *engine.Engine, now time.Time) (*request.Request, request.Problems) {
	r, problems := request.Parse(bytes.NewReader(text))
	if r != nil {
		known := names(e.Planner.Graph.Map, now)
		r.Address(known)
		problems = r.CheckAgainst(known)
	}
	return r, problems
}

// names are what a request may speak of.
func names(m *datamap.Map, now time.Time) request.Names {
	out := request.Names{Kinds: map[string]subject.Kind{}, Values: map[string][]subject.Kind{}, ShortNames: map[string]string{}, Now: now}
	for n, k := range m.Identifiers {
		out.Kinds[n] = k.Kind
		if k.Category != nil {
			out.Values[k.Category.Name] = append(out.Values[k.Category.Name], k.Kind)
		}
	}
	for _, c := range m.Controllers {
		out.Controllers = append(out.Controllers, c.Name)
		if c.ID != "" {
			out.ShortNames[c.ID] = c.Name
		}
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
