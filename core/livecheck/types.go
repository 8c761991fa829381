package livecheck

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// types reports identifiers in columns that cannot hold them: nobody would be found by them, or somebody else.
func (v *view) types(c *datamap.Collection, t *connectors.SchemaCollection) {
	for _, f := range c.Fields {
		if f.Identifier == nil || strings.Contains(f.Name, "[") {
			continue
		}
		col := column(t, f.Name)
		if col == nil {
			continue
		}
		kind := f.Identifier.Name
		shape := shapeOf(f.Identifier)
		switch col.Family {
		case connectors.WholeFamily, connectors.NumberFamily:
			switch {
			case shape.letters:
				v.error(f.Pos, "a column of text", "%s.%s is of type %s, and no %s is a number: nobody would be found by it", c.Name, f.Name, col.Type, kind)
			case shape.zero:
				v.error(f.Pos, "a column of text", "%s.%s is of type %s, which drops the zeros a %s may begin with", c.Name, f.Name, col.Type, kind)
			}
		case connectors.BooleanFamily, connectors.DateFamily, connectors.BytesFamily, connectors.NestedFamily:
			v.error(f.Pos, "a column of text, or another field", "%s.%s is of type %s, which holds no %s: nobody would be found by it", c.Name, f.Name, col.Type, kind)
		}
		if col.Family == connectors.TextFamily && col.Length > 0 && col.Length < shape.least {
			v.error(f.Pos, "a longer column", "%s.%s holds %d characters, and a %s has %d or more", c.Name, f.Name, col.Length, kind, shape.least)
		}
	}
}

// shape is what is known of how values of an identifier are written.
type shape struct {
	letters bool // always something beside digits
	zero    bool // digits alone, and the first may be a zero
	least   int  // characters
}

func shapeOf(kind *datamap.Identifier) shape {
	normaliser, _, _ := strings.Cut(kind.NormaliserName(), "/")
	switch {
	case normaliser == "email", normaliser == "iban":
		return shape{letters: true, least: 3}
	case normaliser == "phone":
		return shape{zero: true, least: 3}
	case normaliser == "nip": // the number of a tax office comes first, and none begins with a zero
		return shape{least: 10}
	case kind.Pattern == "":
		return shape{}
	}
	re, err := syntax.Parse(kind.Pattern, syntax.Perl)
	if err != nil {
		return shape{} // the map's own mistake, and said there
	}
	re = re.Simplify()
	return shape{letters: !digits(re), zero: digits(re) && begins(re), least: least(re)}
}

// digits says whether some text of the pattern is of digits alone.
func digits(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return !slices.ContainsFunc(re.Rune, func(r rune) bool { return r < '0' || r > '9' })
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= '9' && re.Rune[i+1] >= '0' {
				return true
			}
		}
		return false
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !digits(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, digits)
	case syntax.OpRepeat:
		return re.Min == 0 || digits(re.Sub[0])
	case syntax.OpNoMatch:
		return false
	}
	return true // what may be left out, any character, the ends of the text
}

// begins says whether a text of the pattern may begin with a zero.
func begins(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune) > 0 && re.Rune[0] == '0'
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= '0' && re.Rune[i+1] >= '0' {
				return true
			}
		}
		return false
	case syntax.OpConcat:
		for _, s := range re.Sub {
			if begins(s) {
				return true
			}
			if least(s) > 0 {
				return false
			}
		}
		return false
	case syntax.OpCapture, syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat, syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, begins)
	}
	return re.Op == syntax.OpAnyChar || re.Op == syntax.OpAnyCharNotNL
}

// least is how short a text of the pattern can be.
func least(re *syntax.Regexp) int {
	sum := 0
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		for _, s := range re.Sub {
			sum += least(s)
		}
	case syntax.OpRepeat:
		return re.Min * least(re.Sub[0])
	case syntax.OpAlternate:
		for i, s := range re.Sub {
			if n := least(s); i == 0 || n < sum {
				sum = n
			}
		}
	}
	return sum
}
