package oracle

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/dossier-dsr/dossier/core/plan"
)

// numbers of a plan that the oracle knows too, by collection and act.
func (e *estate) numbers(p *plan.Plan) map[string]int64 {
	out := map[string]int64{}
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				key := s.Name + "/" + c.Name + " "
				switch {
				case a.Reason.Code == plan.Reference, a.Reason.Code == plan.Counter:
					continue
				case a.Shell:
					key += "shell"
				case a.Reason.Code == plan.Shared:
					key += "shared"
				case a.Action == plan.Keep, a.Action == plan.Refer:
					key += "held"
				case a.Action == plan.Delete:
					key += "deleted"
				case a.Action == plan.Anonymise && e.onlyOwn(c.Name, a.Fields):
					continue // fields with a purpose of their own
				case a.Action == plan.Anonymise:
					key += "anonymised"
				default:
					continue
				}
				out[key] += a.Rows
			}
		}
	}
	for _, c := range p.Candidates {
		out[c.System+"/"+c.Collection+" candidate"] += c.Rows
	}
	maps.DeleteFunc(out, func(_ string, n int64) bool { return n == 0 })
	return out
}

// onlyOwn says whether all these fields have rules of their own.
func (e *estate) onlyOwn(name string, fields []string) bool {
	for _, c := range e.colls {
		for _, f := range fields {
			if x := c.field(f); c.name == name && (x == nil || len(x.rules) == 0) {
				return false
			}
		}
	}
	return true
}

// numbers the rules come to.
func (v *verdict) numbers() map[string]int64 {
	out := map[string]int64{}
	v.e.each(func(a at) {
		if f := v.fate(a); f != "other" && v.inScope(a.c) {
			out[a.c.address()+" "+f]++
		}
		if v.candidate[a] {
			out[a.c.address()+" candidate"]++
		}
	})
	return out
}

// differ says in which number two counts differ; "" none.
func differ(plan, rules map[string]int64) string {
	var out []string
	keys := slices.Collect(maps.Keys(plan))
	for k := range rules {
		if _, there := plan[k]; !there {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys {
		if plan[k] != rules[k] {
			out = append(out, fmt.Sprintf("%s: the plan says %d, the rules say %d", k, plan[k], rules[k]))
		}
	}
	return strings.Join(out, "\n")
}

// contrast says in which rows what the stores hold differs from what they should; "" none.
func contrast(have, want content) string {
	var out []string
	for c, rows := range want {
		keys := slices.Collect(maps.Keys(rows))
		for k := range have[c] {
			if rows[k] == nil {
				keys = append(keys, k)
			}
		}
		sort.Strings(keys)
		for _, k := range keys {
			h, w := have[c][k], rows[k]
			switch {
			case h == nil:
				out = append(out, fmt.Sprintf("%s %s is gone, and should stand", c.address(), k))
			case w == nil:
				out = append(out, fmt.Sprintf("%s %s stands, and should be gone", c.address(), k))
			default:
				for _, f := range c.columns() {
					if !alike(h[f], w[f]) {
						out = append(out, fmt.Sprintf("%s %s: %s is %v, and should be %v", c.address(), k, f, show(h[f]), show(w[f])))
					}
				}
			}
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func alike(a, b any) bool { return (a == nil) == (b == nil) && fmt.Sprint(a) == fmt.Sprint(b) }

func show(v any) string {
	if v == nil {
		return "NULL"
	}
	return fmt.Sprintf("%v", v)
}

// explain writes the case out: the map, the request, the rows with what should become of each.
func (v *verdict) explain() string {
	var b strings.Builder
	files := v.e.files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		if name == "controller.yaml" {
			text = "(as in every case)\n"
		}
		fmt.Fprintf(&b, "--- %s\n%s", name, text)
	}
	fmt.Fprintf(&b, "--- request: %+v\n", v.e.ask)
	if v.blocked != "" {
		fmt.Fprintf(&b, "blocked: %s\n", v.blocked)
	}
	for _, c := range v.e.colls {
		fmt.Fprintf(&b, "--- %s (%s)\n", c.address(), strings.Join(c.columns(), " "))
		for i, r := range c.rows {
			a := at{c, i}
			fate := "?"
			if v.blocked == "" {
				fate = v.fate(a)
			}
			if v.named[a] {
				fate += ", names the person"
			}
			if v.candidate[a] {
				fate += ", candidate"
			}
			var vs []string
			for _, name := range c.columns() {
				vs = append(vs, show(r.v[name]))
			}
			fmt.Fprintf(&b, "%s  → %s\n", strings.Join(vs, " | "), fate)
		}
	}
	return b.String()
}
