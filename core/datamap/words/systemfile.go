package words

import "slices"

// System is the file of one system.
var System = &Struct{Name: "a system", Words: []Word{
	{Key: "system", Type: &Type{Name: "a name", Like: "register", Scalar: &Scalar{Pattern: nameForm.String(), Check: checkName}}, Required: true, Missing: "nothing says what this system is called", Doc: "Its name in plans.", Wrong: "two systems are called X"},
	{Key: "label", Type: label, Default: "the name, warned", Doc: "What the subject reads; never a host or a product.", Wrong: "the label names a host or a product"},
	{Key: "connector", Type: &Type{Name: "a name", Like: "sqlite", Scalar: &Scalar{}}, Required: true, Missing: "nothing says which connector {} is reached by", Hint: "connector: sqlite, postgres, files …; manual for paper", Doc: "Which plugin.", Wrong: "no connector X; installed: …"},
	{Key: "config", Type: dict("a setting", nil, text), Doc: "The connector's settings; secrets as ${ENV}.", Wrong: "X is written out; a secret has no place in the map"},
	{Key: "department", Type: text, Doc: "Who gets its tasks; required for `manual` and where `block: task`.", Wrong: "no department gets the tasks of X"},
	{Key: "backups", Type: period, Required: true, Missing: "nothing says how long backups of {} are kept", Hint: "backups: 35 days; 0 days if there are none", Doc: "How long erased data lives on in backups; sets the tombstone."},
	{Key: "source", Type: source, Default: "provided", Doc: "Default of its fields."},
	{Key: "restrict", Type: restrict, Doc: "How art. 18 is carried out; required, except for `manual`, where it is a task.", Wrong: "nothing says how X is restricted"},
	{Key: "pool", Type: period, Default: "none", Doc: "Erasures, objections and withdrawals wait for each other so long, so that one call works all of them: where rewriting is dear. They are worked when the first of them has waited so long, or three days before the first answer is due; somebody may ask for it earlier. Nothing else waits.", Wrong: "longer than a month; paper does not pool"},
	{Key: "settle", Type: duration, Default: "24h", Doc: "The second look after the work; 0 for none."},
	{Key: "rows_per_transaction", Type: number, Default: "20000", Doc: "Larger work goes in slices."},
	{Key: "max_rows_per_second", Type: number, Default: "no limit", Doc: "Spares a busy store: work that can be cut goes in transactions of a second's rows, one after the other."},
	{Key: "window", Type: window, Default: "always", Doc: "Hours in which it may be written to, in the controller's time zone; outside them an erasure or a rectification waits. A restriction does not."},
	{Key: "time_zone", Type: zone, Default: "the map's", Doc: "Zone of dates and times that carry none."},
	{Key: "outside", Type: dict("a table", nil, text), Doc: "Left out on purpose, each with why; `refers_to` may name it.", Wrong: "X is mapped and outside"},
	{Key: "collections", Type: dict("a collection", aCollection, Collection), Doc: "What personal data is in."},
}}

var rows = &Type{Name: "a format, or a map of format, delimiter, encoding, header, each", Like: "csv", Scalar: &Scalar{Enum: formats}, Struct: &Struct{Name: "rows", Words: []Word{
	{Key: "format", Type: one(formats...), Required: true, Doc: "How rows stand inside an object."},
	{Key: "delimiter", Type: text, Default: ",", Doc: "csv: what stands between values."},
	{Key: "encoding", Type: text, Default: "utf-8", Doc: "IANA name of the character set."},
	{Key: "header", Type: boolean, Default: "true", Doc: "csv: the first line names the fields; without, they are c1, c2 …"},
	{Key: "each", Type: text, Doc: "json: the array whose elements are rows: `signatories[]`."},
}}}

var formats = []string{"csv", "jsonl", "json", "parquet"}

var anonymise = dict("a field", nil, &Type{Name: "null, keep, year, month, placeholder or { set: … }", Like: "year", Null: true,
	Scalar: &Scalar{Enum: []string{"null", "keep", "year", "month", "placeholder"}, Check: checkTreatment},
	Struct: &Struct{Name: "a treatment", Words: []Word{{Key: "set", Type: text, Required: true, Doc: "A fixed text, converted to the column's type."}}}})

// Undoable are treatments people ask for that leave the data identifiable.
var undoable = []string{"hash", "mask", "pseudonymise", "pseudonymize", "encrypt", "tokenise", "tokenize", "md5", "sha1", "sha256", "scramble", "redact"}

func checkTreatment(s string) (string, string) {
	if slices.Contains([]string{"null", "keep", "year", "month", "placeholder"}, s) {
		return "", ""
	}
	hint := "null, keep, year, month, placeholder, or { set: … } for a fixed value"
	if slices.Contains(undoable, s) {
		hint = "who holds the list can undo a " + s + ", so it is no erasure; " + hint
	}
	return "no treatment " + s, hint
}

func checkErase(s string) (string, string) {
	switch {
	case s == "delete":
		return "", ""
	case slices.Contains(undoable, s):
		return s + " is not erasure: the data can still be found again", "delete, { anonymise: … } or { keep: art17_3_e, because: … }"
	}
	return "erase cannot " + s, "delete, { anonymise: … } or { keep: art17_3_e, because: … }"
}

var erase = &Type{Name: "delete, { anonymise: … } or { keep: …, because: … }", Like: "delete", Scalar: &Scalar{Enum: []string{"delete"}, Check: checkErase}, Struct: &Struct{Name: "erase", Words: []Word{
	{Key: "anonymise", Type: anonymise, Doc: "Treatment by field: `null keep year month placeholder` or `{ set: text }`. What is not named becomes NULL."},
	{Key: "keep", Type: exception, Doc: "The letter of art. 17(3) its rows are kept under, beside any period.", Wrong: "X is kept, and the person is not told why"},
	{Key: "because", Type: label, Doc: "With `keep`, required: what the person is told."},
}}}

