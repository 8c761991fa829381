package mapfile

import (
	"fmt"
	"slices"
)

// Report gathers problems while a map is read.
type Report struct {
	order    map[string]int // of files
	problems []*Draft
	seen     map[string]bool
}

// NewReport takes the files in the order their problems are shown in.
func NewReport(files []*File) *Report {
	r := &Report{order: map[string]int{}, seen: map[string]bool{}}
	for i, f := range files {
		r.order[f.Name] = i
	}
	return r
}

// Draft is a problem being written.
type Draft struct {
	Problem
	file *File
}

// Hint adds what to do about it; "" adds nothing.
func (d *Draft) Hint(format string, args ...any) *Draft {
	d.Problem.Hint = fmt.Sprintf(format, args...)
	return d
}

// Error reports a mistake at n.
func (r *Report) Error(n *Node, format string, args ...any) *Draft {
	if n == nil { // a place was lost; the mistake is not
		return r.Folder("map", format, args...)
	}
	return r.At(n.File, n.Line, n.Col, n.Width, format, args...)
}

// Warn reports what deserves a look and hinders nothing.
func (r *Report) Warn(n *Node, format string, args ...any) *Draft {
	d := r.Error(n, format, args...)
	d.Severity = Warning
	return d
}

// At reports a mistake at a place of a file.
func (r *Report) At(f *File, line, col, width int, format string, args ...any) *Draft {
	line, col = f.clamp(line, col)
	d := &Draft{file: f, Problem: Problem{Severity: Error, File: f.Name, Line: line, Col: col, Width: width, Text: fmt.Sprintf(format, args...)}}
	r.add(d)
	return d
}

// Folder reports what is wrong with the map as a whole.
func (r *Report) Folder(dir, format string, args ...any) *Draft {
	d := &Draft{Problem: Problem{Severity: Error, File: dir, Text: fmt.Sprintf(format, args...)}}
	r.add(d)
	return d
}

// add keeps a problem once: an alias brings the same place several times.
func (r *Report) add(d *Draft) {
	id := fmt.Sprint(d.File, ":", d.Line, ":", d.Col, " ", d.Text)
	if !r.seen[id] {
		r.seen[id] = true
		r.problems = append(r.problems, d)
	}
}

// Failed says whether an error was reported in that file.
func (r *Report) Failed(f *File) bool {
	return slices.ContainsFunc(r.problems, func(d *Draft) bool { return d.file == f && d.Severity == Error })
}

// Problems are the problems in order, with their excerpts.
func (r *Report) Problems() Problems {
	var out Problems
	for _, d := range r.problems {
		if d.file != nil {
			d.Excerpt, d.Caret, d.Width = d.file.excerpt(d.Line, d.Col, d.Width)
		}
		out = append(out, d.Problem)
	}
	slices.SortStableFunc(out, func(a, b Problem) int {
		if a.File != b.File {
			return r.rank(a.File) - r.rank(b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return out
}

func (r *Report) rank(file string) int {
	if i, ok := r.order[file]; ok {
		return i
	}
	return -1
}

// Clean says whether no error was reported.
func (r *Report) Clean() bool {
	return !slices.ContainsFunc(r.problems, func(d *Draft) bool { return d.Severity == Error })
}
