package host

import (
	"cmp"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dossier-dsr/dossier/connectors"
)

const (
	mask     = "•••"
	minWord  = 4   // shorter values are left: they would mask half of every sentence
	maxText  = 500 // bytes of one text that comes back
	readText = 16 << 10
)

// cleaner takes out of a text what was sent to the connector and must not come back in words. It finds
// whole values, as they stand and as they are commonly quoted, whatever their case; it is the
// second line of defence, the first is the contract.
type cleaner struct{ values func(add func(any)) }

// cleanerOf looks only when there is something to clean.
func cleanerOf(values ...func(add func(any))) func(string) string {
	return cleaner{func(add func(any)) {
		for _, f := range values {
			f(add)
		}
	}}.clean
}

func (c cleaner) clean(s string) string {
	if s == "" {
		return ""
	}
	s = cut(printable(s), readText)
	var found []string
	low := strings.ToLower(s)
	c.values(func(v any) {
		for _, w := range spellings(v) {
			if len(w) >= minWord && strings.Contains(low, strings.ToLower(w)) {
				found = append(found, w)
			}
		}
	})
	// The longest first, so that of a value that holds another nothing is left.
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	for _, w := range slices.Compact(found) {
		s = replaceFold(s, w)
	}
	return cut(s, maxText)
}

func replaceFold(s, w string) string {
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(w)).ReplaceAllLiteralString(s, mask)
}

// printable makes one line of it: no escape sequence of a terminal gets through.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// spellings are the ways a value is likely to stand in a sentence.
func spellings(v any) []string {
	switch x := v.(type) {
	case string:
		return textSpellings(x)
	case []byte:
		return append(textSpellings(string(x)), hex.EncodeToString(x))
	case connectors.Decimal:
		return []string{string(x)}
	case connectors.JSON:
		return textSpellings(string(x))
	case connectors.Blob:
		return append(textSpellings(x.ID), textSpellings(x.Name)...)
	case int64:
		return []string{strconv.FormatInt(x, 10)}
	case float64:
		return []string{strconv.FormatFloat(x, 'g', -1, 64), strconv.FormatFloat(x, 'f', -1, 64)}
	case time.Time:
		return []string{x.Format(time.DateOnly), x.Format(time.RFC3339Nano), x.UTC().Format(time.RFC3339Nano)}
	}
	return nil
}

func textSpellings(s string) []string {
	if len(s) > readText {
		return nil // longer than any text it could stand in
	}
	one := printable(s)
	if one == "" {
		return nil
	}
	out := []string{one}
	quoted := strconv.Quote(s)
	for _, w := range []string{
		quoted[1 : len(quoted)-1], strings.ReplaceAll(one, "'", "''"), url.QueryEscape(s), url.PathEscape(s),
	} {
		if w != one {
			out = append(out, w)
		}
	}
	return out
}
