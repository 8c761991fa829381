// Package routine reads the texts of triggers, functions and procedures. Databases record nothing of what a text is about, so that it is read
// here: honestly, but no further than words go.
package routine

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Routine is a function or procedure.
type Routine struct {
	Body   string
	Hidden bool // it is there, and its text is not shown
}

// Library finds routines by their names, as [Language.Bare] writes them; whose schema is not looked at, for a text says it seldom.
type Library map[string][]Routine

// Read is what a trigger with this text may do, in the routines it calls too, and the names of those it calls that are in no library.
func (g Language) Read(body string, in Library) (does connectors.Trigger, unknown []string) {
	r := reader{language: g, library: in, seen: map[string]bool{}}
	r.follow(body)
	return r.does, r.unknown
}

type reader struct {
	language Language
	library  Library
	seen     map[string]bool
	does     connectors.Trigger
	unknown  []string
}

func (r *reader) follow(body string) {
	g := r.language
	said := g.code(body, true)
	code := g.code(body, false)
	if g.Composed.MatchString(code) { // what it puts together may stand in its texts
		r.does.Unread = true
		add(&r.does.Writes, g.names(g.Written, said)...)
	} else {
		said = code
	}
	add(&r.does.Writes, g.names(g.Written, code)...)
	for _, w := range g.Tells {
		if w.Like.MatchString(said) {
			add(&r.does.Tells, w.Name)
		}
	}
	for _, m := range g.called.FindAllStringSubmatch(code, -1) {
		name := g.Bare(m[1] + m[len(m)-1])
		if r.seen[name] {
			continue
		}
		r.seen[name] = true
		found := r.library[name]
		if len(found) == 0 {
			add(&r.unknown, name)
		}
		for _, x := range found {
			r.does.Unread = r.does.Unread || x.Hidden
			r.follow(x.Body)
		}
	}
}

// Reads are those of the tables that a text names as read from, in order.
func (g Language) Reads(body string, tables map[string]bool) []string {
	var out []string
	for _, n := range g.names(g.Asked, g.code(body, false)) {
		if bare := g.last(n); !tables[n] {
			n = bare // a table where the account looks is called without its schema
		}
		if tables[n] {
			add(&out, n)
		}
	}
	slices.Sort(out)
	return out
}

func add(list *[]string, more ...string) {
	for _, x := range more {
		if !slices.Contains(*list, x) {
			*list = append(*list, x)
		}
	}
}
