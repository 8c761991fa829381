package livecheck

import (
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// Installed reports systems whose connector is none of those installed. Paper (manual) needs none.
func Installed(m *datamap.Map, installed []string) datamap.Problems {
	var r report
	for _, s := range m.Systems {
		if s.Connector == datamap.Manual || slices.Contains(installed, s.Connector) {
			continue
		}
		hint := "installed: " + commas(installed)
		if near := datamap.Near(s.Connector, installed); near != "" {
			hint = "did you mean " + near + "?"
		} else if len(installed) == 0 {
			hint = "none is installed; they are looked for beside dossier, then in DOSSIER_CONNECTORS"
		}
		r.error(s.Pos, hint, "no connector %s", s.Connector)
	}
	return r.problems
}

// Card compares a system with its connector's card: settings, secrets, ways to block, formats, verbs. Nothing is opened.
func Card(s *datamap.System, d connectors.Description) datamap.Problems {
	var r report
	r.settings(s, d)
	methods := map[string]bool{}
	r.block(s.Restrict, d, methods)
	for _, c := range s.Collections {
		r.block(c.Restrict, d, methods)
		if c.Restrict.Block == byTag && c.Rows != nil {
			r.error(restrictAt(s, c), "restrict: { block: move } there", "a tag restricts a whole object, and others have rows in those of %s", c.Name)
		}
		if c.Rows != nil && !slices.Contains(d.RowFormats, c.Rows.Format) {
			hint := "it reads no rows inside objects: leave rows: out"
			if len(d.RowFormats) > 0 {
				hint = "it reads " + commas(d.RowFormats)
			}
			r.error(c.Pos, hint, "connector %s reads no %s", d.Name, c.Rows.Format)
		}
		r.verbs(c, d)
	}
	return r.problems
}

func (r *report) settings(s *datamap.System, d connectors.Description) {
	written := connectors.Config{}
	for name := range s.Config {
		written[name] = "set" // what it is set to is nobody's business here
	}
	for _, x := range d.Check(written) {
		at := s.Pos
		for name, p := range s.ConfigPos {
			if x.Path == "config."+name {
				at = p
			}
		}
		hint := x.Detail
		if hint == "" {
			hint = "it has " + commas(settingNames(d))
		}
		r.error(at, hint, "%s", x.Summary)
	}
	for _, x := range d.Config {
		if v, ok := s.Config[x.Name]; ok && x.Secret && !datamap.OnlyVariables(v) {
			r.error(s.ConfigPos[x.Name], x.Name+": ${NAME}", "%s is written out; a secret has no place in the map", x.Name)
		}
	}
}

func settingNames(d connectors.Description) []string {
	var out []string
	for _, x := range d.Config {
		out = append(out, x.Name)
	}
	return out
}

func (r *report) block(restrict datamap.Restrict, d connectors.Description, seen map[string]bool) {
	if restrict.Block == "" || restrict.Block == datamap.BlockTask || slices.Contains(d.Blocking, restrict.Block) || seen[restrict.Block] {
		return
	}
	seen[restrict.Block] = true // once for each method, not for each collection
	if len(d.Blocking) == 0 {
		r.warn(restrict.Pos, "block: task says so", "connector %s cannot block rows, so a restriction there becomes a task", d.Name)
		return
	}
	can := append(slices.Clone(d.Blocking), datamap.BlockTask)
	r.error(restrict.Pos, "block: task gives it to the department", "connector %s cannot block by %s; it can: %s", d.Name, restrict.Block, commas(can))
}

// verbs warns where the connector cannot do what the map asks, so that a person will be asked.
func (r *report) verbs(c *datamap.Collection, d connectors.Description) {
	need := map[connectors.Verb]string{}
	switch c.Erase.Mode {
	case "delete":
		need[connectors.Delete] = "an erasure there becomes a task"
	case "anonymise":
		need[connectors.Set] = "an erasure there becomes a task"
	}
	if c.Rectify.Mode == "replace" {
		need[connectors.Set] = "a rectification there becomes a task"
	}
	for _, f := range c.Fields {
		if f.Counts != nil {
			need[connectors.Recount] = "its counters are not recounted"
		}
	}
	for _, v := range slices.Sorted(maps.Keys(need)) {
		if !d.Does(v) {
			r.warn(c.Pos, need[v], "connector %s cannot %s rows of %s", d.Name, v, c.Name)
		}
	}
}
