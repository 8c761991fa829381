package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// Check is what checking a map showed.
type Check struct {
	Dir       string
	Map       *datamap.Map // nil where it cannot be read
	Problems  datamap.Problems
	Live      bool
	Agree     []string // systems whose store agrees with the map
	Unreached []string
	Paper     []string
}

// MapCheck prints the problems, and in one line what was understood.
func MapCheck(w io.Writer, c Check, ok, asJSON bool) error {
	summary := datamap.Summary(c.Dir, c.Map, c.Problems)
	if c.Live || c.Map != nil && c.Problems.Errors() > 0 {
		summary = strings.TrimSuffix(summary, " Nothing was checked against the stores.")
	}
	if asJSON {
		out := Document{"format": "dossier.check/v1", "ok": ok, "problems": c.Problems, "summary": summary}
		if c.Live {
			out["live"] = map[string][]string{"agree": list(c.Agree), "unreached": list(c.Unreached), "paper": list(c.Paper)}
		}
		return JSON(w, out)
	}
	_, _ = fmt.Fprint(w, c.Problems.String())
	if len(c.Problems) > 0 {
		_, _ = fmt.Fprintln(w)
	}
	_, err := fmt.Fprintln(w, summary)
	if !c.Live || err != nil {
		return err
	}
	var parts []string
	for _, x := range []struct {
		names     []string
		one, many string
	}{{c.Agree, "agrees with the map", "agree with the map"}, {c.Unreached, "was not reached", "were not reached"}, {c.Paper, "is paper", "are paper"}} {
		switch len(x.names) {
		case 0:
		case 1:
			parts = append(parts, x.names[0]+" "+x.one)
		default:
			parts = append(parts, strings.Join(x.names, ", ")+" "+x.many)
		}
	}
	if len(parts) > 0 {
		_, err = fmt.Fprintln(w, wrap("live: "+strings.Join(parts, ". ")+".", Width, ""))
	}
	return err
}

func list(s []string) []string { return append([]string{}, s...) }

// GraphJSON prints collections and edges.
func GraphJSON(w io.Writer, m *datamap.Map) error {
	type edge struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
		From string `json:"from"`
		To   string `json:"to"`
	}
	names, edges := []string{}, []edge{}
	for _, s := range m.Systems {
		for _, c := range s.Collections {
			names = append(names, c.Address())
			for _, e := range c.Edges {
				to := e.Outside
				if e.To != nil {
					to = e.To.Address()
				}
				edges = append(edges, edge{e.ID, string(e.Kind), c.Address(), to})
			}
		}
	}
	return JSON(w, Document{"format": "dossier.graph/v1", "collections": names, "edges": edges})
}
