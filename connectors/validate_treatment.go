package connectors

import (
	"fmt"
	"slices"
)

// ValidateAll says what is wrong with the form of the treatments of one call, ids given twice included.
func ValidateAll(do []Treatment) error {
	seen := map[string]bool{}
	for _, t := range do {
		if err := t.Validate(); err != nil {
			return err
		}
		if seen[t.ID] {
			return fmt.Errorf("treatment %s stands twice in one call", t.ID)
		}
		seen[t.ID] = true
	}
	return nil
}

// Validate says what is wrong with the treatment's form. The host calls it before it sends one.
func (t Treatment) Validate() error {
	if err := t.validate(); err != nil {
		return fmt.Errorf("treatment %s: %s: %w", t.ID, t.Verb, err)
	}
	return nil
}

func (t Treatment) validate() error {
	switch {
	case t.ID == "":
		return fmt.Errorf("no id")
	case t.AtMost < 0:
		return fmt.Errorf("a ceiling below zero")
	case slices.Contains(t.Capture, ""):
		return fmt.Errorf("captures a field without a name")
	case len(t.On.Collection.Key) == 0:
		return fmt.Errorf("collection %s has no key", t.On.Collection.Name)
	}
	if err := t.On.Validate(); err != nil {
		return err
	}
	if err := t.verb(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, a := range t.Assign {
		if err := a.validate(t.Verb); err != nil {
			return fmt.Errorf("field %s: %w", a.Field, err)
		}
		if seen[a.Field] {
			return fmt.Errorf("field %s is assigned twice", a.Field)
		}
		seen[a.Field] = true
	}
	return nil
}

// verb checks what the verb needs beside a selection.
func (t Treatment) verb() error {
	switch t.Verb {
	case Delete:
		if len(t.Assign) > 0 {
			return fmt.Errorf("it assigns nothing")
		}
	case Set, Recount:
		if len(t.Assign) == 0 {
			return fmt.Errorf("nothing to assign")
		}
	case Ensure:
		if err := t.On.Collection.validate(); err != nil {
			return err
		}
		for _, f := range t.On.Collection.Key {
			if !slices.ContainsFunc(t.Assign, func(a Assign) bool { return a.Field == f && !Empty(a.To) }) {
				return fmt.Errorf("the row to be ensured has no key field %s", f)
			}
		}
	case Block, Release:
		if t.Method == "" || t.Mark == "" {
			return fmt.Errorf("it names no method or no request")
		}
	default:
		return fmt.Errorf("no such verb")
	}
	return nil
}

func (a Assign) validate(v Verb) error {
	if a.Field == "" {
		return fmt.Errorf("it has no name")
	}
	if err := checkAll(append([]any{a.To}, a.From...)); err != nil {
		return err
	}
	if v != Set && len(a.From) > 0 {
		return fmt.Errorf("only a correction looks at the old value")
	}
	switch {
	case v == Recount && a.How != Count, v != Recount && a.How == Count:
		return fmt.Errorf("counts belong to recount, and nothing else does")
	case v == Ensure && a.How != Value:
		return fmt.Errorf("a row to be ensured takes values as they stand")
	}
	switch a.How {
	case Value, Year, Month:
	case Derive:
		if len(a.Derive) == 0 {
			return fmt.Errorf("no secret to derive from")
		}
	case Count:
		if a.Over == nil {
			return fmt.Errorf("no edge to count over")
		}
		return a.Over.validate()
	default:
		return fmt.Errorf("no way to assign called %q", a.How)
	}
	return nil
}
