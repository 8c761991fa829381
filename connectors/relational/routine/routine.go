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

// Call is of a routine that is in no library.
type Call struct {
	Name      string // as [Language.Bare] writes it
	Statement bool   // of a procedure; else it may be one of the database's own functions, or no call at all
}

// Read is what a trigger with this text may do, in the routines it calls too, and what it calls that nobody knows.
func (g Language) Read(body string, in Library) (does connectors.Trigger, unknown []Call) {
	r := reader{language: g, library: in, seen: map[string]bool{}}
	r.follow(body)
	return r.does, r.unknown
}

type reader struct {
	language Language
	library  Library
	seen     map[string]bool
	does     connectors.Trigger
	unknown  []Call
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
			r.unknown = append(r.unknown, Call{name, m[1] != ""})
		}
		for _, x := range found {
			r.does.Unread = r.does.Unread || x.Hidden
			r.follow(x.Body)
		}
	}
}

// Reads are those of the tables that a text names as read from, in order; called says how a table with its schema is called among them.
func (g Language) Reads(body string, tables map[string]bool, called func(string) string) []string {
	var out []string
	for _, n := range g.names(g.Asked, g.code(body, false)) {
		if n = called(n); tables[n] {
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
