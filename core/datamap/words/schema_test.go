package words_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// beyond are broken maps whose mistakes of shape a schema cannot say.
var beyond = []string{"zones/register.yaml"} // a list of all time zones

func TestSchemasAgreeWithTheLoader(t *testing.T) {
	schemas := map[bool]*jsonschema.Schema{true: compile(t, words.Controller), false: compile(t, words.System)}
	refused, taken := 0, 0
	for id, data := range everyFile(t) {
		f := mapfile.NewFile(filepath.Base(id), data)
		r := mapfile.NewReport([]*mapfile.File{f})
		n := f.Parse(r)
		if n == nil || !r.Clean() {
			continue // YAML itself
		}
		controller := filepath.Base(id) == "controller.yaml"
		if controller {
			words.CheckFile(words.Controller, n, r)
		} else {
			words.CheckFile(words.System, n, r)
		}
		err := schemas[controller].Validate(value(n))
		switch {
		case r.Clean() && err != nil:
			t.Errorf("%s: the loader takes its shape, the schema does not: %v", id, err)
		case !r.Clean() && err == nil && !slices.Contains(beyond, id):
			t.Errorf("%s: the schema takes it, the loader says:\n%s", id, r.Problems())
		case r.Clean():
			taken++
		default:
			refused++
		}
	}
	if taken < 40 || refused < 20 {
		t.Errorf("compared only %d good and %d bad files", taken, refused)
	}
}

func compile(t *testing.T, s *words.Struct) *jsonschema.Schema {
	t.Helper()
	raw, err := words.JSONSchema(s, "test")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	out, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// everyFile is every file of a map the tests have: good ones and those of the broken maps.
func everyFile(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"../testdata/*/*.yaml", "../../../manifests/*/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatal(pattern, err)
		}
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			out[p] = data
		}
	}
	archives, err := filepath.Glob("../testdata/broken/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range archives {
		a, err := txtar.ParseFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if strings.HasSuffix(f.Name, ".yaml") && !strings.HasPrefix(f.Name, "-") {
				out[strings.TrimSuffix(filepath.Base(p), ".txt")+"/"+f.Name] = f.Data
			}
		}
	}
	return out
}

// value is a node as a validator of JSON Schema sees it.
func value(n *mapfile.Node) any {
	switch n.Kind {
	case mapfile.Map:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key.Value] = value(p.Value)
		}
		return out
	case mapfile.List:
		out := []any{}
		for _, x := range n.Items {
			out = append(out, value(x))
		}
		return out
	case mapfile.Null:
		return nil
	}
	if !n.Quoted {
		if n.Value == "true" || n.Value == "false" {
			return n.Value == "true"
		}
		if _, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return json.Number(n.Value)
		}
	}
	return n.Value
}
