package subject

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// NormaliserName is the full name of the kind's normaliser, its country included where it has one.
func (k Kind) NormaliserName() string {
	name := k.Normaliser
	if name == "" {
		name = DefaultNormaliser
	}
	if k.Country != "" && strings.HasPrefix(name, "phone/") {
		name += ":" + strings.ToUpper(k.Country)
	}
	return name
}

// Normalise brings a value of this kind to its one form and checks it against the kind's pattern.
// Empty values and the kind's sentinels are [ErrNotAValue]. No error holds the value.
func (k Kind) Normalise(value string) (string, error) {
	if k.sentinel(value) {
		return "", ErrNotAValue
	}
	out, err := Normalise(k.NormaliserName(), value)
	if err != nil {
		return "", err
	}
	if k.sentinel(out) {
		return "", ErrNotAValue
	}
	if k.Pattern == "" {
		return out, nil
	}
	re, err := compiled(k.Pattern)
	if err != nil {
		return "", fmt.Errorf("pattern of %s: %w", k.Name, err)
	}
	if !re.MatchString(out) {
		return "", fmt.Errorf("does not read like %s: want %s", k.Name, k.Pattern)
	}
	return out, nil
}

// FoldsCase says whether upper and lower case are one in the kind's one form: a value is the same in whatever case a store holds it.
func (k Kind) FoldsCase() bool {
	name, _, _ := strings.Cut(k.NormaliserName(), "/")
	return name == "email" || name == "fold"
}

// Matches says whether two values of the kind name the same one. What names nobody, or cannot be read, matches nothing.
func (k Kind) Matches(a, b string) bool {
	x, err := k.Normalise(a)
	if err != nil {
		return false
	}
	y, err := k.Normalise(b)
	return err == nil && x == y
}

// NamesNobody says whether the value is empty or one of the kind's sentinels, however it is spelled.
func (k Kind) NamesNobody(value string) bool {
	if strings.TrimSpace(value) == "" || k.sentinel(value) {
		return true
	}
	out, err := Normalise(k.NormaliserName(), value)
	return err == nil && k.sentinel(out)
}

func (k Kind) sentinel(value string) bool {
	v := bare(value)
	for _, s := range k.NotAValue {
		if v == bare(s) {
			return true
		}
		if n, err := Normalise(k.NormaliserName(), s); err == nil && n == value {
			return true
		}
	}
	return false
}

var separators = strings.NewReplacer(" ", "", "-", "", ".", "", "/", "", "(", "", ")", "")

// bare is a text however it is spelled: case folded, and of a number its digits alone.
func bare(v string) string {
	if d := separators.Replace(v); d != "" && strings.Trim(d, "0123456789") == "" {
		return d
	}
	return foldText(v)
}

var patterns sync.Map // pattern → *regexp.Regexp

// compiled anchors the pattern at both ends: a part of a value never decides.
func compiled(pattern string) (*regexp.Regexp, error) {
	if re, ok := patterns.Load(pattern); ok {
		return re.(*regexp.Regexp), nil
	}
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil, err
	}
	patterns.Store(pattern, re)
	return re, nil
}
