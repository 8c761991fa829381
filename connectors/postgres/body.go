package postgres

import (
	"regexp"
	"slices"

	"github.com/dossier-dsr/dossier/connectors/relational/routine"
)

// language is how functions are written.
var language = func() routine.Language {
	g := routine.New(`"`, `'(?:[^']|'')*'|--[^\n]*|(?s:/\*.*?\*/)`, `insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|copy`,
		`(?:from|join|into|update|using)(?:\s+only)?`, `call`, `(?i)\bexecute\b`,
		routine.Way{Name: "notify", Like: regexp.MustCompile(`(?i)\bpg_notify\s*\(|\bnotify\s+["\p{L}_]`)},
		routine.Way{Name: "dblink", Like: regexp.MustCompile(`(?i)\bdblink\w*\s*\(`)},
		routine.Way{Name: "http", Like: regexp.MustCompile(`(?i)\bhttp_?(?:get|post|put|patch|delete)?\s*\(`)},
		routine.Way{Name: "a message in the log", Like: regexp.MustCompile(`(?i)\bpg_logical_emit_message\s*\(`)},
		routine.Way{Name: "a program", Like: regexp.MustCompile(`(?i)\bto\s+program\b`)})
	g.Small, g.Not = true, []string{"set"} // ON CONFLICT DO UPDATE SET
	return g
}()

// function is one whose text can be read.
type function struct {
	name, body string
	unbound    bool // it runs as an account no policy on rows binds
}

func add(list *[]string, more ...string) {
	for _, x := range more {
		if !slices.Contains(*list, x) {
			*list = append(*list, x)
		}
	}
}

// assigning are functions in C that only give columns of the row a value.
var assigning = []string{"moddatetime", "autoinc", "insert_username"}

// readable says whether what a trigger's function does can be read, or is known to be nothing beside the row.
func readable(schema, function, language string) bool {
	return language == "plpgsql" || language == "sql" || schema == "pg_catalog" || slices.Contains(assigning, function)
}
