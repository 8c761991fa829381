package connectors

import (
	"fmt"
	"slices"
)

// Validate says what is wrong with the selection's form: what no connector could make sense of. The host
// calls it before it sends a selection, so that a connector need not. The zero selection is valid.
func (s Selection) Validate() error {
	if len(s.Any) == 0 && !s.All {
		return nil
	}
	if err := s.Collection.validate(); err != nil {
		return err
	}
	if s.All && len(s.Any) > 0 {
		return fmt.Errorf("selection of %s asks for all rows and for some", s.Collection.Name)
	}
	if s.Enough < 0 {
		return fmt.Errorf("selection of %s asks for fewer rows than none", s.Collection.Name)
	}
	if slices.Contains(s.Fields, "") {
		return fmt.Errorf("selection of %s asks for a field without a name", s.Collection.Name)
	}
	for i, m := range s.Any {
		if err := m.validate(s.Collection); err != nil {
			return fmt.Errorf("selection of %s: match %d: %w", s.Collection.Name, i, err)
		}
	}
	return validConds(s.Where)
}

func (c Collection) validate() error {
	if c.At == "" {
		return fmt.Errorf("collection %q has no address", c.Name)
	}
	if _, err := c.location(); err != nil {
		return fmt.Errorf("collection %s: no time zone %q", c.Name, c.Zone)
	}
	return nil
}

func (m Match) validate(last Collection) error {
	if len(m.Fields) == 0 || slices.Contains(m.Fields, "") {
		return fmt.Errorf("no fields, or one without a name")
	}
	for _, t := range m.Values {
		if err := t.validate(len(m.Fields)); err != nil {
			return err
		}
	}
	for i, hop := range m.Via {
		next := last
		if i+1 < len(m.Via) {
			next = m.Via[i+1].Collection
		}
		if err := hop.validate(next); err != nil {
			return fmt.Errorf("hop %d: %w", i, err)
		}
	}
	return nil
}

func (t Tuple) validate(width int) error {
	if len(t.Values) != width {
		return fmt.Errorf("%d values for %d fields", len(t.Values), width)
	}
	if t.Person < 0 {
		return fmt.Errorf("person %d", t.Person)
	}
	if t.Within != nil && t.Within.Field == "" {
		return fmt.Errorf("a range without a field")
	}
	return checkAll(t.Values)
}

func (h Hop) validate(next Collection) error {
	if err := h.Collection.validate(); err != nil {
		return err
	}
	if err := joinable(h.From, h.To); err != nil {
		return err
	}
	if h.Repeat && h.Collection.At != next.At {
		return fmt.Errorf("it repeats, but leads from %s to %s", h.Collection.At, next.At)
	}
	if h.During != nil && (h.During.Date == "" || h.During.From == "") {
		return fmt.Errorf("a time without its fields")
	}
	if err := validConds(h.If); err != nil {
		return err
	}
	return validConds(h.Then)
}

func joinable(from, to []string) error {
	if len(from) == 0 || len(from) != len(to) || slices.Contains(from, "") || slices.Contains(to, "") {
		return fmt.Errorf("%d fields join to %d", len(from), len(to))
	}
	return nil
}

func validConds(cs []Cond) error {
	for _, c := range cs {
		if err := c.validate(); err != nil {
			return fmt.Errorf("condition %s: %w", c.Op, err)
		}
	}
	return nil
}

func (c Cond) validate() error {
	switch c.Op {
	case And, Or:
		return validConds(c.Kids)
	case Not:
		if len(c.Kids) != 1 {
			return fmt.Errorf("it is about one condition, not %d", len(c.Kids))
		}
		return validConds(c.Kids)
	case Exists:
		if c.Over == nil {
			return fmt.Errorf("no edge")
		}
		if err := c.Over.validate(); err != nil {
			return err
		}
		return validConds(c.Kids)
	case In, IsNull, Before, Dated:
		if c.Field == "" {
			return fmt.Errorf("no field")
		}
		return checkAll(c.Values)
	}
	return fmt.Errorf("no such condition")
}

func (s Step) validate() error {
	if err := s.Collection.validate(); err != nil {
		return err
	}
	return joinable(s.From, s.To)
}

func checkAll(values []any) error {
	for _, v := range values {
		if err := Check(v); err != nil {
			return err
		}
	}
	return nil
}
