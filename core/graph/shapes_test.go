package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

const controller = `controller: C
contact: { email: a@b.example }
identifiers:
  no: { unique: true, pattern: '[0-9]+', not_a_value: ["0"], label: { pl: no } }
  plain: { unique: true, pattern: '[0-9]+', label: { pl: plain } }
purposes: { p: { label: { pl: p }, basis: art6_1_b, keep: 1 year } }
tombstone: { proof: 1 year, because: x }
requests: { keep: 1 year, because: x }
`

// shape is a map of systems: "name" → collections as they stand in YAML, indented by two.
func shape(t *testing.T, systems map[string]string) *graph.Graph {
	t.Helper()
	fs := fstest.MapFS{"controller.yaml": {Data: []byte(controller)}}
	for name, text := range systems {
		fs[name+".yaml"] = &fstest.MapFile{Data: []byte("system: " + name + "\nlabel: { pl: " + name + " }\nconnector: memory\ndepartment: D\nbackups: 0 days\nrestrict: { block: task }\ncollections:\n" + text)}
	}
	m, problems := datamap.LoadFS(fs, "shape")
	if m == nil {
		t.Fatal(problems)
	}
	return graph.New(m)
}

const person = "  person: { purposes: { p: { since: d } }, fields: { no: { identifier: plain }, d: preference.topic } }\n"

// TestShapes: small maps, each hard in one way.
func TestShapes(t *testing.T) {
	for name, systems := range map[string]map[string]string{
		"diamond": {"a": person + `
  left:  { fields: { p: { owned_by: person } } }
  right: { fields: { p: { owned_by: person } } }
  both:  { purposes: { p: { since: d } }, fields: { l: { owned_by: left }, r: { owned_by: right }, d: preference.topic } }
`},
		"circle": {"a": person + `
  folder: { purposes: { p: { since: d } }, fields: { p: { owned_by: person }, cover: { owns: paper }, d: preference.topic } }
  paper:  { fields: { f: { owned_by: folder } } }
`},
		"circle over two systems": {"a": person + `
  x: { purposes: { p: { since: d } }, fields: { p: { owned_by: person }, y: { owned_by: b/y }, d: preference.topic } }
`, "b": `
  y: { purposes: { p: { since: d } }, fields: { x: { owned_by: a/x }, d: preference.topic } }
`},
		"self": {"a": person + `
  entry: { purposes: { p: { since: d } }, fields: { p: { owned_by: person }, corrects: { owned_by: entry }, d: preference.topic } }
  note:  { fields: { e: { owned_by: entry } } }
`},
		"two selfs": {"a": person + `
  entry: { purposes: { p: { since: d } }, fields: { p: { owned_by: person }, corrects: { owned_by: entry }, before: { owned_by: entry }, d: preference.topic } }
`},
		"composite keys": {"a": person + `
  book: { key: [vol, no], purposes: { p: { since: d } }, fields: { p: { owned_by: person }, d: preference.topic } }
  page: { fields: { n: preference.topic }, edges: [ { fields: [v, b], owned_by: book } ] }
`},
		"conditions": {"a": person + `
  ticket:  { purposes: { p: { since: d } }, fields: { p: { owned_by: person, when: { kind: [own, joint] } }, kind: preference.topic, d: preference.topic } }
  reply:   { fields: { t: { owned_by: ticket } } }
  file:    { purposes: { p: { since: d } }, fields: { d: preference.topic } }
  letter:  { fields: { t: { owned_by: ticket }, file: { owns: file, when: { st: sent } }, st: preference.topic } }
`},
		"during": {"a": `
  person: { purposes: { p: { since: d } }, fields: { no: { identifier: plain }, d: preference.topic } }
  lease:  { purposes: { p: { since: d } }, fields: { p: { owned_by: person }, flat: preference.topic, d: preference.topic, e: preference.topic } }
  meter:  { purposes: { p: { since: on } }, fields: { flat: { owned_by: lease.flat, during: { on: [d, e] } }, on: preference.topic } }
`},
		"sentinel": {"a": `
  person: { purposes: { p: { since: d } }, fields: { no: { identifier: no }, d: preference.topic } }
  bill:   { fields: { of: { category: preference.topic, owned_by: person.no } } }
`},
		"host with a condition": {"a": person, "b": `
  visit: { purposes: { p: { since: d } }, fields: { p: { owned_by: a/person, when: { st: done } }, st: preference.topic, d: preference.topic } }
  bill:  { fields: { v: { owned_by: visit } } }
`},
		"copies": {"a": `
  cache:  { derived_from: person }
  person: { purposes: { p: { since: d } }, fields: { no: { identifier: plain }, d: preference.topic } }
`},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, strings.ReplaceAll(name, " ", "_")+".txt", describe(shape(t, systems)))
		})
	}
}

