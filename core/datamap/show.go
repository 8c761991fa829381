package datamap

import (
	"os"
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// The severities of a problem.
const (
	Error   = mapfile.Error
	Warning = mapfile.Warning
)

// Near is the name most like word, or "" where none is near enough to be meant.
func Near(word string, names []string) string { return mapfile.Near(word, names) }

// At is a problem at a place of the map, for those who check it against something else.
func At(p Pos, severity mapfile.Severity, text, hint string) Problem {
	return Problem{Severity: severity, File: p.File, Line: p.Line, Col: p.Col, Text: text, Hint: hint}
}

// Show adds to problems found after loading the lines they speak of, as [Load] does for its own.
func Show(dir string, problems Problems) Problems {
	files, err := readFiles(os.DirFS(dir))
	if err != nil {
		return problems
	}
	byName := map[string]*mapfile.File{}
	r := mapfile.NewReport(files)
	for _, f := range files {
		byName[f.Name] = f
		if n := f.Parse(r); n != nil {
			n.Any("config").Hide()
			for _, p := range n.Any("recipients").All() {
				p.Value.Any("notify").Hide()
			}
		}
	}
	out := append(Problems{}, problems...)
	for i := range out {
		if f := byName[out[i].File]; f != nil && out[i].Excerpt == "" && out[i].Line > 0 {
			f.Show(&out[i])
		}
	}
	return out
}

// Says says whether the map writes the key for this system.
func (s *System) Says(key string) bool { return slices.Contains(s.Said, key) }

// Says says whether the map writes the key for this collection; else a default or another place decides.
func (c *Collection) Says(key string) bool { return slices.Contains(c.Said, key) }

// Says says whether the map writes the key for this field.
func (f *Field) Says(key string) bool { return slices.Contains(f.Said, key) }
