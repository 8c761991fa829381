package words

import "slices"

var controllers = dict("a controller", aName, &Type{Name: "a controller", Struct: &Struct{Name: "a controller", Words: []Word{
	{Key: "name", Type: text, Required: true, Doc: "Its name."},
	{Key: "contact", Type: contact, Default: "the map's", Doc: "Printed on every answer."},
	{Key: "dpo", Type: contact, Default: "the map's", Doc: "Its data protection officer."},
}}})

var authority = &Type{Name: "a country or a map of name and address", Like: "PL", Scalar: &Scalar{}, Struct: &Struct{Name: "an authority", Words: []Word{
	{Key: "name", Type: label, Required: true, Doc: "Its name."},
	{Key: "address", Type: label, Required: true, Doc: "Its postal address."},
	{Key: "site", Type: label, Doc: "Its site, without a protocol."},
	{Key: "checked_on", Type: text, Doc: "The day the address was last checked, 2006-01-02."},
}}}

// Rights are the rights an approval can be set for.
var Rights = []string{"access", "portability", "rectification", "erasure", "restriction", "lift", "objection", "withdrawal"}

// Plain is the catalogue of Code B.V.7: what a tombstone may keep in plain, beside scope and date.
var Plain = []string{"name", "pesel", "address", "email", "phone"}

var (
	aRight = &Names{Enum: Rights, Check: checkRight}
	aPlain = &Names{Enum: Plain, Check: checkPlain}
)

func checkRight(s string) (string, string) {
	return among(s, "no right "+s, Rights, "there are "+join(Rights))
}

func checkPlain(s string) (string, string) {
	return among(s, s+" is not in the Code's catalogue", Plain, "there are "+join(Plain))
}

func among(s, problem string, of []string, hint string) (string, string) {
	if slices.Contains(of, s) {
		return "", ""
	}
	return problem, hint
}

// Controller is controller.yaml.
var Controller = &Struct{Name: "controller.yaml", Words: []Word{
	{Key: "controller", Type: &Type{Name: "a name, or a map of controllers", Like: "Spółdzielnia „Pod Lipami”", Scalar: &Scalar{}, Dict: controllers.Dict}, Required: true, Missing: "nothing says who the controller is", Hint: "controller: NAME", Doc: "The controller's name; or several, by a short name each, with `name`, `contact`, `dpo`.", Wrong: "a map has one controller; also in X"},
	{Key: "contact", Type: contact, Required: true, Missing: "no contact is named", Hint: "contact: { address: …, email: … }", Doc: "Printed on every answer; an e-mail or postal address is required.", Wrong: "contact has no e-mail or address"},
	{Key: "dpo", Type: contact, Doc: "Data protection officer, if one is appointed."},
	{Key: "authority", Type: authority, Default: "PL", Doc: "Supervisory authority: a country the program knows, or its name and address.", Wrong: "no built-in authority for XX; write name and address"},
	{Key: "country", Type: country, Default: "the authority's, else PL", Doc: "For public holidays, national formats and the time zone."},
	{Key: "languages", Type: names, Default: "[pl]", Doc: "Languages of letters; the first answers when a request names none, and no label may lack it.", Wrong: "no texts in XX"},
	{Key: "time_zone", Type: zone, Default: "of the country", Doc: "For year ends and due dates, and for dates in stores that carry none.", Wrong: "no time zone X"},
	{Key: "identifiers", Type: dict("an identifier", aName, identifier), Doc: "The kinds by which a person is named, in requests and in rows.", Wrong: "K is not built in: give a pattern"},
	{Key: "categories", Type: dict("a category", aCategory, category), Doc: "Own categories beside the built-in ones.", Wrong: "C is built in; a label here would change it everywhere"},
	{Key: "purposes", Type: dict("a purpose", aName, purpose), Doc: "Why data is held, on which basis, how long.", Wrong: "purpose P has no basis"},
	{Key: "recipients", Type: dict("a recipient", aName, recipient), Doc: "To whom data is disclosed.", Wrong: "nothing says how R is told"},
	{Key: "sources", Type: dict("a source", aName, &Type{Name: "a source", Null: true, Struct: &Struct{Name: "a source", Words: []Word{
		{Key: "label", Type: label, Default: "the name, warned", Doc: "What the subject reads."},
		{Key: "public", Type: boolean, Default: "false", Doc: "A publicly accessible source."},
	}}}), Doc: "Where data came from, if not from the person (art. 15(1)(g))."},
	{Key: "approval", Type: dict("a right", aRight, one("nobody", "anybody", "another_person")), Default: "erasure, rectification, restriction, objection: anybody; else nobody", Doc: "Who may approve a plan; `another_person` than the one who planned it.", Wrong: "no right X"},
	{Key: "due_approval", Type: one("nobody", "anybody", "another_person"), Default: "nobody", Doc: "Who may approve the erasure of what has come due; it was approved with the plan that kept it, unless this asks again."},
	{Key: "lift_notice", Type: period, Default: "7 days", Doc: "Between the notice of art. 18(3) and the lifting."},
	{Key: "tombstone", Type: &Type{Name: "a map of proof and because", Struct: &Struct{Name: "tombstone", Words: []Word{
		{Key: "reerase", Type: period, Default: "longest backup + 30 days", Doc: "How long a restored backup is erased again."},
		{Key: "proof", Type: keep, Required: true, Missing: "nothing says how long the proof of an erasure is kept", Hint: "proof: 6 years after year end", Doc: "How long it proves that the request was carried out."},
		{Key: "because", Type: text, Required: true, Missing: "nothing says why the proof of an erasure is kept", Hint: "because: the provision, or the reason in words", Doc: "Why that long."},
		{Key: "basis", Type: basis, Default: "art6_1_f", Doc: "Its legal basis."},
		{Key: "plain", Type: dict("a field of the Code's catalogue", aPlain, text), Default: "none", Doc: "Fields kept readable, each with its reason (Code B.V.7: name, pesel, address, email, phone).", Wrong: "X is not in the Code's catalogue"},
		{Key: "root_marks", Type: boolean, Default: "true", Doc: "Keep a keyed mark of each erased root row's key too: without it a restored row is found by identifiers alone."},
	}}}, Required: true, Missing: "nothing says how long the proof of an erasure is kept", Hint: "tombstone: { proof: 6 years after year end, because: … }", Doc: "What is kept after an erasure: two purposes, two end dates."},
	{Key: "requests", Type: &Type{Name: "a map of keep and because", Struct: &Struct{Name: "requests", Words: []Word{
		{Key: "keep", Type: keep, Required: true, Missing: "nothing says how long requests are kept", Hint: "keep: 6 years after year end", Doc: "How long register, replies and recipients' lists are kept."},
		{Key: "because", Type: text, Required: true, Missing: "nothing says why requests are kept", Hint: "because: the provision, or the reason in words", Doc: "Why that long."},
	}}}, Required: true, Missing: "nothing says how long requests are kept", Hint: "requests: { keep: 6 years after year end, because: … }", Doc: "How long the executor's own records live."},
}}