// TestJoins: what leads nowhere as a key.
func TestJoins(t *testing.T) {
	g := shape(t, map[string]string{"a": `
  person: { purposes: { p: { since: d } }, fields: { no: { identifier: no }, d: preference.topic } }
  bill:   { fields: { of: { category: preference.topic, owned_by: person.no } } }
`})
	e := g.Children(g.Collections()[0])[0]
	for v, joins := range map[any]bool{"12": true, int64(12): true, "0": false, int64(0): false, " 0 ": false, "": false, nil: false} {
		if graph.Joins(e, []any{v}) != joins {
			t.Errorf("%v", v)
		}
	}
	if graph.Joins(e, []any{[]byte("0")}) {
		t.Error("a sentinel in bytes")
	}
}

// TestAmong: conditions over many tuples stay flat, and hold of these tuples alone.
func TestAmong(t *testing.T) {
	var tuples [][]any
	for i := range int64(5000) {
		tuples = append(tuples, []any{i, i % 7})
	}
	c := graph.Among([]string{"a", "b"}, tuples)
	if d := depth(c); d > 6 {
		t.Errorf("%d deep", d)
	}
	if !c.Fits(map[string]any{"a": int64(4321), "b": int64(4321 % 7)}, nil) || c.Fits(map[string]any{"a": int64(4321), "b": int64(6)}, nil) || c.Fits(map[string]any{"a": nil, "b": nil}, nil) {
		t.Error("it holds of other rows")
	}
}

func depth(c connectors.Cond) int {
	deepest := 0
	for _, k := range c.Kids {
		deepest = max(deepest, depth(k))
	}
	return deepest + 1
}

// TestManyDiamonds: ways that part and meet again twenty times would be a million to the last collection. They are bounded, and still lead
// to every collection.
func TestManyDiamonds(t *testing.T) {
	var b strings.Builder
	b.WriteString(person)
	top := "person"
	for i := range 20 {
		fmt.Fprintf(&b, "  left%[1]d:  { purposes: { p: { since: d } }, fields: { p: { owned_by: %[2]s }, d: preference.topic } }\n"+
			"  right%[1]d: { purposes: { p: { since: d } }, fields: { p: { owned_by: %[2]s }, d: preference.topic } }\n"+
			"  both%[1]d:  { purposes: { p: { since: d } }, fields: { l: { owned_by: left%[1]d }, r: { owned_by: right%[1]d }, d: preference.topic } }\n", i, top)
		top = fmt.Sprintf("both%d", i)
	}
	g := shape(t, map[string]string{"a": b.String()})
	most, followed := 0, 0
	for _, c := range g.Collections() {
		n := len(g.Ways(c))
		if n == 0 {
			t.Errorf("no way leads to %s", c.Name)
		}
		most = max(most, n)
		for _, e := range g.Parents(c) {
			if g.Host(e) {
				followed++
			}
		}
	}
	if most != 32 || followed != 6 {
		t.Errorf("up to %d ways, and the host follows %d edges; want 32 and 6, for the ways of the first five diamonds are no more", most, followed)
	}
}
