package datamap

// Field is one value of a row, and what it is.
type Field struct {
	Collection  *Collection
	Name        string
	Category    *Category
	Label       Label // its own, else the category's
	Identifier  *Identifier
	Edge        *Edge   // the single-field edge that starts here
	Source      string  // provided observed inferred derived, or a source of the map
	ThirdPerson string  // "", other, source, staff: whose it is, if not the person's
	FreeText    string  // "", review, export, withhold
	Rules       []*Rule // a purpose of its own: it lives and ends by it; empty: the row's
	Codes       map[string]Label
	Unit        string
	CopyOf      *Collection // denormalised copy, recomputed as As says: "{last_name} {first_name}"
	As          string
	Counts      *Edge    // counter of the rows over this edge
	Statement   bool     // where a supplementary statement is written (art. 16)
	Said        []string // the keys the map writes for it; of a one-line field, category
	Pos         Pos
}

// EdgeKind is the verb of an edge.
type EdgeKind string

// The verbs.
const (
	OwnedBy    EdgeKind = "owned_by"    // the row is the target's
	Owns       EdgeKind = "owns"        // the target is the row's
	AccessedBy EdgeKind = "accessed_by" // the target may see it
	RefersTo   EdgeKind = "refers_to"   // and no rights follow
)

// Edge leads from the fields of one collection to those of another, over any systems.
type Edge struct {
	ID       string // "register/lease_parties.member_id": stable, unique in the map
	Kind     EdgeKind
	From     *Collection // where it is declared
	Fields   []string
	To       *Collection // nil: outside the map, on purpose
	ToFields []string
	Outside  string   // the name outside the map
	Shows    []string // accessed_by: what the other person sees; nil with ShowsAll
	ShowsAll bool
	Hides    []string
	Leave    string   // null placeholder delete keep: this reference when the one it names goes and the row stays
	Needs    []string // fields of the owner that stay while this row is kept
	When     []When   // on rows of From
	During   *During
	Implicit bool // nobody wrote it: a copy's key is its source's, an element's begins with its document's
	Pos      Pos
}

// During limits an edge: it holds only while Date, of the row the edge is declared on, lies between two dates of the target's.
type During struct{ Date, From, To string }

// Rights says whether ownership follows the edge.
func (e *Edge) Rights() bool { return e.To != nil && (e.Kind == OwnedBy || e.Kind == Owns) }

// Parent is the end nearer to the person, with the fields the edge uses there; only where Rights.
func (e *Edge) Parent() (*Collection, []string) {
	if e.Kind == Owns {
		return e.From, e.Fields
	}
	return e.To, e.ToFields
}

// Child is the end that follows the parent's fate; only where Rights.
func (e *Edge) Child() (*Collection, []string) {
	if e.Kind == Owns {
		return e.To, e.ToFields
	}
	return e.From, e.Fields
}

// Local says whether both ends are in one system.
func (e *Edge) Local() bool { return e.To != nil && e.From.System == e.To.System }

// Self says whether the edge leads from a collection to itself.
func (e *Edge) Self() bool { return e.From == e.To }
