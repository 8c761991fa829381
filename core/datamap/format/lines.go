package format

import "strings"

// formatter writes the lines of a file anew.
type formatter struct {
	scanner scanner
	levels  []int // indentations open above, as written
	shift   int   // how far the last line moved: what continues it moves along
	out     []string
}

func (f *formatter) run(lines []string) string {
	empty := 0
	for i, line := range lines {
		inside := f.scanner.quote != 0
		depth := f.scanner.depth
		pieces, whole := f.scanner.split(line)
		switch {
		case inside: // a text in quotes goes on: as it is
			f.out = append(f.out, line)
		case whole && strings.TrimSpace(line) == "":
			f.out = append(f.out, "")
		case whole:
			f.out = append(f.out, strings.Repeat(" ", max(0, indent(line)+f.shift))+strings.TrimLeft(line, " "))
		case strings.TrimSpace(line) == "":
			if empty++; empty == 1 && len(f.out) > 0 {
				f.out = append(f.out, "")
			}
			continue
		case depth > 0:
			f.out = append(f.out, strings.Repeat(" ", max(0, indent(line)+f.shift))+body(pieces, depth))
		default:
			to := f.level(indent(line), pieces, lines[i+1:])
			f.shift = to - indent(line)
			f.out = append(f.out, strings.Repeat(" ", to)+body(pieces, 0))
		}
		empty = 0
	}
	for len(f.out) > 0 && f.out[len(f.out)-1] == "" {
		f.out = f.out[:len(f.out)-1]
	}
	return strings.Join(f.out, "\n") + "\n"
}

// level is the new indentation of a line: two spaces for each level it stands below. A comment stands with what follows.
func (f *formatter) level(at int, pieces []piece, rest []string) int {
	if len(pieces) > 0 && content(pieces)[0].kind == comment {
		for _, next := range rest {
			if t := strings.TrimSpace(next); t != "" && !strings.HasPrefix(t, "#") {
				if indent(next) == at {
					break
				}
				return max(0, at+f.shift)
			}
		}
	}
	for len(f.levels) > 0 && f.levels[len(f.levels)-1] > at {
		f.levels = f.levels[:len(f.levels)-1]
	}
	if len(f.levels) == 0 || f.levels[len(f.levels)-1] < at {
		f.levels = append(f.levels, at)
	}
	to := 2 * (len(f.levels) - 1)
	// What stands behind "- " opens a level of its own, at its own column.
	c := content(pieces)
	for column := at; len(c) > 1 && c[0].text == "-" && c[1].kind == space; c = c[2:] {
		column += 1 + len(c[1].text)
		f.levels = append(f.levels, column)
	}
	return to
}

func content(pieces []piece) []piece {
	if len(pieces) > 1 && pieces[0].kind == space {
		return pieces[1:]
	}
	return pieces
}

// body writes the pieces of a line: spaces inside braces, none inside brackets, one after a comma. Outside of
// braces the spaces after a key stay, for what is lined up.
func body(pieces []piece, depth int) string {
	pieces = content(pieces)
	var b strings.Builder
	for i, p := range pieces {
		switch p.kind {
		case space:
			if i == len(pieces)-1 {
				continue
			}
			b.WriteString(gap(pieces, i, depth))
		case open:
			depth++
			b.WriteString(p.text)
			if p.text == "{" && i+1 < len(pieces) && pieces[i+1].kind != space && pieces[i+1].kind != closing {
				b.WriteString(" ")
			}
		case closing:
			depth--
			if p.text == "}" && i > 0 && pieces[i-1].kind != space && pieces[i-1].kind != open {
				b.WriteString(" ")
			}
			b.WriteString(p.text)
		case comma:
			b.WriteString(p.text)
			if i+1 < len(pieces) && pieces[i+1].kind != space {
				b.WriteString(" ")
			}
		case comment:
			b.WriteString(strings.TrimRight(p.text, " \t"))
		default:
			b.WriteString(p.text)
		}
	}
	return strings.TrimRight(b.String(), " \t")
}

// gap is what a run of spaces becomes.
func gap(pieces []piece, i, depth int) string {
	before, after := pieces[i-1], pieces[i+1]
	switch {
	case after.kind == comment:
		return pieces[i].text
	case depth == 0:
		if before.text == "-" {
			return " "
		}
		return strings.ReplaceAll(pieces[i].text, "\t", " ")
	case after.kind == comma:
		return ""
	case before.text == "[" || after.text == "]" && after.kind == closing:
		return ""
	case before.text == "{" && after.text == "}":
		return ""
	}
	return " "
}
