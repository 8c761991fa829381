package relational

import (
	"fmt"
	"strconv"
	"strings"
)

// Query is SQL and what is bound to it.
type Query struct {
	SQL  string
	Args []any
}

// statement is one query while it is written.
type statement struct {
	d       Dialect
	catalog Catalog
	args    []any
	withs   []string
	loops   bool // some WITH is recursive
	count   map[string]int
}

func newStatement(d Dialect, catalog Catalog) *statement {
	return &statement{d: d, catalog: catalog, count: map[string]int{}}
}

func (s *statement) bind(v any) string {
	s.args = append(s.args, v)
	return s.d.Placeholder(len(s.args))
}

// name gives a new name: p1, p2, r1 …
func (s *statement) name(prefix string) string {
	s.count[prefix]++
	return prefix + strconv.Itoa(s.count[prefix])
}

// with adds a common table expression; how is "" or what [Dialect.Beforehand] says.
func (s *statement) with(name string, cols []string, how, body string) {
	s.withs = append(s.withs, fmt.Sprintf("%s(%s) AS %s(\n  %s\n)", name, strings.Join(cols, ", "), how, body))
}

func (s *statement) query(body string) Query {
	if len(s.withs) == 0 {
		return Query{SQL: body, Args: s.args}
	}
	head := "WITH "
	if s.loops {
		head = "WITH RECURSIVE "
	}
	return Query{SQL: head + strings.Join(s.withs, ",\n") + "\n" + body, Args: s.args}
}

func (s *statement) col(alias, column string) string { return alias + "." + s.d.Quote(column) }
