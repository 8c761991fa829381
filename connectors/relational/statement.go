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

// bind adds a parameter and gives what stands for it until the statement is whole.
func (s *statement) bind(v any) string {
	s.args = append(s.args, v)
	return begun + strconv.Itoa(len(s.args)) + ended
}

// begun and ended enclose the number of a parameter; nothing in SQL holds them.
const begun, ended = "\x01", "\x02"

// whole numbers the parameters in the order in which they are read. One that was bound for a part left out is left out too.
func (s *statement) whole(text string) Query {
	q := Query{}
	numbers := map[string]int{}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, begun)
		out.WriteString(before)
		if !found {
			q.SQL = out.String()
			return q
		}
		number, after, _ := strings.Cut(rest, ended)
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(s.args) { // not written by bind: a name nobody should give
			text = rest
			continue
		}
		if numbers[number] == 0 {
			q.Args = append(q.Args, s.args[n-1])
			numbers[number] = len(q.Args)
		}
		out.WriteString(s.d.Placeholder(numbers[number]))
		text = after
	}
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
		return s.whole(body)
	}
	head := "WITH "
	if s.loops {
		head = "WITH RECURSIVE "
	}
	return s.whole(head + strings.Join(s.withs, ",\n") + "\n" + body)
}

func (s *statement) col(alias, column string) string { return alias + "." + s.d.Quote(column) }
