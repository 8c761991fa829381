package mapfile

import "strings"

// File is one file of a map.
type File struct {
	Name   string // as shown: register.yaml
	Data   []byte
	lines  []string
	hidden map[int][]span // by line: columns no excerpt may show
	coarse bool           // the file does not parse: hide by the look of the lines
}

type span struct{ from, to int } // characters from 1, to exclusive; to 0: to the end of the line

// NewFile takes a file's content.
func NewFile(name string, data []byte) *File {
	text := strings.TrimPrefix(string(data), "\ufeff")
	return &File{Name: name, Data: data, lines: strings.Split(strings.ToValidUTF8(text, "�"), "\n"), hidden: map[int][]span{}}
}

// line is the text of a line, 1 the first; "" beyond the end.
func (f *File) line(n int) string {
	if f == nil || n < 1 || n > len(f.lines) {
		return ""
	}
	return strings.TrimRight(f.lines[n-1], "\r")
}

// clamp brings a place into the file.
func (f *File) clamp(line, col int) (int, int) {
	last := len(f.lines)
	for last > 1 && strings.TrimSpace(f.lines[last-1]) == "" {
		last--
	}
	line = min(max(line, 1), last)
	return line, min(max(col, 1), len([]rune(f.line(line)))+1)
}

// Hide keeps the value of n out of every excerpt.
func (n *Node) Hide() {
	switch {
	case n == nil:
	case n.Kind == Map:
		for _, p := range n.Pairs {
			p.Value.Hide()
		}
		for _, x := range n.dropped {
			x.Hide()
		}
	case n.Kind == List:
		for _, x := range n.Items {
			x.Hide()
		}
	default:
		f := n.File
		end := n.Col + n.Width
		if n.multiline() {
			end = 0
			f.hideBelow(n.Line)
		}
		f.hidden[n.Line] = append(f.hidden[n.Line], span{n.Col, end})
	}
}

// hideBelow hides the lines that continue a text begun on line: those indented deeper than it.
func (f *File) hideBelow(line int) {
	depth := indent(f.line(line))
	for i := line + 1; i <= len(f.lines); i++ {
		l := f.line(i)
		if strings.TrimSpace(l) != "" && indent(l) <= depth {
			return
		}
		f.hidden[i] = append(f.hidden[i], span{1, 0})
	}
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
