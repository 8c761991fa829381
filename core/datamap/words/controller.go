package words

var bases = []string{"art6_1_a", "art6_1_b", "art6_1_c", "art6_1_d", "art6_1_e", "art6_1_f",
	"art9_2_a", "art9_2_b", "art9_2_c", "art9_2_d", "art9_2_e", "art9_2_f", "art9_2_g", "art9_2_h", "art9_2_i", "art9_2_j"}

var exceptions = []string{"art17_3_a", "art17_3_b", "art17_3_c", "art17_3_d", "art17_3_e"}

var exception = &Type{Name: "a letter of art. 17(3)", Like: "art17_3_e", Scalar: &Scalar{Enum: exceptions, Check: func(s string) (string, string) {
	return among(s, s+" does not exist", exceptions, "a expression, b legal obligation, c public health, d archiving and research, e legal claims: art17_3_a … art17_3_e")
}}}

var basis = &Type{Name: "a legal basis", Like: "art6_1_c", Scalar: &Scalar{Enum: bases, Check: func(s string) (string, string) {
	return among(s, s+" is no legal basis", bases, "art6_1_a consent, b contract, c legal obligation, d vital interests, e public task, f legitimate interests; special categories: art9_2_a … j beside it")
}}}

var identifier = &Type{Name: "a kind of identifier", Null: true, Struct: &Struct{Name: "an identifier", Words: []Word{
	{Key: "unique", Type: boolean, Default: "of the built-in kind, else false", Doc: "One value, one person. Shared ones never decide alone."},
	{Key: "pattern", Type: text, Default: "of the built-in kind", Doc: "Regular expression (RE2) that fits the whole value.", Wrong: "X is not built in: give a pattern"},
	{Key: "country", Type: country, Default: "the map's", Doc: "Whose national format it has, e.g. of telephone numbers."},
	{Key: "label", Type: label, Default: "of the built-in kind", Doc: "What the subject reads."},
	{Key: "category", Type: text, Default: "of the built-in kind, else identifier.other", Doc: "The category of fields that hold it."},
	{Key: "normalise", Type: text, Default: "of the built-in kind, else text/1", Doc: "How spellings of one value are brought together: NAME/VERSION of the program's list."},
	{Key: "not_a_value", Type: names, Default: "none", Doc: "Sentinels that name nobody. NULL and the empty text never do."},
}}}

var category = &Type{Name: "a label", Like: "{ pl: Lokal, en: Flat }", Scalar: &Scalar{}, Struct: &Struct{Name: "a category", Languages: true, Words: []Word{
	{Key: "special", Type: boolean, Default: "that of the category above, else false", Doc: "A special category of art. 9."},
	{Key: "dpv", Type: text, Default: "that of the category above", Doc: "Term of the W3C Data Privacy Vocabulary: pd:Name."},
}}}

var purpose = &Type{Name: "a purpose", Struct: &Struct{Name: "a purpose", Words: []Word{
	{Key: "label", Type: label, Default: "the name, warned", Doc: "What the subject reads."},
	{Key: "explain", Type: label, Doc: "A sentence more, where the label is not enough."},
	{Key: "basis", Type: oneOrMany(basis, "a legal basis or a list of them"), Required: true, Missing: "purpose {} has no basis", Hint: "basis: art6_1_a … art6_1_f, for special categories an art9_2_… beside it", Doc: "Legal bases: `art6_1_a` … `f`, for special categories with `art9_2_a` … `j`."},
	{Key: "law", Type: text, Doc: "The provision, as letters cite it."},
	{Key: "keep", Type: keep, Default: "consent: until withdrawn; else this, `event` or `criterion` is required", Doc: "How long after the date a collection names.", Wrong: "cannot read the period \"…\""},
	{Key: "event", Type: one("contract_ended", "consent_withdrawn", "death", "fiscal_year_closed", "purpose_achieved"), Doc: "Kept until an event instead of for a period."},
	{Key: "criterion", Type: label, Doc: "The criterion in words, where no period can be given (art. 15(1)(d))."},
	{Key: "exception", Type: exception, Default: "art. 6(1)(c), (e): art17_3_b; 9(2)(h), (i): art17_3_c", Doc: "The letter of art. 17(3) a kept row is kept under.", Wrong: "art17_3_x does not exist"},
	{Key: "hold", Type: boolean, Default: "false", Doc: "A claim, an inspection or a court: nothing of this purpose lapses meanwhile."},
	{Key: "profiling", Type: &Type{Name: "a map of logic and effect", Struct: &Struct{Name: "profiling", Words: []Word{
		{Key: "logic", Type: label, Required: true, Doc: "The logic involved."},
		{Key: "effect", Type: label, Required: true, Doc: "Significance and consequences for the subject."},
	}}}, Doc: "Automated decisions and profiling (art. 15(1)(h))."},
	{Key: "controller", Type: text, Default: "the one; required where the map has several", Doc: "Whose purpose it is."},
	{Key: "role", Type: one("controller", "joint", "processor"), Default: "controller", Doc: "Ours: what we hold as processor is counted and reported, never touched without that controller's instruction."},
	{Key: "for", Type: text, Doc: "Joint: with whom. Processor: for whom.", Wrong: "purpose P is held as processor, and nothing says for whom"},
}}}

