package postgres

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// The database records nothing of what the text of a function is about, so that it is read here: honestly, but no further than words go.
const (
	word  = `(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`
	aName = `((?:` + word + `\.)?` + word + `)`
)

var (
	remark    = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	quotation = regexp.MustCompile(`'(?:[^']|'')*'`)
	writtenTo = regexp.MustCompile(`(?i)\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|copy)\s+` + aName)
	readFrom  = regexp.MustCompile(`(?i)\b(?:from|join|into|update|using)\s+(?:only\s+)?` + aName)
	called    = regexp.MustCompile(`(` + word + `)\s*\(`)
	composed  = regexp.MustCompile(`(?i)\bexecute\b`)
)

// tells are ways out of the database, by what a text names.
var tells = []struct {
	name string
	like *regexp.Regexp
}{
	{"notify", regexp.MustCompile(`(?i)\bpg_notify\s*\(|\bnotify\s+` + word)},
	{"dblink", regexp.MustCompile(`(?i)\bdblink\w*\s*\(`)},
	{"http", regexp.MustCompile(`(?i)\bhttp_?(?:get|post|put|patch|delete)?\s*\(`)},
	{"a message in the log", regexp.MustCompile(`(?i)\bpg_logical_emit_message\s*\(`)},
	{"a program", regexp.MustCompile(`(?i)\bto\s+program\b`)},
}

// routine is a function whose text can be read.
type routine struct {
	name    string
	body    string
	unbound bool // it runs as an account no policy on rows binds
}

// library finds functions by their names; whose schema is not looked at, for a text says it seldom.
type library map[string][]routine

// read is what a trigger with this text may do, in the functions it calls too.
func (l library) read(body string) connectors.Trigger {
	var out connectors.Trigger
	l.follow(body, map[string]bool{}, &out)
	return out
}

func (l library) follow(body string, seen map[string]bool, out *connectors.Trigger) {
	code := remark.ReplaceAllString(body, " ")
	said := code
	code = quotation.ReplaceAllString(code, " ")
	if composed.MatchString(code) { // what it puts together may stand in its texts
		out.Unread = true
		add(&out.Writes, namesIn(writtenTo, strings.ReplaceAll(said, "'", " "))...)
	} else {
		said = code
	}
	add(&out.Writes, namesIn(writtenTo, code)...)
	for _, t := range tells {
		if t.like.MatchString(said) {
			add(&out.Tells, t.name)
		}
	}
	for _, m := range called.FindAllStringSubmatch(code, -1) {
		name := plainName(m[1])
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, r := range l[name] {
			l.follow(r.body, seen, out)
		}
	}
}

// reads are those of the tables that a text names.
func reads(body string, tables map[string]bool) []string {
	var out []string
	code := quotation.ReplaceAllString(remark.ReplaceAllString(body, " "), " ")
	for _, n := range namesIn(readFrom, code) {
		if _, bare, ok := strings.Cut(n, "."); ok && !tables[n] {
			n = bare // a table where the account looks is called without its schema
		}
		if tables[n] {
			add(&out, n)
		}
	}
	slices.Sort(out)
	return out
}

// namesIn gives the names that stand where the pattern's name stands.
func namesIn(like *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range like.FindAllStringSubmatch(text, -1) {
		if n := plainName(m[1]); n != "set" { // ON CONFLICT DO UPDATE SET
			out = append(out, n)
		}
	}
	return out
}

// plainName is a name as the catalog has it: quotes taken away, and what stands without them in small letters.
func plainName(text string) string {
	var parts []string
	for _, p := range regexp.MustCompile(word).FindAllString(text, -1) {
		if n, quoted := strings.CutPrefix(p, `"`); quoted {
			parts = append(parts, strings.ReplaceAll(strings.TrimSuffix(n, `"`), `""`, `"`))
		} else {
			parts = append(parts, strings.ToLower(p))
		}
	}
	return strings.Join(parts, ".")
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
