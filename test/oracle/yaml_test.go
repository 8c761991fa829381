package oracle

import (
	"fmt"
	"sort"
	"strings"
	"testing/fstest"
)

const controllerHead = `controller: Testowa
contact: { email: biuro@x.example }
languages: [pl]
identifiers:
  pid: { unique: true, pattern: 'P[0-9]{4}', not_a_value: ["P0000"], label: { pl: pid } }
  uno: { unique: true, pattern: 'U-[0-9]', not_a_value: ["U-0"], label: { pl: uno } }
  email: { not_a_value: ["brak@x.pl"] }
  nick: { pattern: '[a-z]+', label: { pl: nick } }
tombstone: { proof: 6 years after year end, because: Kodeks cywilny }
requests: { keep: 6 years after year end, because: Kodeks cywilny }
purposes:
`

// files are the map as YAML, by name.
func (e *estate) files() map[string]string {
	out := map[string]string{"controller.yaml": controllerHead + purposesYAML()}
	for _, s := range e.systems {
		var b strings.Builder
		fmt.Fprintf(&b, "system: %s\nlabel: { pl: System %s }\nconnector: memory\nconfig: { name: \"${STORE}\" }\ndepartment: D\nbackups: 0 days\nrestrict: { block: move }\ncollections:\n", s.name, s.name)
		for _, c := range s.colls {
			c.write(&b)
		}
		out[s.name+".yaml"] = b.String()
	}
	return out
}

func (e *estate) fs() fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range e.files() {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func purposesYAML() string {
	var b strings.Builder
	for _, p := range purposes {
		fmt.Fprintf(&b, "  %s:\n    label: { pl: %s }\n    basis: [%s]\n", p.name, p.name, strings.Join(p.bases, ", "))
		if p.n > 0 {
			end := ""
			if p.yearEnd {
				end = " after year end"
			}
			fmt.Fprintf(&b, "    keep: %d %s%s\n", p.n, p.unit, end)
		}
		if p.exception != "" && !strings.HasPrefix(p.bases[0], "art6_1_c") {
			fmt.Fprintf(&b, "    exception: %s\n", p.exception)
		}
		if p.hold {
			b.WriteString("    hold: true\n")
		}
		if p.criterion {
			b.WriteString("    criterion: { pl: dopóki trzeba }\n")
		}
		if p.processor {
			b.WriteString("    role: processor\n    for: Inna\n")
		}
	}
	return b.String()
}

func (c *coll) write(b *strings.Builder) {
	fmt.Fprintf(b, "  %s:\n    key: [%s]\n", c.name, strings.Join(c.key, ", "))
	if c.at != "" {
		fmt.Fprintf(b, "    at: %s\n", c.at)
	}
	if len(c.rules) > 0 {
		fmt.Fprintf(b, "    purposes: %s\n", rulesYAML(c, c.rules))
	}
	switch c.erase {
	case "anonymise":
		fmt.Fprintf(b, "    erase: { anonymise: { %s } }\n", pairs(c.anon, func(v string) string {
			if text, ok := strings.CutPrefix(v, "set "); ok {
				return fmt.Sprintf("{ set: %q }", text)
			}
			return v
		}))
	case "keep":
		b.WriteString("    erase: { keep: art17_3_e, because: { pl: dowód } }\n")
	}
	if c.placeholder != nil {
		fmt.Fprintf(b, "    placeholder: { %s }\n", pairs(c.placeholder, func(v string) string { return fmt.Sprintf("%q", v) }))
	}
	if c.derived != nil {
		fmt.Fprintf(b, "    derived_from: %s\n", c.derived.seen(c.sys))
	}
	if c.onePerson {
		b.WriteString("    one_person_per_value: true\n")
	}
	if c.mark != "" {
		fmt.Fprintf(b, "    restrict: { mark: %s }\n", c.mark)
	}
	b.WriteString("    guards: { root_rows: 100, because: drawn }\n    fields:\n")
	for _, f := range c.fields {
		fmt.Fprintf(b, "      %s: { %s }\n", f.name, f.words(c))
	}
	head := false
	for _, e := range c.edges {
		if e.listed {
			if !head {
				b.WriteString("    edges:\n")
				head = true
			}
			fmt.Fprintf(b, "      - { fields: [%s], to: [%s], %s }\n", strings.Join(e.fields, ", "), strings.Join(e.toFields, ", "), e.words(c, e.to.seen(c.sys)))
		}
	}
}

// seen is the address of c from a file of system s.
func (c *coll) seen(s *system) string {
	if c.sys == s {
		return c.name
	}
	return c.address()
}

func (f *field) words(c *coll) string {
	var out []string
	if f.category != "" {
		out = append(out, "category: "+f.category)
	}
	if f.ident != "" {
		out = append(out, "identifier: "+f.ident)
	}
	if f.counts != nil {
		out = append(out, "counts: "+f.counts.name)
	}
	if len(f.rules) > 0 {
		out = append(out, "purposes: "+rulesYAML(c, f.rules))
	}
	if e := f.edge; e != nil {
		to := e.to.seen(c.sys)
		if len(e.toFields) != len(e.to.key) || e.toFields[0] != e.to.key[0] {
			to += "." + e.toFields[0]
		}
		out = append(out, e.words(c, to))
	}
	return strings.Join(out, ", ")
}

func (e *edge) words(c *coll, to string) string {
	out := []string{e.verb + ": " + to}
	if e.verb == "accessed_by" {
		out = append(out, "shows: [name]")
	}
	if e.when != nil {
		out = append(out, "when: "+e.when.yaml())
	}
	if e.during != nil {
		out = append(out, fmt.Sprintf("during: { %s: [%s, %s] }", e.during[0], e.during[1], e.during[2]))
	}
	if e.leave != "null" {
		out = append(out, "leave: "+e.leave)
	}
	if e.needs != nil {
		out = append(out, "needs: ["+strings.Join(e.needs, ", ")+"]")
	}
	return strings.Join(out, ", ")
}

func (w *when) yaml() string {
	return fmt.Sprintf("{ %s: [%s] }", w.field, strings.Join(w.values, ", "))
}

func rulesYAML(c *coll, rules []*rule) string {
	var out []string
	for _, r := range rules {
		var in []string
		if r.date != nil {
			d := r.date.field
			if r.date.of != nil {
				d = r.date.of.seen(c.sys) + "." + d
			}
			if r.date.last {
				d = "last " + d
			}
			word := "since"
			if r.until {
				word = "until"
			}
			in = append(in, word+": "+d)
		}
		if r.skip {
			in = append(in, "missing: skip")
		}
		if r.when != nil {
			in = append(in, "when: "+r.when.yaml())
		}
		out = append(out, r.purpose.name+": { "+strings.Join(in, ", ")+" }")
	}
	return "{ " + strings.Join(out, ", ") + " }"
}

func pairs(m map[string]string, show func(string) string) string {
	var out []string
	for k, v := range m {
		out = append(out, k+": "+show(v))
	}
	sort.Strings(out)
	return strings.Join(out, ", ")
}
