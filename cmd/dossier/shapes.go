package main

import (
	"bytes"
	"encoding/json"
	"os"

	"github.com/dossier-dsr/dossier/connectors/conformance"
)

// readShapes reads one shape or a list of them.
func readShapes(file string) ([]conformance.Shape, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("", "the shape file %s cannot be read", file)
	}
	var list []conformance.Shape
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] != '[' {
		b = append(append([]byte{'['}, b...), ']')
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, usagef("connectors/GUIDE.md shows one", "%s is no shape: %s", file, err)
	}
	return list, nil
}
