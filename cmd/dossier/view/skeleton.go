package view

import (
	"fmt"
	"io"
	"slices"
)

// Skeleton prints what was written for a new connector, and what to do with it.
func Skeleton(w io.Writer, name string, written, next []string, asJSON bool) error {
	slices.Sort(written)
	if asJSON {
		return JSON(w, Document{"format": "dossier.connector-new/v1", "connector": name, "written": written})
	}
	for _, f := range written {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	head := "\nnext  "
	for _, n := range next {
		if _, err := fmt.Fprintln(w, head+n); err != nil {
			return err
		}
		head = "      "
	}
	return nil
}
