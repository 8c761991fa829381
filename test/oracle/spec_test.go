package oracle

import (
	"fmt"
	"slices"
)

// estate is a drawn map with its rows and a request.
type estate struct {
	systems []*system
	colls   []*coll // in the order they were drawn
	ask     ask
}

type system struct {
	name  string
	colls []*coll
}

type coll struct {
	sys         *system
	name        string
	key         []string
	fields      []*field
	edges       []*edge // declared here
	rules       []*rule
	erase       string // delete, anonymise, keep
	anon        map[string]string
	placeholder map[string]string
	derived     *coll
	onePerson   bool
	mark        string // the column that shows a restriction; "" none
	at          string // its table; "" its name
	rows        []row
}

type field struct {
	name, category string
	ident          string // identifier kind
	edge           *edge  // the edge that starts on this field alone
	rules          []*rule
	counts         *coll
}

// edge: verb is the map's; when holds of rows of from.
type edge struct {
	verb             string
	from             *coll
	fields           []string
	to               *coll
	toFields         []string
	when             *when
	during           []string // date of from, since and until of to
	leave            string
	needs            []string // nil: the parent's key
	on               string   // the field it is written on; "" under edges:
	implicit, listed bool
}

type when struct {
	field  string
	values []string
}

type purpose struct {
	name      string
	bases     []string
	n         int
	unit      string
	yearEnd   bool
	exception string
	hold      bool
	processor bool
	criterion bool
}

type rule struct {
	purpose *purpose
	date    *ref // nil: none
	until   bool // date is the end itself
	skip    bool
	when    *when
}

// ref is a date: of the row itself; or of rows of another collection over an edge, or, with no edge between, the person's.
type ref struct {
	field string
	of    *coll
	over  *edge
	last  bool
}

// row holds int64, string or nil by field. who is whose it was meant to be when it was drawn; nothing follows from it.
type row struct {
	v   map[string]any
	who int
}

type given struct {
	kind, value string
	verified    bool
}

type ask struct {
	ids      []given
	ground   string
	purposes []string // scope; nil all
	systems  []string
	keep     string // purpose the request keeps
}

var unique = map[string]bool{"pid": true, "uno": true}

// sentinels name nobody, as the controller file says.
var sentinels = map[string]string{"pid": "P0000", "uno": "U-0", "email": "brak@x.pl"}

func (e *edge) rights() bool { return e.verb == "owned_by" || e.verb == "owns" }

func (e *edge) parent() *coll {
	if e.verb == "owns" {
		return e.from
	}
	return e.to
}

func (e *edge) child() *coll {
	if e.verb == "owns" {
		return e.to
	}
	return e.from
}

func (c *coll) address() string { return c.sys.name + "/" + c.name }

func (c *coll) field(name string) *field {
	for _, f := range c.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (c *coll) idents() []*field {
	var out []*field
	for _, f := range c.fields {
		if f.ident != "" {
			out = append(out, f)
		}
	}
	return out
}

// edges in force, implicit ones of copies included.
func (e *estate) edges() []*edge {
	var out []*edge
	for _, c := range e.colls {
		out = append(out, c.edges...)
	}
	return out
}

// owners are the rights edges that lead to c; selfs only when asked for.
func (e *estate) owners(c *coll, selfs bool) []*edge {
	var out []*edge
	for _, x := range e.edges() {
		if x.rights() && x.child() == c && (selfs || x.from != x.to) {
			out = append(out, x)
		}
	}
	return out
}

func (c *coll) keyOf(r row) string {
	s := ""
	for _, k := range c.key {
		s += fmt.Sprint(r.v[k]) + "|"
	}
	return s
}

// columns of c: mapped fields, key, fields of edges.
func (c *coll) columns() []string {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, k := range c.key {
		add(k)
	}
	for _, f := range c.fields {
		add(f.name)
	}
	for _, e := range c.edges {
		for _, f := range e.fields {
			add(f)
		}
	}
	if c.mark != "" {
		add(c.mark)
	}
	return out
}

// mapped are the columns a treatment may clear: fields and those of edges. A key that is not a field stays.
func (c *coll) mapped() []string {
	var out []string
	for _, f := range c.fields {
		out = append(out, f.name)
	}
	for _, e := range c.edges {
		for _, f := range e.fields {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}
