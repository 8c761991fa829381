package livecheck

import (
	"path"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// lives says whether a collection of the map lives in what the store calls name: a table by its name, with or
// without its schema; the elements of an array in the document that holds them; files in the shape of their path.
func lives(c *datamap.Collection, name string) bool {
	if isPath(c.At) {
		return shaped(c.At, name)
	}
	if sameTable(c.At, name) {
		return true
	}
	outer, inner, ok := strings.Cut(c.At, ".")
	return ok && strings.HasSuffix(inner, "[]") && sameTable(outer, name)
}

func isPath(at string) bool { return strings.ContainsAny(at, "{*") || strings.Contains(at, "/") }

// sameTable compares names; one without a schema fits any.
func sameTable(a, b string) bool {
	if a == b {
		return true
	}
	bare := func(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }
	return (strings.Contains(a, ".") != strings.Contains(b, ".")) && bare(a) == bare(b)
}

// shaped says whether a path template is of the shape name, in which every folder below the first and the name
// of every file read *: letters/{member_no}/{letter_no}.pdf is of letters/*/*.pdf.
func shaped(at, name string) bool {
	a, b := strings.Split(at, "/"), strings.Split(name, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		last := i == len(a)-1
		switch {
		case i == 0 && !last || len(a) == 1:
			if !fits(a[i], b[i]) {
				return false
			}
		case last:
			ext := path.Ext(a[i])
			if !strings.ContainsAny(ext, "{*") && b[i] != "*"+ext {
				return false
			}
		}
	}
	return true
}

// fits says whether a literal segment, or one with fields, can read as name.
func fits(segment, name string) bool {
	if !strings.ContainsAny(segment, "{*") {
		return segment == name
	}
	head := segment[:strings.IndexAny(segment, "{*")]
	tail := segment[strings.LastIndexAny(segment, "}*")+1:]
	return len(name) >= len(head)+len(tail) && strings.HasPrefix(name, head) && strings.HasSuffix(name, tail)
}

// inPath says whether a path template names the field.
func inPath(at, field string) bool { return strings.Contains(at, "{"+field+"}") }
