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
	spans := f.hidden[line]
	if f.coarse {
		spans = f.coarseSpans(line)
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

func spanAt(spans []span, col int) (span, bool) {
	for _, s := range spans {
		if s.from == col {
			return s, true
		}
	}
	return span{}, false
}

var (
	configKey = regexp.MustCompile(`^(\s*)config:\s*`)
	plainKey  = regexp.MustCompile(`^\s*[\w.-]+:\s*`)
	secretKey = regexp.MustCompile(`\b(secret|webhook|password|token|url|dsn|key)\s*:\s*[^\s\w\[]`)
)

// coarseSpans hides by the look of the lines, in a file that has no nodes: everything under config:, and
// what follows a key that sounds like a secret.
func (f *File) coarseSpans(line int) []span {
	text := f.line(line)
	if m := configKey.FindString(text); m != "" {
		return []span{{len([]rune(m)) + 1, 0}}
	}
	depth := indent(text)
	for i := line - 1; i >= 1; i-- {
		above := f.line(i)
		if strings.TrimSpace(above) == "" || indent(above) >= depth && !configKey.MatchString(above) {
			continue
		}
		if configKey.MatchString(above) && (depth > indent(above) || strings.TrimSpace(text) == "}") {
			return []span{{len([]rune(plainKey.FindString(text))) + 1, 0}}
		}
		depth = min(depth, indent(above))
	}
	if loc := secretKey.FindStringIndex(text); loc != nil {
		return []span{{len([]rune(text[:loc[1]-1])) + 1, 0}}
	}
	return nil
}
