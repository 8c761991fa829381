package connectors

import "slices"

// Description is a connector's card. The zero value of each promise is the modest one.
type Description struct {
	Name, Version string
	Config        []Setting // the settings it takes; the map's `config:` is checked against them
	Verbs         []Verb    // what Apply can do
	Transactional bool      // Apply is all or nothing
	Rehearsal     bool      // Apply can run and roll back
	Blocking      []string  // block: values offered in the map, strongest first
	MaxPath       int       // hops it follows itself; 0: keys only
	Recursive     bool      // a hop may repeat (self-reference)
	Exists        bool      // conditions may ask for rows over an edge ("no row at or after the cut-off")
	Folds         bool      // a Match may be Folded: texts are found in whatever case they are written
	RowFormats    []string  // rows: values it reads inside objects (csv, json, jsonl …)
	MaxValues     int       // tuples per Match; 0: no limit
	KeepsDeleted  string    // what of a deleted row stays in pages, logs, versions, and for how long
}

// Does says whether Apply can do v.
func (d Description) Does(v Verb) bool { return slices.Contains(d.Verbs, v) }

// Setting is one entry of `config:` in a system file.
type Setting struct {
	Name     string
	Secret   bool // must be ${ENV} in the map
	Required bool
	Help     string // one line
}

// Check says what is wrong with a config by these settings: unknown names, required ones missing.
func (d Description) Check(c Config) Diagnostics {
	var out Diagnostics
	known := map[string]bool{}
	for _, s := range d.Config {
		known[s.Name] = true
		if s.Required && c[s.Name] == "" {
			out = append(out, Diagnostic{Severity: Error, Path: "config." + s.Name, Summary: d.Name + " needs the setting " + s.Name, Detail: s.Help})
		}
	}
	for _, name := range sortedKeys(c) {
		if !known[name] {
			out = append(out, Diagnostic{Severity: Error, Path: "config." + name, Summary: d.Name + " knows no setting " + name})
		}
	}
	return out
}
