// Package manifests holds worked samples of data maps, and the JSON Schemas of a map's files for editors and other
// checkers; core/datamap is what decides.
package manifests

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.schema.json
var schemas embed.FS

const suffix = ".schema.json"

// Schemas lists the schemas by name: controller, for controller.yaml, and system, for every other file.
func Schemas() []string {
	files, _ := fs.Glob(schemas, "*"+suffix) // the pattern is well-formed
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], suffix)
	}
	return files
}

// Schema is the JSON Schema of that name; fs.ErrNotExist where there is none.
func Schema(name string) ([]byte, error) { return schemas.ReadFile(name + suffix) }
