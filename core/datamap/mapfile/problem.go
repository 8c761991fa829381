package mapfile

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Severity of a problem.
type Severity string

// The severities. A map with errors is not used.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one mistake with its place. Its JSON form is part of `dossier.check/v1`.
type Problem struct {
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     int      `json:"line"` // from 1; 0: the folder as a whole
	Col      int      `json:"col"`  // in characters, from 1
	Text     string   `json:"text"`
	Hint     string   `json:"hint,omitempty"`
	Excerpt  string   `json:"excerpt,omitempty"` // the line, values under config: hidden
	Caret    int      `json:"caret,omitempty"`   // where in the excerpt, in characters from 1
	Width    int      `json:"width,omitempty"`
}

// String is the problem as a compiler would say it.
func (p Problem) String() string {
	var b strings.Builder
	if p.Severity == Warning {
		fmt.Fprintf(&b, "%s: warning: %s\n", p.place(), p.Text)
	} else {
		fmt.Fprintf(&b, "%s: %s\n", p.place(), p.Text)
	}
	if p.Excerpt != "" {
		fmt.Fprintf(&b, "%5d | %s\n", p.Line, p.Excerpt)
		fmt.Fprintf(&b, "      | %s%s\n", strings.Repeat(" ", p.Caret-1), strings.Repeat("^", max(1, p.Width)))
	}
	if p.Hint != "" {
		b.WriteString(wrap("      hint: ", "            ", p.Hint, 100))
	}
	return b.String()
}

func (p Problem) place() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// wrap breaks text at spaces so that no line is wider than limit.
func wrap(first, next, text string, limit int) string {
	var b strings.Builder
	line, lead := "", first
	for _, w := range strings.Split(text, " ") {
		if line != "" && len([]rune(lead))+len([]rune(line))+1+len([]rune(w)) > limit {
			b.WriteString(lead + line + "\n")
			line, lead = "", next
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	b.WriteString(lead + line + "\n")
	return b.String()
}

// Problems of a map, in the order of its files and lines.
type Problems []Problem

// Errors counts those that make the map unusable.
func (p Problems) Errors() int {
	n := 0
	for _, x := range p {
		if x.Severity == Error {
			n++
		}
	}
	return n
}

// Err is p as an error where it holds an error, else nil.
func (p Problems) Err() error {
	if p.Errors() == 0 {
		return nil
	}
	return p
}

// Error is the text of all problems, as they are shown.
func (p Problems) Error() string { return strings.TrimRight(p.String(), "\n") }

func (p Problems) String() string {
	var out []string
	for _, x := range p {
		out = append(out, x.String())
	}
	return strings.Join(out, "\n")
}

// MarshalJSON gives an empty list for none.
func (p Problems) MarshalJSON() ([]byte, error) { return json.Marshal(append([]Problem{}, p...)) }
