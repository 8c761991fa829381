package words

// Field is one value of a row: a category, or a map where there is more to say.
var Field = &Type{Name: "a category, or a map", Like: "identity.name", Scalar: &Scalar{}, Struct: &Struct{Name: "a field", Words: append([]Word{
	{Key: "category", Type: text, Default: "of its identifier, its source or its target", Doc: "What it is.", Wrong: "no category X; did you mean Y?"},
	{Key: "label", Type: label, Default: "the category's", Doc: "What the subject reads, where the category's label is not enough."},
	{Key: "identifier", Type: text, Doc: "This value names the person: a kind of `identifiers:`.", Wrong: "no identifier X"},
}, append(append([]Word{}, edgeWords...), []Word{
	{Key: "source", Type: source, Default: "the system's", Doc: "Where the value came from; provided and observed data is portable.", Wrong: "no source X"},
	{Key: "third_person", Type: &Type{Name: "true, false, other, source or staff", Like: "true", Scalar: &Scalar{Enum: []string{"true", "false", "other", "source", "staff"}}}, Default: "false", Doc: "Another's: left out of access, and said so. With `identifier` it is hers, and she may ask for it."},
	{Key: "free_text", Type: freeText, Doc: "A text that may name others: looked at before it leaves, exported as it is (it names nobody else), or withheld."},
	{Key: "purposes", Type: purposes, Default: "the row's", Doc: "A purpose of its own: the field lives and ends by it.", Wrong: "X is a special category, and no purpose here rests on art. 9(2)"},
	{Key: "codes", Type: dict("a value", nil, label), Doc: "What each value means, for the reader."},
	{Key: "unit", Type: text, Doc: "Unit of the value, for the reader."},
	{Key: "copy_of", Type: address, Doc: "A copy of another collection's fields: recomputed, never compared."},
	{Key: "as", Type: text, Default: "{FIELD} of copy_of", Doc: "How the copy is made: `{last_name} {first_name}`.", Wrong: "X maps no field Y"},
	{Key: "counts", Type: address, Doc: "A counter of the rows over the edge between the two: recounted.", Wrong: "no edge joins X and Y"},
	{Key: "statement", Type: boolean, Default: "false", Doc: "Where a supplementary statement is written (art. 16).", Wrong: "two statement fields in one system"},
}...)...)}}