// Collection is a table, a kind of document, a drawer.
var Collection = &Type{Name: "a collection", Null: true, Struct: &Struct{Name: "a collection", Words: []Word{
	{Key: "label", Type: label, Default: "of the category of its fields", Doc: "What the subject reads."},
	{Key: "at", Type: text, Default: "the name", Doc: "Physical address: table, `schema.table`, `coll.array[]`, `gridfs:x`, path template with `{fields}`, shelf.", Wrong: "nothing stands between {x} and {y}"},
	{Key: "rows", Type: rows, Default: "none: one object, one row", Doc: "How rows stand inside an object: csv, jsonl, json, parquet.", Wrong: "rows make no sense for postgres"},
	{Key: "document", Type: text, Doc: "The object itself is data of this category."},
	{Key: "free_text", Type: freeText, Default: "review", Doc: "What access does with the document; `export` says that it names nobody else."},
	{Key: "key", Type: names, Default: "id", Doc: "What names a row; several fields where it takes several."},
	{Key: "purposes", Type: purposes, Default: "its owner's", Doc: "Why rows are held, and from which date.", Wrong: "P is kept 5 years, and nothing says from when"},
	{Key: "recipients", Type: names, Default: "none, never inherited", Doc: "Who received rows of this.", Wrong: "police is no recipient (art. 4(9)) …"},
	{Key: "discloses", Type: &Type{Name: "a map of to and on", Like: "{ to: recipient, on: sent_on }", Struct: &Struct{Name: "discloses", Words: []Word{
		{Key: "to", Type: text, Required: true, Doc: "The field that names the recipient."},
		{Key: "on", Type: text, Required: true, Doc: "The field that dates it."},
	}}}, Doc: "A disclosure log: actual recipients for art. 15 and 19."},
	{Key: "erase", Type: erase, Default: "delete", Doc: "What erasure does with a row that nothing keeps.", Wrong: "hash is not erasure"},
	{Key: "placeholder", Type: &Type{Name: "a map of field to text, or each", Like: "{ member_no: C-00000 }", Scalar: &Scalar{Enum: []string{"each"}}, Struct: &Struct{Name: "a placeholder", Fields: true, Words: []Word{
		{Key: "each", Type: boolean, Default: "false", Doc: "A placeholder of its own for each row, where a unique key forbids one for all."},
	}}}, Doc: "The person that stands in: field to text.", Wrong: "accounts has no placeholder person"},
	{Key: "restrict", Type: restrict, Default: "the system's", Doc: "How art. 18 is carried out here."},
	{Key: "derived_from", Type: address, Doc: "A copy: goes with its source, is not exported, never rectified on its own."},
	{Key: "fields", Type: dict("a field", nil, Field), Doc: "What is in a row; `name: category`, or a map where there is more to say."},
	{Key: "edges", Type: list(&Type{Name: "an edge", Struct: &Struct{Name: "an edge", Words: append([]Word{
		{Key: "fields", Type: list(text, "a list of fields"), Required: true, Doc: "The fields it starts from, in the order of the target's key.", Wrong: "1 field(s) here, but the key of X has 2: …"},
		{Key: "to", Type: list(text, "a list of fields"), Default: "the target's key", Doc: "The target's fields, where they are not its key."},
	}, edgeWords...)}}, "a list of edges"), Doc: "Edges over several fields."},
	{Key: "ignore", Type: names, Doc: "Columns without personal data: not read, not exported."},
	{Key: "rectify", Type: &Type{Name: "a way, or a map of mode, law, text", Like: "replace", Scalar: &Scalar{Enum: ways}, Struct: &Struct{Name: "rectify", Words: []Word{
		{Key: "mode", Type: one(ways...), Required: true, Doc: "replace the value, add a supplement, leave it to a person, or refuse."},
		{Key: "law", Type: text, Doc: "The provision."},
		{Key: "text", Type: label, Doc: "What the subject is told.", Wrong: "X is not corrected, and the person is not told why"},
	}}}, Default: "replace", Doc: "How corrections are made: medical entries are annotated, invoices corrected by a document of their own."},
	{Key: "growth", Type: one("none", "bounded", "any"), Default: "bounded", Doc: "How many rows may join between plan and apply: none, a tenth and ten, any number."},
	{Key: "guards", Type: &Type{Name: "a map of root_rows, share, because", Like: "{ root_rows: 200, because: … }", Struct: &Struct{Name: "guards", Words: []Word{
		{Key: "root_rows", Type: number, Default: "5", Doc: "So many rows named by identifiers alone may be one person's; more stop the plan."},
		{Key: "share", Type: share, Default: "1 %", Doc: "So much of a collection of over 10,000 rows may be one person's."},
		{Key: "because", Type: text, Required: true, Missing: "the guards of {} are raised, and nothing says why", Hint: "because: …", Doc: "Why one person has so many."},
	}}}, Doc: "Raises the limits above which a plan stops."},
	{Key: "created", Type: text, Doc: "The field that dates a row's birth: replay tells an old row from a new one by it."},
	{Key: "published", Type: condition, Doc: "Rows that are public (art. 17(2))."},
	{Key: "one_person_per_value", Type: boolean, Default: "false", Doc: "A verified shared identifier decides here: a newsletter list."},
}}}

var ways = []string{"replace", "supplement", "by_hand", "refuse"}
