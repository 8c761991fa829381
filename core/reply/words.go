package reply

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

//go:embed texts/*.json
var textFiles embed.FS

// Languages a letter can be written in.
var Languages = []string{"pl", "en"}

type words struct {
	lang string
	text map[string]string
}

func wordsIn(lang string) (words, error) {
	raw, err := textFiles.ReadFile("texts/" + lang + ".json")
	if err != nil {
		return words{}, fmt.Errorf("no letters in the language %q: they can be written in %s", lang, strings.Join(Languages, " and "))
	}
	w := words{lang: lang}
	return w, json.Unmarshal(raw, &w.text)
}

// T is the text of a key, with args put in as by fmt.
func (w words) T(key string, args ...any) string {
	if len(args) == 0 {
		return w.text[key]
	}
	return fmt.Sprintf(w.text[key], args...)
}

var monthsPL = [...]string{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"}

const hard = "\u00a0"

// Day writes a day given as 2006-01-02: "2 listopada 2026 r."; other texts stay as they are.
func (w words) Day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	if w.lang == "pl" {
		return fmt.Sprintf("%d"+hard+"%s"+hard+"%d"+hard+"r.", t.Day(), monthsPL[t.Month()-1], t.Year())
	}
	return fmt.Sprintf("%d"+hard+"%s"+hard+"%d", t.Day(), t.Month(), t.Year())
}

// Provision writes out a provision of the GDPR given as art17_1_b; "" for none.
func (w words) Provision(code string) string {
	if code == "" {
		return ""
	}
	parts := strings.Split(strings.TrimPrefix(code, "art"), "_")
	switch len(parts) {
	case 1:
		return w.T("provision.article", parts[0])
	case 2:
		return w.T("provision.paragraph", parts[0], parts[1])
	}
	return w.T("provision.letter", parts[0], parts[1], parts[2])
}
