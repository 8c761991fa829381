package archive

// column is a field on its way: its final name, and what its values turned out to be. Counts are written
// by the CSV encoder alone and read when it has ended.
type column struct {
	Field
	name       string
	companion  string // Binary: the column that names the file of a large value
	kinds      kind
	values     int64 // neither NULL nor withheld
	withheld   int64
	escaped    int64 // texts that got a backslash
	unreadable int64 // texts that were not UTF-8
	formulas   int64 // texts a spreadsheet may take for a formula
	uncoded    bool  // a value that Codes does not explain
}

func newColumns(fields []Field) []*column {
	used := names{}
	var out []*column
	for _, f := range fields {
		c := &column{Field: f, name: used.unique(slug(f.Name, '_', 60, "field"), "_")}
		if f.Title == "" {
			c.Title = c.name
		}
		if f.Type == Binary {
			c.companion = used.unique(c.name+"_file", "_")
		}
		out = append(out, c)
	}
	return out
}

func (c *column) note(k kind) {
	c.kinds |= k
	c.values++
}

func (c *column) code(text []byte) {
	if c.Codes != nil {
		if _, ok := c.Codes[string(text)]; !ok {
			c.uncoded = true
		}
	}
}

// schemaType is the Table Schema type and format that every value of the column has.
func (c *column) schemaType() (typ, format string) {
	switch c.kinds {
	case 0:
		return declaredType(c.Type)
	case kText, kFile:
		return "string", ""
	case kBinary:
		return "string", "binary"
	case kInteger:
		return "integer", ""
	case kNumber, kNumber | kInteger:
		return "number", ""
	case kBoolean:
		return "boolean", ""
	case kDate:
		return "date", ""
	case kInstant:
		return "datetime", ""
	case kObject:
		return "object", ""
	case kArray:
		return "array", ""
	}
	if c.kinds == kBinary|kFile && c.companion != "" {
		return "string", "binary"
	}
	return "any", ""
}

func declaredType(t Type) (typ, format string) {
	switch t {
	case Integer, Number, Boolean, Date, DateTime:
		return string(t), ""
	case Nested:
		return "any", ""
	case Binary:
		return "string", "binary"
	}
	return "string", ""
}
