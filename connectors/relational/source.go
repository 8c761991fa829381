package relational

import (
	"slices"
	"strconv"
	"strings"
)

// source is one way rows of one arm of a table are reached: ready to be selected from.
type source struct {
	person string
	from   string
	where  []string
	at     place
	arm    Arm    // the first, where both stand beside each other
	rows   string // the common table whose rows these are, all of them, where nothing has to be looked up again to name them
}

// rows is a common table of rows reached: the person, and what names the row.
type rows struct {
	name  string
	table *Table
	zone  string
	once  bool // no row stands in it twice for one person
}

// columns are those of a common table of rows of t.
func (t *Table) rowColumns() []string {
	out := []string{"person"}
	if t.held() {
		out = append(out, "held")
	}
	for i := range t.Arms[0].Identity {
		out = append(out, "id"+strconv.Itoa(i+1))
	}
	return out
}

// identity is what names the row of a source, in the order of rowColumns without the person.
func (s *statement) identity(src source) []string {
	var out []string
	if src.at.table.held() {
		out = append(out, src.held())
	}
	return append(out, s.names(src)...)
}

// names are the columns that name the row of a source within its arm.
func (s *statement) names(src source) []string {
	out := make([]string, len(src.arm.Identity))
	for i, c := range src.arm.Identity {
		held := c
		if src.at.held != "" {
			held = src.at.table.Arms[1].Identity[i]
		}
		out[i] = s.column(src.at, c, held)
	}
	return out
}

// held is 1 where the row of a source is a held one, else 0.
func (src source) held() string {
	if src.at.held != "" {
		return src.at.held
	}
	return flag(src.arm.Held)
}

func flag(held bool) string {
	if held {
		return "1"
	}
	return "0"
}

// again reads rows of one arm back by what names them.
func (s *statement) again(r rows, arm Arm, alias string) string {
	var on []string
	if r.table.held() {
		on = append(on, r.name+".held = "+flag(arm.Held))
	}
	for i, c := range arm.Identity {
		on = append(on, s.col(alias, c)+" = "+r.name+".id"+strconv.Itoa(i+1))
	}
	return s.d.Then() + arm.Table(s.d) + " AS " + alias + " ON " + strings.Join(on, " AND ")
}

// indexed says whether rows of an arm are looked up one by one by columns of theirs.
func (a Arm) indexed(columns []string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return a.Indexed[strings.ToLower(c)] })
}

// every gives the rows of r, arm by arm.
func (s *statement) every(r rows) []source {
	if s.beside(r.table) {
		src, join := s.back(r, s.name("t"))
		src.from = r.name + join
		return []source{src}
	}
	var out []source
	for _, arm := range r.table.Arms {
		alias := s.name("t")
		whole := ""
		if !r.table.held() {
			whole = r.name
		}
		out = append(out, source{
			rows:   whole,
			person: r.name + ".person",
			from:   r.name + " " + s.again(r, arm, alias),
			at:     place{alias: alias, table: r.table, zone: r.zone},
			arm:    arm,
		})
	}
	return out
}

// collect makes sources a common table. Where a row might stand twice, it is made to stand once. how is what [statement.with] takes.
func (s *statement) collect(name string, sources []source, once bool, how string) rows {
	var parts []string
	for _, src := range sources {
		if src.rows != "" && len(src.where) == 0 && once {
			parts = append(parts, "SELECT "+strings.Join(src.at.table.rowColumns(), ", ")+" FROM "+src.rows)
			continue
		}
		parts = append(parts, selectFrom(append([]string{src.person}, s.identity(src)...), src, !once && len(sources) == 1))
	}
	sep := "\n  UNION "
	if once {
		sep = "\n  UNION ALL "
	}
	at := sources[0].at
	s.with(name, at.table.rowColumns(), how, strings.Join(parts, sep))
	return rows{name: name, table: at.table, zone: at.zone, once: true}
}

func selectFrom(columns []string, src source, distinct bool) string {
	word := "SELECT "
	if distinct {
		word = "SELECT DISTINCT "
	}
	out := word + strings.Join(columns, ", ") + " FROM " + src.from
	if len(src.where) > 0 {
		out += " WHERE " + strings.Join(src.where, " AND ")
	}
	return out
}
