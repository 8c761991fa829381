package state

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const layout = "2006-01-02T15:04:05.000000Z" // RFC 3339, sorts as text

// stamp stores a time; the zero time is ”.
type stamp time.Time

func (s stamp) Value() (driver.Value, error) {
	if time.Time(s).IsZero() {
		return "", nil
	}
	return time.Time(s).UTC().Format(layout), nil
}

type stampInto struct{ t *time.Time }

func (s stampInto) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a time is stored as %T", v)
	}
	if text == "" {
		*s.t = time.Time{}
		return nil
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return errors.New("a time is stored in another form")
	}
	*s.t = t
	return nil
}

// js stores a value as JSON; nil lists as [].
type js struct{ v any }

func (j js) Value() (driver.Value, error) {
	b, err := json.Marshal(j.v)
	if err != nil {
		return nil, err
	}
	if string(b) != "null" {
		return string(b), nil
	}
	if _, list := j.v.([]string); list {
		return "[]", nil
	}
	return "{}", nil
}

type jsInto struct{ v any }

func (j jsInto) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("JSON is stored as %T", v)
	}
	if json.Unmarshal([]byte(text), j.v) != nil {
		return errors.New("JSON is stored in another form")
	}
	return nil
}

// Mark is a keyed mark with how it was taken; see subject.NewMark. The 32 bytes are personal data and print masked.
type Mark struct {
	Kind, Normaliser, KeyID string
	Sum                     []byte
}

// Format keeps the mark out of logs whatever verb prints it.
func (m Mark) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "mark of %s •••", m.Kind) }

// MarshalJSON masks.
func (m Mark) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }

func scanMark(s scanner) (Mark, error) {
	var m Mark
	return m, s.Scan(&m.Kind, &m.Normaliser, &m.KeyID, &m.Sum)
}
