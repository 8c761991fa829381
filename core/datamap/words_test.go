package datamap_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// TestEveryWordMatters takes each word of the full map out, one at a time: the map must then mean something
// else, or be refused. A word nobody reads would pass unnoticed otherwise.
func TestEveryWordMatters(t *testing.T) {
	files, texts := map[string]*mapfile.Node{}, fstest.MapFS{}
	paths, err := filepath.Glob("testdata/full/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f := mapfile.NewFile(filepath.Base(p), data)
		files[f.Name] = f.Parse(mapfile.NewReport([]*mapfile.File{f}))
		texts[f.Name] = &fstest.MapFile{Data: []byte(written(files[f.Name], nil))}
	}
	whole := meaning(t, texts)
	if strings.HasPrefix(whole, "refused") {
		t.Fatal(whole)
	}
	seen, matters := map[string]bool{}, map[string]bool{}
	for name, root := range files {
		known := map[string]bool{}
		s := words.System
		if name == datamap.ControllerFile {
			s = words.Controller
		}
		words.Walk(s, func(f words.Found) { known[f.Path] = true })
		each(root, nil, known, func(path string, pair *mapfile.Pair) {
			seen[s.Name+" "+path] = true
			if matters[name+path] {
				return
			}
			before := texts[name]
			texts[name] = &fstest.MapFile{Data: []byte(written(root, pair))}
			matters[name+path] = meaning(t, texts) != whole
			texts[name] = before
		})
	}
	for path, m := range matters {
		if !m {
			t.Errorf("without %s the map means the same", path)
		}
	}
	for _, s := range []*words.Struct{words.Controller, words.System} {
		words.Walk(s, func(f words.Found) {
			if !seen[s.Name+" "+f.Path] {
				t.Errorf("testdata/full does not use %s of %s", f.Path, s.Name)
			}
		})
	}
}

// each visits every word below n with its path.
func each(n *mapfile.Node, path []string, known map[string]bool, visit func(string, *mapfile.Pair)) {
	for i := range n.Pairs {
		at := slices.Concat(path, []string{n.Pairs[i].Key.Value})
		if known[strings.Join(at, ".")] {
			visit(strings.Join(at, "."), &n.Pairs[i])
		} else {
			at[len(at)-1] = "*"
		}
		each(n.Pairs[i].Value, at, known, visit)
	}
	for _, x := range n.Items {
		each(x, path, known, visit)
	}
}

// written is n as YAML, without the pair out.
func written(n *mapfile.Node, out *mapfile.Pair) string {
	var parts []string
	switch n.Kind {
	case mapfile.Map:
		for i := range n.Pairs {
			if &n.Pairs[i] != out {
				k, _ := json.Marshal(n.Pairs[i].Key.Value)
				parts = append(parts, string(k)+": "+written(n.Pairs[i].Value, out))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case mapfile.List:
		for _, x := range n.Items {
			parts = append(parts, written(x, out))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapfile.Null:
		return "null"
	}
	if !n.Quoted && (n.Value == "true" || n.Value == "false") {
		return n.Value
	}
	s, _ := json.Marshal(n.Value)
	return string(s)
}

// meaning is a map as text without places and digest, or what is said against it.
func meaning(t *testing.T, fsys fstest.MapFS) string {
	t.Helper()
	m, problems := datamap.LoadFS(fsys, "map")
	said := ""
	for _, p := range problems {
		said += p.Text + "\n"
	}
	if m == nil {
		return "refused " + said
	}
	m.Digest = ""
	var b strings.Builder
	dump(&b, reflect.ValueOf(m), map[any]int{})
	return said + b.String()
}

func dump(b *strings.Builder, v reflect.Value, seen map[any]int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		if z, ok := v.Interface().(*time.Location); ok {
			b.WriteString(z.String())
			return
		}
		if id, ok := seen[v.Interface()]; ok {
			fmt.Fprintf(b, "#%d", id)
			return
		}
		seen[v.Interface()] = len(seen)
		dump(b, v.Elem(), seen)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[datamap.Pos]() {
			return
		}
		b.WriteString("{")
		for i := range v.NumField() {
			if n := v.Type().Field(i).Name; n == "Said" || n == "ConfigPos" {
				continue // where and whether, not what
			}
			b.WriteString(v.Type().Field(i).Name + ":")
			dump(b, v.Field(i), seen)
			b.WriteString(" ")
		}
		b.WriteString("}")
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			dump(b, v.Index(i), seen)
			b.WriteString(" ")
		}
		b.WriteString("]")
	case reflect.Map:
		b.WriteString("<")
		for _, k := range slices.SortedFunc(slices.Values(v.MapKeys()), func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) }) {
			b.WriteString(k.String() + "=")
			dump(b, v.MapIndex(k), seen)
			b.WriteString(" ")
		}
		b.WriteString(">")
	default:
		fmt.Fprintf(b, "%v", v.Interface())
	}
}
