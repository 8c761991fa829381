package format

import "strings"

// scanner walks through YAML line by line and knows what each character is part of.
type scanner struct {
	quote byte // the quote a text is in, across lines
	depth int  // of { and [
	block int  // indentation of the key that opened a block text, -1 outside
	begun bool
}

// piece is a run of one line.
type piece struct {
	text string
	kind kind
}

type kind int

const (
	plain   kind = iota // keys, values, indicators
	quoted              // a text in quotes: never touched
	open                // { or [
	closing             // } or ]
	comma
	space
	comment
)

// split takes a line apart; whole is true where the line is inside a block text.
func (s *scanner) split(line string) (pieces []piece, whole bool) {
	if !s.begun {
		s.begun, s.block = true, -1
	}
	if s.block >= 0 {
		if strings.TrimSpace(line) == "" || indent(line) > s.block {
			return nil, true
		}
		s.block = -1
	}
	start := indent(line)
	for i := 0; i < len(line); {
		i = s.next(line, i, &pieces)
	}
	if s.quote == 0 && s.depth == 0 && opensBlock(pieces) {
		s.block = start
	}
	return pieces, false
}

func (s *scanner) next(line string, i int, out *[]piece) int {
	add := func(to int, k kind) int {
		*out = append(*out, piece{line[i:to], k})
		return to
	}
	if s.quote != 0 {
		return add(s.endQuote(line, i), quoted)
	}
	switch c := line[i]; {
	case c == ' ' || c == '\t':
		j := i
		for j < len(line) && (line[j] == ' ' || line[j] == '\t') {
			j++
		}
		return add(j, space)
	case c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
		return add(len(line), comment)
	case (c == '"' || c == '\'') && valueBegins(*out):
		s.quote = c
		return add(s.endQuote(line, i+1), quoted)
	case (c == '{' || c == '[') && valueBegins(*out):
		s.depth++
		return add(i+1, open)
	case (c == '}' || c == ']') && s.depth > 0:
		s.depth--
		return add(i+1, closing)
	case c == ',' && s.depth > 0:
		return add(i+1, comma)
	}
	j := i + 1
	for j < len(line) && !s.stops(line, j) {
		j++
	}
	return add(j, plain)
}

// stops says whether a plain run ends before j.
func (s *scanner) stops(line string, j int) bool {
	switch line[j] {
	case ' ', '\t':
		return true
	case '{', '[', '"', '\'':
		return line[j-1] == ':' && s.depth > 0 || line[j-1] == ' '
	case '}', ']', ',':
		return s.depth > 0
	}
	return false
}

func (s *scanner) endQuote(line string, i int) int {
	for ; i < len(line); i++ {
		switch {
		case line[i] == '\\' && s.quote == '"':
			i++
		case line[i] == s.quote && s.quote == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		case line[i] == s.quote:
			s.quote = 0
			return i + 1
		}
	}
	return len(line)
}

// valueBegins says whether a value may begin after these pieces, so that a quote or brace is none in a plain text.
func valueBegins(before []piece) bool {
	for i := len(before) - 1; i >= 0; i-- {
		switch p := before[i]; p.kind {
		case space:
			continue
		case open, comma:
			return true
		case plain:
			t := p.text
			if i == len(before)-1 { // no space between
				return false
			}
			return strings.HasSuffix(t, ":") || t == "-" || t == "?" || strings.HasPrefix(t, "&") || strings.HasPrefix(t, "!")
		default:
			return false
		}
	}
	return true
}

// opensBlock says whether a line ends in | or >.
func opensBlock(pieces []piece) bool {
	for i := len(pieces) - 1; i >= 0; i-- {
		switch p := pieces[i]; p.kind {
		case space, comment:
			continue
		case plain:
			t := strings.TrimRight(p.text, "+-0123456789")
			return (t == "|" || t == ">") && i > 0
		default:
			return false
		}
	}
	return false
}

// comment is the comment of a line, or "".
func (s *scanner) comment(line string) string {
	pieces, whole := s.split(line)
	if whole || len(pieces) == 0 {
		return ""
	}
	if last := pieces[len(pieces)-1]; last.kind == comment {
		return last.text
	}
	return ""
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
