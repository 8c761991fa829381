package subject

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ErrNotAValue is returned for what names nobody: an empty text, or a sentinel of the map. It matches nothing,
// as an identifier and as an edge key.
var ErrNotAValue = errors.New("names nobody")

// DefaultNormaliser serves kinds that name none.
const DefaultNormaliser = "text/1"

// A normaliser brings the spellings of one identifier to one form. Its result for a given text never
// changes: marks taken years ago are compared with it. A better rule is a new version beside the old one.
type normaliser func(country, value string) (string, error)

// The registry is append-only. Every entry has vectors in testdata/NAME-VERSION.tsv.
var registry = map[string]normaliser{
	"text/1":  text1,
	"fold/1":  fold1,
	"pesel/1": pesel1,
	"nip/1":   nip1,
	"regon/1": regon1,
	"iban/1":  iban1,
	"email/1": email1,
	"phone/1": phone1,
}

// Normalisers lists the names of the registry, sorted.
func Normalisers() []string { return slices.Sorted(maps.Keys(registry)) }

// Normalise brings value to the one form under which it is compared, searched and marked. Name is NAME/VERSION;
// a national format may carry its country, "phone/1:PL". An empty value is [ErrNotAValue]. No error holds the value.
func Normalise(name, value string) (string, error) {
	if name == "" {
		name = DefaultNormaliser
	}
	base, country, _ := strings.Cut(name, ":")
	f, ok := registry[base]
	if !ok {
		return "", fmt.Errorf("no normaliser %s; there are %s", base, strings.Join(Normalisers(), ", "))
	}
	if strings.TrimSpace(value) == "" {
		return "", ErrNotAValue
	}
	out, err := f(country, value)
	if err != nil {
		return "", fmt.Errorf("%s: %w", base, err)
	}
	if out == "" {
		return "", ErrNotAValue
	}
	return out, nil
}
