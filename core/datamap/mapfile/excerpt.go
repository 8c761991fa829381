package mapfile

import (
	"regexp"
	"strings"
)

const (
	dots     = "•••••"
	maxShown = 92 // characters of a line that are shown
)

// excerpt is a line fit to be shown: hidden values as dots, a long line cut around the caret.
func (f *File) excerpt(line, col, width int) (text string, caret, shown int) {
	runes, col, width := f.masked(line, col, width)
	for i, c := range runes {
		if c == '\t' || c < ' ' {
			runes[i] = ' '
		}
	}
	runes = []rune(strings.TrimRight(string(runes), " "))
	if len(runes) > maxShown {
		from := 0
		if col+width > maxShown {
			from = max(0, min(col-30, len(runes)-maxShown))
		}
		to := min(len(runes), from+maxShown)
		cut := append([]rune{}, runes[from:to]...)
		if from > 0 {
			cut[0] = '…'
		}
		if to < len(runes) {
			cut[len(cut)-1] = '…'
		}
		runes, col = cut, col-from
	}
	return string(runes), max(1, col), max(1, min(width, len(runes)-col+1))
}

// Show gives a problem of this file its line, with the word at its place underlined.
func (f *File) Show(p *Problem) {
	p.Line, p.Col = f.clamp(p.Line, p.Col)
	width := 1
	if runes := []rune(f.line(p.Line)); p.Col <= len(runes) {
		if end := strings.IndexAny(string(runes[p.Col-1:]), " ,:]}"); end > 0 {
			width = len([]rune(string(runes[p.Col-1:])[:end]))
		} else if end < 0 {
			width = len(runes) - p.Col + 1
		}
	}
	p.Excerpt, p.Caret, p.Width = f.excerpt(p.Line, p.Col, width)
}

// masked is the line without what must not be shown; the caret moves along.
func (f *File) masked(line, col, width int) ([]rune, int, int) {
	runes := []rune(f.line(line))
	spans := append(f.configSpans(line), f.hidden[line]...)
	if f.coarse {
		spans = append(spans, f.secretSpans(line)...)
	}
	var out []rune
	newCol, newWidth := col, width
	for i := 0; i < len(runes); {
		s, ok := spanAt(spans, i+1)
		if !ok {
			out = append(out, runes[i])
			i++
			continue
		}
		end := s.to - 1
		if s.to == 0 || end > len(runes) {
			end = len(runes)
		}
		switch {
		case col-1 >= i && col-1 < end:
			newCol, newWidth = len(out)+1, 1
		case col-1 >= end:
			newCol += len([]rune(dots)) - (end - i)
		}
		out = append(out, []rune(dots)...)
		i = max(end, i+1)
	}
	return out, newCol, newWidth
}

// spanAt is the longest span that begins at col.
func spanAt(spans []span, col int) (span, bool) {
	found, ok := span{}, false
	for _, s := range spans {
		if s.from == col && (!ok || s.to == 0 || found.to != 0 && s.to > found.to) {
			found, ok = s, true
		}
	}
	return found, ok
}

var (
	configKey = regexp.MustCompile(`^\s*["']?config["']?\s*:\s*`)
	plainKey  = regexp.MustCompile(`^\s*[\w.-]+:\s*`)
	secretKey = regexp.MustCompile(`\b(secret|webhook|password|passwd|token|url|dsn|api_?key)[\w"\']*\s*:\s*`)
)

// configSpans hides the settings by the look of the lines: what follows config: on its line, and the value of each
// key below it. So nothing shows even where the file does not parse, or says a key twice.
func (f *File) configSpans(line int) []span {
	text := f.line(line)
	if m := configKey.FindString(text); m != "" {
		return []span{{len([]rune(m)) + 1, 0}}
	}
	config := line - 1
	for config >= 1 && !configKey.MatchString(f.line(config)) {
		config--
	}
	if config < 1 {
		return nil
	}
	for i := config + 1; i <= line; i++ { // a key as far out as config: ends it, unless a brace or quote is open
		if l := f.line(i); plainKey.MatchString(l) && indent(l) <= indent(f.line(config)) && !f.open(config, i) {
			return nil
		}
	}
	return []span{{len([]rune(plainKey.FindString(text))) + 1, 0}}
}

// open says whether a brace or quote opened on line from is still open before line to.
func (f *File) open(from, to int) bool {
	braces, quote := 0, rune(0)
	for i := from; i < to; i++ {
		for _, c := range f.line(i) {
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '{':
				braces++
			case c == '}':
				braces--
			}
		}
	}
	return braces > 0 || quote != 0
}

// secretSpans hides what follows a key that sounds like a secret, in a file that has no nodes.
func (f *File) secretSpans(line int) []span {
	text := f.line(line)
	if loc := secretKey.FindStringIndex(text); loc != nil {
		return []span{{len([]rune(text[:loc[1]])) + 1, 0}}
	}
	return nil
}
