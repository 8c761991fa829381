package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// Width is the most columns a line takes.
const Width = 100

// Number writes n with thousands separators.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg {
		s = "-" + s
	}
	return s
}

// Date writes a day: Thu 3 Dec 2026.
func Date(t time.Time) string { return t.Format("Mon 2 Jan 2006") }

// Moment writes an instant of this or another day: Thu 3 Dec 2026 11:20.
func Moment(t time.Time) string { return t.Format("Mon 2 Jan 2006 15:04") }

// Near writes an instant close to now: without the year where it is this one, without the hour where it is midnight, for then only
// the day was recorded.
func Near(t, now time.Time) string {
	layout := "Mon 2 Jan"
	if t.Year() != now.In(t.Location()).Year() {
		layout += " 2006"
	}
	if h, m, s := t.Clock(); h+m+s > 0 {
		layout += " 15:04"
	}
	return t.Format(layout)
}

// Day writes a day stored as 2006-01-02, without the weekday: 31 Dec 2028.
func Day(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Format("2 Jan 2006")
	}
	return s
}

// Weekday writes a day stored as 2006-01-02 with its weekday.
func Weekday(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Date(t)
	}
	return s
}

// Digest shortens a digest for reading: sha256:4e1a60c2…9b07.
func Digest(d string) string {
	head, sum, ok := strings.Cut(d, ":")
	if !ok || len(sum) < 16 {
		return d
	}
	return head + ":" + sum[:8] + "…" + sum[len(sum)-4:]
}

// Plural writes a count with its noun: 1 file, 2 files.
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// Document is one JSON value a command prints; its format stands first.
type Document map[string]any

// MarshalJSON writes the format first, the rest by name.
func (d Document) MarshalJSON() ([]byte, error) {
	rest := map[string]any{}
	for k, v := range d {
		if k != "format" {
			rest[k] = v
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(rest); err != nil {
		return nil, err
	}
	format, err := json.Marshal(d["format"])
	if err != nil || len(rest) == 0 {
		return append(append([]byte(`{"format":`), format...), '}'), err
	}
	return append(append(append([]byte(`{"format":`), format...), ','), b.Bytes()[1:]...), nil
}

// JSON prints one value.
func JSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

var longDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// Problem prints one error and what to do about it. On a terminal it is broken at the width of a screen; elsewhere a line
// is a line.
func Problem(w io.Writer, err error, hint string) {
	text := strings.TrimSpace(err.Error())
	if hint != "" && !strings.Contains(text, "hint:") {
		text += "\nhint: " + longDigest.ReplaceAllStringFunc(hint, Digest)
	}
	for i, l := range strings.Split(text, "\n") {
		room, lead, indent := Width, "  ", "    "
		if i == 0 {
			room, lead, indent = Width-9, bold(w, "dossier: "), "  "
		}
		if Terminal(w) {
			l = wrap(l, room-len(indent), indent)
		}
		_, _ = fmt.Fprintln(w, lead+l)
	}
}

// Terminal says whether w is one a person looks at.
func Terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

func coloured(w io.Writer) bool { return Terminal(w) && os.Getenv("NO_COLOR") == "" }

func bold(w io.Writer, s string) string {
	if coloured(w) {
		return "\x1b[1m" + s + "\x1b[0m"
	}
	return s
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0))
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0)) + s
}

// Again makes room for a screen that is shown anew: on a terminal in place of the last one, elsewhere after a blank line.
func Again(w io.Writer, first bool) {
	switch {
	case Terminal(w):
		_, _ = io.WriteString(w, "\x1b[H\x1b[2J")
	case !first:
		_, _ = io.WriteString(w, "\n")
	}
}
