package connectors

import (
	"maps"
	"slices"
	"strings"
)

// Severity of a diagnostic.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one problem, said for a person: what, where, what to do. It never holds a value of a
// row or of a secret setting.
type Diagnostic struct {
	Severity Severity
	Summary  string // one line, no full stop
	Detail   string // a hint: what to do
	Path     string // setting (config.url), table, or constraint it is about
}

// Diagnostics travel as values; as an error they read as their summaries.
type Diagnostics []Diagnostic

func (d Diagnostics) Error() string {
	var lines []string
	for _, x := range d {
		line := x.Summary
		if x.Detail != "" {
			line += " (" + x.Detail + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// Err is d as an error where it holds an error, else nil.
func (d Diagnostics) Err() error {
	for _, x := range d {
		if x.Severity == Error {
			return d
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
