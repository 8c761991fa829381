package archive

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed texts/*.json
var textFiles embed.FS

// words are the texts of one language, and its way to write days and numbers.
type words struct {
	lang string
	text map[string]string
	zone *time.Location
}

// readTexts are the texts of languages as they were read; nobody writes to them.
var readTexts sync.Map

func wordsIn(lang string) (words, error) {
	if text, ok := readTexts.Load(lang); ok {
		return words{lang: lang, text: text.(map[string]string), zone: time.UTC}, nil
	}
	raw, err := textFiles.ReadFile("texts/" + lang + ".json")
	if err != nil {
		return words{}, fmt.Errorf("no texts for the language %q: the package can be made in en and pl", lang)
	}
	w := words{lang: lang, zone: time.UTC}
	if err := json.Unmarshal(raw, &w.text); err != nil {
		return w, err
	}
	readTexts.Store(lang, w.text)
	return w, nil
}

// T is the text of a key, with args put in as by fmt.
func (w words) T(key string, args ...any) string {
	if len(args) == 0 {
		return w.text[key]
	}
	return fmt.Sprintf(w.text[key], args...)
}

// has says whether there is such a text.
func (w words) has(key string) bool { return w.text[key] != "" }

var monthsPL = [...]string{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
	"września", "października", "listopada", "grudnia"}

const hard = "\u00a0" // a space no line breaks at

// Day writes a day: "2 listopada 2026 r.", "2 November 2026".
func (w words) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if w.lang == "pl" {
		return fmt.Sprintf("%d"+hard+"%s"+hard+"%d"+hard+"r.", t.Day(), monthsPL[t.Month()-1], t.Year())
	}
	return fmt.Sprintf("%d"+hard+"%s"+hard+"%d", t.Day(), t.Month(), t.Year())
}

// Day writes a day that stands as 2006-01-02 the way the package does in a language; other texts, and of other languages, stay as they are.
func Day(lang, day string) string {
	w, err := wordsIn(lang)
	if err != nil {
		return day
	}
	return w.DayText(day)
}

// DayText writes a day that stands as 2006-01-02; other texts stay as they are.
func (w words) DayText(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return w.Day(t)
}

// Moment writes an instant in the zone of the package.
func (w words) Moment(t time.Time) string {
	t = t.In(w.zone)
	return w.Day(t) + ", " + t.Format("15:04")
}

// Number groups the digits of a count.
func (w words) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sep, from := ",", 4
	if w.lang == "pl" {
		sep, from = hard, 5
	}
	if len(s) < from {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Size writes a number of bytes.
func (w words) Size(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	f, i := float64(n), 0
	for f >= 1000 && i < len(units)-1 {
		f /= 1000
		i++
	}
	s := strconv.FormatFloat(f, 'f', 0, 64)
	if i > 0 && f < 10 {
		s = strconv.FormatFloat(f, 'f', 1, 64)
	}
	if w.lang == "pl" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + hard + units[i]
}
