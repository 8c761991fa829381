package sqlite

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// What the executor keeps in the file, under names of its own. A held row has every column of its table, declared alike,
// so that values are kept as they were stored, and beside them:
const (
	openTable  = ownPrefix + "open"  // a row in it opens the guards; it is only ever there inside the executor's transaction
	marksTable = ownPrefix + "marks" // on whose account a row is held: in_table, held, request, held_at
	heldPrefix = ownPrefix + "held_"
	guard      = ownPrefix + "guard_"

	heldKey   = ownPrefix + "key"   // number of the held row
	heldRow   = ownPrefix + "row"   // rowid of the row it was
	heldShell = ownPrefix + "shell" // what was left in its place, as [table.written] writes it; NULL where nothing was
)

// heldTable is what is known of the table for held rows.
type heldTable struct {
	name    string
	columns map[string]bool // in lower case
	arm     relational.Arm  // where they stand, but for what names them
	lacks   []lookup        // indexes of the table its held rows do not have
}

// readHeld finds out whether rows of t can be held.
func (t *table) readHeld(ctx context.Context, c *sql.Conn) error {
	var columns []string
	name := heldPrefix + t.Name
	if err := collect(ctx, c, &columns, "SELECT lower(name) FROM pragma_table_xinfo(?1)", name); err != nil || len(columns) == 0 {
		return err
	}
	t.held = &heldTable{name: name, columns: map[string]bool{}}
	for _, n := range columns {
		t.held.columns[n] = true
	}
	var err error
	if t.held.lacks, err = t.unserved(ctx, c); err != nil {
		return err
	}
	t.held.arm = relational.Arm{From: name, Held: true}
	return t.indexed(ctx, c, &t.held.arm)
}

// withHeld is t with the rows that are held.
func (t *table) withHeld() (*table, error) {
	for _, c := range t.Columns {
		if !t.held.columns[strings.ToLower(c.Name)] {
			return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name + "." + c.Name,
				Summary: "table " + t.Name + " has a new column " + c.Name + ", and rows of it are restricted",
				Detail:  "add the column to " + t.held.name + " with the same type, so that restricted rows have it too"}}
		}
	}
	out := *t
	base, held := t.Arms[0], t.held.arm
	held.Identity = []string{heldKey}
	if t.rowid == "" {
		held.Identity = t.key
	}
	base.Hide = func(alias string) string {
		return "NOT EXISTS (SELECT 1 FROM " + dialect{}.Quote(t.held.name) + " AS h WHERE " + t.sameKey("h", alias) + ")"
	}
	out.Arms = []relational.Arm{base, held}
	return &out, nil
}

// sameKey writes that rows under two aliases have the same primary key.
func (t *table) sameKey(a, b string) string {
	return relational.Same(dialect{}, t.key, a, t.key, b)
}

// numbered are numbers of held rows as one parameter.
func numbered(of []int64) string {
	out := []byte{'['}
	for i, n := range of {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, n, 10)
	}
	return string(append(out, ']'))
}

// stored are the columns that hold values of their own.
func (t *table) stored() []relational.Column { return shells.Stored(&t.Table) }

// keeps says whether one of the assigned fields stays in the shell of a row.
func (t *table) keeps(assign []connectors.Assign) bool {
	for _, a := range assign {
		for _, k := range t.key {
			if strings.EqualFold(a.Field, k) {
				return true
			}
		}
	}
	return false
}

// occupied says, once for each transaction, whether rows of t are held.
func (v *view) occupied(t *table) (bool, error) {
	if yes, ok := v.heldIn[t.Name]; ok {
		return yes, nil
	}
	var yes bool
	err := v.conn.QueryRowContext(v.ctx, "SELECT EXISTS (SELECT 1 FROM "+dialect{}.Quote(t.held.name)+")").Scan(&yes)
	if err != nil {
		return false, failure(v.ctx, "looking for restricted rows", err)
	}
	v.heldIn[t.Name] = yes
	return yes, nil
}
