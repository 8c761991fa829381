package sqlite

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// completeReferences fills in what foreign keys that name no columns refer to, the primary key, and which of them are deferred, which
// only the text of the table says.
func (v *view) completeReferences(c *connectors.SchemaCollection) error {
	var created string
	if err := v.conn.QueryRowContext(v.ctx, "SELECT coalesce(sql, '') FROM sqlite_schema WHERE type = 'table' AND name = ?1", c.Name).Scan(&created); err != nil {
		return err
	}
	deferred := strings.Contains(strings.ToUpper(created), "INITIALLY DEFERRED")
	for i := range c.References {
		r := &c.References[i]
		r.Deferred = deferred
		if len(r.Targets) > 0 {
			continue
		}
		if err := collect(v.ctx, v.conn, &r.Targets, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", r.Target); err != nil {
			return err
		}
	}
	return nil
}

var (
	comment = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)|'(?:[^']|'')*'`)
	onEvent = regexp.MustCompile(`(?i)\b(insert|update|delete)\b`)
	written = regexp.MustCompile("(?i)\\b(?:insert\\s+(?:or\\s+\\w+\\s+)?into|replace\\s+into|update(?:\\s+or\\s+\\w+)?|delete\\s+from)\\s+" +
		"(\"(?:[^\"]|\"\")+\"|`[^`]+`|\\[[^\\]]+\\]|[\\p{L}_][\\p{L}\\p{N}_$]*)")
)

// triggers reads what fires on a table, and which tables it writes to.
func (v *view) triggers(c *connectors.SchemaCollection) error {
	rows, err := v.conn.QueryContext(v.ctx, `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE
		AND name NOT LIKE ?2 ORDER BY name`, c.Name, ownPrefix+"%")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t connectors.Trigger
		var text string
		if err := rows.Scan(&t.Name, &text); err != nil {
			return err
		}
		t.On, t.Writes = readTrigger(text, t.Name)
		c.Triggers = append(c.Triggers, t)
	}
	return rows.Err()
}

// readTrigger finds the event and the tables written in the text of a trigger.
func readTrigger(text, name string) (on string, writes []string) {
	text = comment.ReplaceAllString(text, " ")
	text = strings.Replace(text, name, " ", 1) // the name may hold any word
	if m := onEvent.FindString(text); m != "" {
		on = strings.ToLower(m)
	}
	if i := strings.Index(strings.ToUpper(text), "BEGIN"); i >= 0 {
		text = text[i:]
	}
	for _, m := range written.FindAllStringSubmatch(text, -1) {
		if n := unquote(m[1]); !slices.Contains(writes, n) {
			writes = append(writes, n)
		}
	}
	return on, writes
}

func unquote(name string) string {
	switch name[0] {
	case '"':
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	case '`', '[':
		return name[1 : len(name)-1]
	}
	return name
}
