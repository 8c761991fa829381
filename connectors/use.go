package connectors

// Use is what is done with the rows of one collection, as far as an administrator has to make it possible.
type Use struct {
	Collection Collection
	Reads      []string // fields rows are found by, read or captured, the key among them
	Verbs      []Verb   // what is done to rows; none: they are only read
	Writes     []string // fields that Set, Recount and Ensure assign
	Method     string   // of Block and Release: one of Description.Blocking
}

// Does says whether v is among the verbs.
func (u Use) Does(v Verb) bool {
	for _, x := range u.Verbs {
		if x == v {
			return true
		}
	}
	return false
}