var recipient = &Type{Name: "a recipient", Struct: &Struct{Name: "a recipient", Words: []Word{
	{Key: "name", Type: text, Required: true, Doc: "The name people know."},
	{Key: "category", Type: label, Doc: "What kind of recipient."},
	{Key: "role", Type: one("controller", "joint", "processor"), Default: "controller", Doc: "Processors are instructed, and a request is not complete before they have confirmed."},
	{Key: "country", Type: country, Default: "inside the EEA", Doc: "Where the data goes, if outside the EEA."},
	{Key: "safeguard", Type: &Type{Name: "a transfer ground", Like: "scc", Scalar: &Scalar{Enum: []string{"adequacy", "scc", "bcr", "code", "certification", "ad_hoc", "derogation"}, Check: checkSafeguard}}, Doc: "Transfer ground: adequacy (art. 45); scc, bcr, code, certification, ad_hoc (46); derogation (49). Required outside the EEA.", Wrong: "R is outside the EEA (XX) and no safeguard is named"},
	{Key: "reference", Type: text, Doc: "Of the safeguard: decision, clauses, date, validity, where a copy can be had."},
	{Key: "notify", Type: &Type{Name: "a map of email, webhook or task", Struct: &Struct{Name: "notify", Words: []Word{
		{Key: "email", Type: text, Doc: "The address that is written to."},
		{Key: "webhook", Type: text, Doc: "The https address that is called (Standard Webhooks)."},
		{Key: "secret", Type: text, Doc: "The webhook's signing secret, as ${ENV}.", Wrong: "secret is written out; a secret has no place in the map"},
		{Key: "task", Type: text, Doc: "The department that tells it by hand."},
	}}}, Doc: "How it is told (art. 19).", Wrong: "nothing says how R is told"},
	{Key: "exempt", Type: &Type{Name: "a map of letter and evidence", Struct: &Struct{Name: "an exemption", Words: []Word{
		{Key: "letter", Type: &Type{Name: "a, b or c", Scalar: &Scalar{Enum: []string{"a", "b", "c"}, Check: checkLetter}}, Required: true, Doc: "a: not visible to the recipient; b: dissolved; c: no longer processed."},
		{Key: "evidence", Type: text, Required: true, Missing: "the exemption of {} has no evidence", Hint: "evidence: what shows it, with a date or a file number", Doc: "What shows it."},
		{Key: "limb", Type: one("impossible", "disproportionate"), Default: "impossible for b and c, else disproportionate", Doc: "Which limb of art. 19."},
		{Key: "because", Type: label, Doc: "The reasoning, as the subject may read it."},
		{Key: "decided_by", Type: text, Doc: "Who decided."},
	}}}, Doc: "Why it is not told: letters of the Code of good practice, B.VII.4. Letter a never serves for a processor.", Wrong: "the exemption of R has no evidence"},
	{Key: "not_a_recipient", Type: one("art4_9"), Doc: "A public authority in a particular inquiry is no recipient (art. 4(9))."},
}}}

func checkLetter(s string) (string, string) {
	return among(s, "exemption "+s+" does not exist", []string{"a", "b", "c"}, "a: not visible to the recipient, b: dissolved, c: no longer processed")
}
