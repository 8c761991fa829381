package mysql

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/routine"
)

// language is how triggers and routines are written. A remark that begins with an exclamation mark is none: the server runs it.
var language = func() routine.Language {
	g := routine.New("`", `'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|--(?:\s[^\n]*|$)|#[^\n]*|/\*(?:\*/|(?:M[^!]|[^!M])(?s:.*?)\*/)`+
		`|(?i:\bon\s+duplicate\s+key\s+update\b|\bfor\s+update\b)`,
		`insert(?:\s+(?:ignore|low_priority|delayed|high_priority))*(?:\s+into)?|replace(?:\s+(?:low_priority|delayed))*(?:\s+into)?|`+
			`update(?:\s+(?:low_priority|ignore))*|delete(?:\s+[^\s;]+)*?\s+from|truncate(?:\s+table)?`,
		`from|join|into|update`, `call`, `(?i)\bexecute\b`,
		routine.Way{Name: "a file", Like: regexp.MustCompile(`(?i)\binto\s+(?:outfile|dumpfile)\b`)},
		routine.Way{Name: "a program", Like: regexp.MustCompile(`(?i)\bsys_(?:exec|eval)\s*\(`)},
		routine.Way{Name: "http", Like: regexp.MustCompile(`(?i)\bhttp_?(?:get|post|put|delete)\w*\s*\(`)})
	g.Not = []string{"into", "ignore", "low_priority", "delayed", "high_priority", "table"}
	return g
}()

// texts are the triggers, routines and views of a database, before they are read.
type texts struct {
	routines routine.Library
	natives  map[string]bool // words and functions of the server's own, in small letters; nil where it does not say
	tables   map[string]bool // as they are called
}

// does is what a trigger of a database does. Where it calls what nobody knows, or may not be read, it may do more.
func (v *view) does(schema, body string, with texts) connectors.Trigger {
	out, unknown := language.Read(body, with.routines)
	for i, w := range out.Writes {
		out.Writes[i] = v.named(schema, w)
	}
	for _, c := range unknown {
		out.Unread = out.Unread || c.Statement || with.natives != nil && !with.natives[c.Name] && !with.writesTo(out, c.Name)
	}
	return out
}

// writesTo says whether a name before a parenthesis is that of a table, whose columns are named.
func (t texts) writesTo(does connectors.Trigger, name string) bool {
	is := func(n string) bool { return strings.EqualFold(n[strings.LastIndexByte(n, '.')+1:], name) }
	if slices.ContainsFunc(does.Writes, is) {
		return true
	}
	for n := range t.tables {
		if is(n) {
			return true
		}
	}
	return false
}

// named is how a table is called that a text in a database names.
func (v *view) named(schema, name string) string {
	if of, table, ok := strings.Cut(name, "."); ok {
		return v.called(of, table)
	}
	return v.called(schema, name)
}

// read reads what triggers write to and what views show, as far as their texts tell.
func (v *view) read(schema string, all []*told) error {
	with := texts{routines: routine.Library{}, tables: map[string]bool{}}
	by := map[string]*told{}
	for _, t := range all {
		by[t.table], with.tables[t.Name] = t, true
	}
	each := func(statement string, take func(row [][]byte)) error {
		return v.line.each(v.ctx, reading, query{SQL: statement, Args: []any{schema}}, func(row [][]byte) error {
			take(row)
			return nil
		})
	}
	err := each("SELECT ROUTINE_NAME, COALESCE(ROUTINE_DEFINITION, '') FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = "+placeholder(1), func(row [][]byte) {
		name := strings.ToLower(string(row[0]))
		with.routines[name] = append(with.routines[name], routine.Routine{Body: string(row[1]), Hidden: len(row[1]) == 0})
	})
	if err != nil {
		return err
	}
	if v.store.server.maria {
		with.natives = map[string]bool{}
		err = v.line.each(v.ctx, reading, query{SQL: "SELECT LOWER(FUNCTION) FROM information_schema.SQL_FUNCTIONS UNION SELECT LOWER(WORD) FROM information_schema.KEYWORDS"}, func(row [][]byte) error {
			with.natives[string(row[0])] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	err = each("SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, LOWER(EVENT_MANIPULATION), ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = "+placeholder(1)+" ORDER BY TRIGGER_NAME, EVENT_MANIPULATION", func(row [][]byte) {
		if t := by[string(row[0])]; t != nil && !strings.HasPrefix(string(row[1]), "dossier_") {
			does := v.does(schema, string(row[3]), with)
			does.Name, does.On, does.Loud = string(row[1]), string(row[2]), !strings.Contains(strings.ToLower(string(row[3])), moving)
			t.Triggers = append(t.Triggers, does)
		}
	})
	if err != nil {
		return err
	}
	return each("SELECT TABLE_NAME, COALESCE(VIEW_DEFINITION, '') FROM information_schema.VIEWS WHERE TABLE_SCHEMA = "+placeholder(1), func(row [][]byte) {
		if t := by[string(row[0])]; t != nil {
			t.Reads = language.Reads(string(row[1]), with.tables, func(n string) string { return v.named(schema, n) })
		}
	})
}

// shown has views show what the views they show do.
func shown(all []*told) {
	by := map[string]*told{}
	for _, t := range all {
		by[t.Name] = t
	}
	var tables func(t *told, seen map[string]bool)
	tables = func(t *told, seen map[string]bool) {
		for _, name := range t.Reads {
			if of := by[name]; of != nil && !seen[name] {
				seen[name] = true
				tables(of, seen)
			}
		}
	}
	through := map[*told][]string{}
	for _, t := range all {
		seen := map[string]bool{}
		tables(t, seen)
		for name := range seen {
			if !by[name].View {
				through[t] = append(through[t], name)
			}
		}
		slices.Sort(through[t])
	}
	for t, names := range through {
		t.Reads = names
	}
}
