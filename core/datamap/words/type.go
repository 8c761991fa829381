// Package words is the vocabulary of the data map: every key a file may hold, what it takes, what it means and
// what holds without it. The loader's checks of shape, the JSON Schemas and the reference are made from this
// one table, so they cannot drift apart.
package words

// Type is what a value may be. Where several of Scalar, Items, Struct and Dict are set, the form written decides.
type Type struct {
	Name   string // in errors and the reference: "a period"
	Like   string // an example, for hints
	Scalar *Scalar
	Items  *Type // a list of these
	Struct *Struct
	Dict   *Dict
	Null   bool // may be left empty
}

// Scalar is a text, as written.
type Scalar struct {
	Enum    []string // one of these
	Aliases []string // of Enum: accepted, not listed
	Pattern string   // for the JSON Schema; Check decides
	Check   func(text string) (problem, hint string)
	Bool    bool
	Number  bool
}

// Struct is a map of known keys.
type Struct struct {
	Name      string // "a collection"
	Words     []Word
	Languages bool // keys of two letters hold a text in that language
	Fields    bool // any other key names a field and holds a text
}

// Word is one key.
type Word struct {
	Key      string
	Type     *Type
	Required bool
	Missing  string // the error when it is required and not there; "" the usual words
	Hint     string // what to write then
	Default  string // what holds without it
	Doc      string // what it means, one sentence
	Wrong    string // the error a reader meets most, abridged
}

// Dict is a map of names the author chooses.
type Dict struct {
	Of    string // what a key names: "a purpose"
	Names *Names // nil: any name
	Value *Type
}

// Names are the names a Dict takes.
type Names struct {
	Pattern string   // for the JSON Schema; or
	Enum    []string // these alone
	Check   func(name string) (problem, hint string)
}

// Word finds a key.
func (s *Struct) Word(key string) *Word {
	for i := range s.Words {
		if s.Words[i].Key == key {
			return &s.Words[i]
		}
	}
	return nil
}

func list(item *Type, name string) *Type { return &Type{Name: name, Items: item} }

func oneOrMany(item *Type, name string) *Type {
	return &Type{Name: name, Scalar: item.Scalar, Items: item, Like: item.Like}
}

func one(of ...string) *Type {
	return &Type{Name: "one of " + join(of), Scalar: &Scalar{Enum: of}}
}

func dict(of string, names *Names, value *Type) *Type {
	return &Type{Name: "a map with a name for each", Dict: &Dict{Of: of, Names: names, Value: value}}
}
