package words

// What several places of the map take.
var (
	label = &Type{Name: "a label", Like: "{ pl: …, en: … }", Scalar: &Scalar{},
		Struct: &Struct{Name: "a label", Languages: true}}

	contact = &Type{Name: "a map of name, address, email, phone", Like: "{ address: …, email: … }", Struct: &Struct{Name: "a contact", Words: []Word{
		{Key: "name", Type: text, Doc: "Who answers there."},
		{Key: "address", Type: text, Doc: "Postal address, as on an envelope."},
		{Key: "email", Type: text, Doc: "E-mail address."},
		{Key: "phone", Type: text, Doc: "Telephone, for questions only; nothing personal is told by phone."},
	}}}

	condition = dict("a field", nil, &Type{Name: "a value or a list of values", Scalar: &Scalar{}, Items: text, Like: "unpaid", Null: true})

	since = &Type{Name: "a date", Like: "booked_on", Scalar: &Scalar{}, Struct: &Struct{Name: "a date", Words: []Word{
		{Key: "later_of", Type: list(text, "a list of dates"), Doc: "The period counts from the latest of these dates."},
		{Key: "earlier_of", Type: list(text, "a list of fields"), Doc: "The period counts from the earliest of these dates, fields of the row itself."},
	}}}

	use = &Type{Name: "the terms of a purpose", Null: true, Struct: &Struct{Name: "a purpose of a collection", Words: []Word{
		{Key: "since", Type: since, Doc: "The date the period counts from: a field, COLLECTION.FIELD where an edge leads to one row, `last COLLECTION.FIELD` where it leads to many, `{ later_of: [..] }` or `{ earlier_of: [..] }`.", Wrong: "one row of X has many Y; which date counts?"},
		{Key: "until", Type: address, Doc: "Kept until that date; no period follows it."},
		{Key: "keep", Type: keep, Default: "the purpose's", Doc: "A period of its own.", Wrong: "cannot read the period \"…\""},
		{Key: "law", Type: text, Default: "the purpose's", Doc: "The provision that sets that period."},
		{Key: "when", Type: condition, Default: "always", Doc: "Only for rows where every field named holds one of the values given.", Wrong: "X maps no field Y"},
		{Key: "missing", Type: one("keep", "skip"), Default: "keep", Doc: "What a NULL date means: not begun (kept), or the rule does not apply. A zero, unreadable or future date is kept either way."},
	}}}

	purposes = &Type{Name: "a purpose, a list of purposes, or a map of purpose to { since: … }", Like: "{ accounting: { since: booked_on } }",
		Scalar: &Scalar{}, Items: text, Dict: &Dict{Of: "a purpose", Value: use}}

	restrict = &Type{Name: "a map of block and mark", Like: "{ block: move }", Struct: &Struct{Name: "restrict", Words: []Word{
		{Key: "block", Type: text, Doc: "How a restricted row is made unreadable and unchangeable: a method of the connector (move, row_security, tag …), or `task` for the department.", Wrong: "connector X cannot block by Y; it can: …"},
		{Key: "mark", Type: text, Doc: "A date column that shows users that the row is restricted."},
	}}}

	source   = &Type{Name: "provided, observed, inferred, derived, or a source of the map", Like: "observed", Scalar: &Scalar{}}
	freeText = one("review", "export", "withhold")
)

// edgeWords are the words of an edge, on a field and under edges:.
var edgeWords = []Word{
	{Key: "owned_by", Type: address, Doc: "This row is the target's: it goes with it, and is the person's who owns that.", Wrong: "staff is outside the map, so it can own nothing"},
	{Key: "owns", Type: address, Doc: "The target is this row's: it goes with its last owner."},
	{Key: "accessed_by", Type: address, Doc: "The person of the target may see this row, as far as `shows` says.", Wrong: "… lets another person see this row, and nothing says what"},
	{Key: "refers_to", Type: address, Doc: "Refers to, and no rights follow. The target may be a name under `outside:`."},
	{Key: "shows", Type: &Type{Name: "a list of fields, or all", Like: "[FIELD, …]", Scalar: &Scalar{Enum: []string{"all"}}, Items: text}, Doc: "With `accessed_by`, required: what the other person sees."},
	{Key: "hides", Type: names, Default: "none", Doc: "Fields withheld from who comes by this edge."},
	{Key: "leave", Type: &Type{Name: "one of null, placeholder, delete, keep", Null: true, Scalar: &Scalar{Enum: []string{"null", "placeholder", "delete", "keep"}}}, Default: "null", Doc: "What becomes of this reference when the row it names goes and this row stays; `delete`: this row goes along, and nothing may hang on it.", Wrong: "rows of X would go along, and Y, which hangs on them, be left behind"},
	{Key: "needs", Type: names, Default: "the key", Doc: "Fields of the owner that stay while this row is kept.", Wrong: "X maps no field Y"},
	{Key: "when", Type: condition, Default: "always", Doc: "The edge holds only for rows where every field named holds one of the values given."},
	{Key: "during", Type: dict("a date of this row", nil, list(text, "a list of two dates of the target")), Default: "always", Doc: "The edge holds only while a date of this row lies between two of the target's: `{ read_on: [started_on, ended_on] }`. A missing end is open."},
}
