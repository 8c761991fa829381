// Package needs works out what an account has to be granted on tables, and no more: columns where columns will do.
package needs

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Need is one privilege on one object.
type Need struct {
	Privilege string
	On        string   // the object, as SQL
	Columns   []string // of a table; nil: all
	Any       bool     // one of the table's columns is enough, whichever; Columns says which to grant
}

// Words are the privilege and its columns, as GRANT has them; quote is how a name is written there.
func (n Need) Words(quote func(string) string) string {
	if len(n.Columns) == 0 {
		return n.Privilege
	}
	cols := make([]string, len(n.Columns))
	for i, c := range n.Columns {
		cols[i] = quote(c)
	}
	return n.Privilege + " (" + strings.Join(cols, ", ") + ")"
}

// Needs gathers privileges, each once.
type Needs []Need

// Add adds columns to what is needed of an object; no columns are all of them.
func (l *Needs) Add(privilege, on string, columns ...string) {
	for i, n := range *l {
		if n.Privilege != privilege || n.On != on {
			continue
		}
		switch {
		case n.Any:
			(*l)[i] = Need{privilege, on, slices.Clone(columns), false}
		case len(n.Columns) == 0:
		case len(columns) == 0:
			(*l)[i].Columns = nil
		default:
			add(&(*l)[i].Columns, columns...)
		}
		return
	}
	*l = append(*l, Need{privilege, on, slices.Clone(columns), false})
}

// Lock adds that rows can be locked, by whoever may change any column of them.
func (l *Needs) Lock(on, column string) {
	if !slices.ContainsFunc(*l, func(n Need) bool { return n.Privilege == "UPDATE" && n.On == on }) {
		*l = append(*l, Need{"UPDATE", on, []string{column}, true})
	}
}

// Table is what has to be known of one.
type Table struct {
	*relational.Table
	On      string // as SQL
	Unnamed bool   // no columns name its rows, so that only who may read all of it can tell them apart
	Lock    string // a column that has to be changeable, where no other is, so that rows that are only deleted can be locked; "" where DELETE is enough
}

// Of gathers what a use needs of its table, but for blocking rows of it.
func (l *Needs) Of(u connectors.Use, t Table) error {
	reads, err := t.physical(u.Reads)
	if err != nil {
		return err
	}
	writes, err := t.physical(u.Writes)
	if err != nil {
		return err
	}
	if u.Does(connectors.Set) || u.Does(connectors.Recount) {
		add(&reads, writes...) // what stands there is compared
	}
	if u.Does(connectors.Ensure) { // whether the row is there already
		for _, key := range t.Unique {
			if !slices.ContainsFunc(key, func(k string) bool { return !slices.Contains(writes, k) }) {
				add(&reads, key...)
			}
		}
	}
	if add(&reads, t.Arms[0].Identity...); t.Unnamed {
		reads = nil
	}
	l.Add("SELECT", t.On, reads...)
	if u.Does(connectors.Delete) {
		l.Add("DELETE", t.On)
	}
	switch {
	case u.Does(connectors.Set) || u.Does(connectors.Recount):
		l.Add("UPDATE", t.On, writes...)
	case u.Does(connectors.Delete) && t.Lock != "":
		l.Lock(t.On, t.Lock)
	}
	if u.Does(connectors.Ensure) {
		l.Add("INSERT", t.On, writes...)
	}
	return nil
}

// physical are the columns of fields, in the catalog's spelling.
func (t Table) physical(fields []string) ([]string, error) {
	var out []string
	for _, f := range fields {
		c, err := t.Column(f)
		if err != nil {
			return nil, err
		}
		add(&out, c.Name)
	}
	return out, nil
}

func add(list *[]string, more ...string) {
	for _, x := range more {
		if !slices.Contains(*list, x) {
			*list = append(*list, x)
		}
	}
}
