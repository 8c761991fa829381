// Package subject names the person: identifier kinds, their normalisers, keyed marks, and values that
// cannot be printed or logged by accident.
package subject

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

const masked = "•••"

// Secret is a value that is personal or secret. However it is printed, logged or marshalled it reads
// as three dots; [Secret.Reveal] is the one way to its text, so that a search for it finds every place where a value leaves.
type Secret struct{ text string }

// Seal hides a text. (It encrypts nothing; core/keys does.)
func Seal(text string) Secret { return Secret{text} }

// Reveal is the text.
func (s Secret) Reveal() string { return s.text }

// Empty says whether there is no text.
func (s Secret) Empty() bool { return s.text == "" }

// String masks.
func (s Secret) String() string { return masked }

// GoString masks.
func (s Secret) GoString() string { return masked }

// LogValue masks.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// Format masks, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// MarshalText masks.
func (s Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// MarshalJSON masks.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(masked) }

// UnmarshalJSON takes a JSON text; the error never holds it.
func (s *Secret) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &s.text); err != nil {
		return errors.New("want a text")
	}
	return nil
}
