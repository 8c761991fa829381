package datamap

import (
	"fmt"
	"io/fs"
	"os"
)

// Summary is the one line a check ends with: what was understood, or how much is wrong.
func Summary(dir string, m *Map, problems Problems) string {
	return SummaryFS(os.DirFS(dir), dir, m, problems)
}

// SummaryFS is [Summary] on a file system; dir is how the folder is called in messages.
func SummaryFS(fsys fs.FS, dir string, m *Map, problems Problems) string {
	files, _ := readFiles(fsys)
	return summary(dir, len(files), m, problems)
}

func summary(dir string, files int, m *Map, problems Problems) string {
	errors := problems.Errors()
	warned := ""
	if w := len(problems) - errors; w > 0 {
		warned = " " + count(w, "warning") + "."
	}
	if errors > 0 {
		in := map[string]bool{}
		for _, p := range problems {
			if p.Line > 0 && p.Severity == "error" {
				in[p.File] = true
			}
		}
		where := ""
		if len(in) > 0 {
			where = fmt.Sprintf(" in %d of %s", len(in), count(files, "file"))
		}
		return fmt.Sprintf("%s: %s%s.%s Nothing was checked against the stores.", dir, count(errors, "error"), where, warned)
	}
	if m == nil {
		return dir + ": no map."
	}
	collections, fields := m.Size()
	return fmt.Sprintf("%s: %s, %s, %s; a way leads to every collection.%s", dir,
		count(len(m.Systems), "system"), count(collections, "collection"), count(fields, "field"), warned)
}

// Size counts collections and mapped fields.
func (m *Map) Size() (collections, fields int) {
	for _, s := range m.Systems {
		collections += len(s.Collections)
		for _, c := range s.Collections {
			fields += len(c.Fields)
		}
	}
	return collections, fields
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
