package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

func system(m *datamap.Map, s *datamap.System) *Explanation {
	e := begin(s.Name, s.Pos)
	e.add("connector", s.Connector, "")
	for _, name := range slices.Sorted(maps.Keys(s.Config)) {
		e.add("settings", name+settingFrom(s.Config[name]), "")
	}
	if s.Department != "" {
		e.add("tasks to", s.Department, "")
	}
	e.add("holds", strings.Join(names(s), ", "), "")
	backups := "none are kept"
	if s.Backups.N > 0 {
		backups = s.Backups.String() + "; what is restored from one is erased again"
	}
	e.add("backups", backups, "")
	e.add("restricted", restricted(s.Restrict), said(s.Says("restrict"), "default"))
	if s.Pool != nil {
		e.add("pools", fmt.Sprintf("erasures wait for each other %s, until %d days before one is due at most", s.Pool, datamap.PoolMargin), "")
	}
	e.add("settles", settles(s), said(s.Says("settle"), "default"))
	e.add("writes", fmt.Sprintf("at most %d rows a transaction", s.MaxRows), said(s.Says("rows_per_transaction"), "default"))
	if s.MaxRate > 0 {
		e.add("writes", fmt.Sprintf("at most %d rows a second", s.MaxRate), "")
	}
	if s.Window != "" {
		e.add("writes", "between "+strings.Replace(s.Window, "-", " and ", 1), "")
	}
	e.add("dates", "without a zone are in "+s.Zone.String(), said(s.Says("time_zone"), "from controller"))
	e.add("source", s.Portable+" unless a field says otherwise", said(s.Says("source"), "default"))
	for _, name := range slices.Sorted(maps.Keys(s.Outside)) {
		e.add("outside", name+": "+s.Outside[name], "")
	}
	e.add("reads as", s.Label.In(m.Languages[0]), said(s.Says("label"), "default"))
	return e
}

// settingFrom tells where a setting comes from, never what it is.
func settingFrom(v string) string {
	if !strings.Contains(v, "${") {
		return ", written in the map"
	}
	var env []string
	for _, part := range strings.Split(v, "${")[1:] {
		name, _, _ := strings.Cut(part, "}")
		env = append(env, name)
	}
	return ", of the environment: " + strings.Join(env, ", ")
}

func settles(s *datamap.System) string {
	if s.Settle == 0 {
		return "no second look"
	}
	return "a second look after " + strings.TrimSuffix(strings.TrimSuffix(s.Settle.String(), "0s"), "0m")
}

func names(s *datamap.System) []string {
	var out []string
	for _, c := range s.Collections {
		out = append(out, c.Name)
	}
	return out
}

func restricted(r datamap.Restrict) string {
	how := r.Block
	if r.Block == datamap.BlockTask {
		how = "by a task for the department"
	}
	if r.Mark != "" {
		return how + ", marked in " + r.Mark
	}
	return how + ", mark kept by the executor"
}

// categories lists what a value can be.
func categories(m *datamap.Map) *Explanation {
	e := &Explanation{Format: Format, Address: "categories", Place: datamap.ControllerFile}
	for _, name := range slices.Sorted(maps.Keys(m.Categories)) {
		c := m.Categories[name]
		from := "own"
		if c.BuiltIn {
			from = "built in"
		}
		text := name + ": " + c.Label.In(m.Languages[0])
		if c.Special {
			text += " (art. 9)"
		}
		e.Lines = append(e.Lines, Line{Text: text, From: from})
	}
	return e
}
