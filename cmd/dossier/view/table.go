package view

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table prints columns that line up.
type Table struct {
	Head  []string
	Right []bool // right-aligned columns
	rows  [][]string
}

// Add adds a row.
func (t *Table) Add(cells ...string) { t.rows = append(t.rows, cells) }

// Print writes it, two spaces between columns, no trailing blanks.
func (t *Table) Print(w io.Writer) error {
	width := make([]int, len(t.Head))
	for _, r := range append([][]string{t.Head}, t.rows...) {
		for i, c := range r {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, r := range append([][]string{t.Head}, t.rows...) {
		var b strings.Builder
		for i, c := range r {
			if i > 0 {
				b.WriteString("  ")
			}
			if i < len(t.Right) && t.Right[i] {
				b.WriteString(padLeft(c, width[i]))
			} else {
				b.WriteString(pad(c, width[i]))
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
