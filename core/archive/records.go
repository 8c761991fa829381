package archive

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// RecordKind is a table of what the executor itself keeps about the person: the register of requests is a system of every map
// (art. 15(1); arts. 5(2), 12, 19 GDPR).
type RecordKind string

// The kinds, in the order the package shows them.
const (
	RecordedRequests     RecordKind = "requests"     // the register's rows
	RecordedStatements   RecordKind = "statements"   // what requests said of the person
	RecordedEvents       RecordKind = "events"       // what happened to requests, dates of replies among it
	RecordedLetters      RecordKind = "letters"      // replies that were sent, with their text
	RecordedArchives     RecordKind = "archives"     // packages made, and how often they were handed out
	RecordedRecipients   RecordKind = "recipients"   // art. 19 lists
	RecordedErasures     RecordKind = "erasures"     // tombstones, their marks as a fact alone
	RecordedKept         RecordKind = "kept"         // what an erasure left, until when
	RecordedRestrictions RecordKind = "restrictions" // art. 18
	RecordedPermits      RecordKind = "permits"      // art. 18(2)
	RecordedUses         RecordKind = "uses"         // made under them
	RecordedContacts     RecordKind = "contacts"     // do not contact
	RecordedTasks        RecordKind = "tasks"        // what people had to do for a request
)

// Record is a row of such a table: codes, labels and values by the name of the field. What is absent is NULL.
type Record map[string]any

// recordField is a column: its type, and the list that explains its codes ("law": provisions of the GDPR are written out).
type recordField struct {
	name  string
	typ   Type
	codes string
}

func textColumns(names ...string) []recordField  { return columnsOf(Text, names...) }
func dayColumns(names ...string) []recordField   { return columnsOf(Date, names...) }
func timeColumns(names ...string) []recordField  { return columnsOf(DateTime, names...) }
func countColumns(names ...string) []recordField { return columnsOf(Integer, names...) }

func columnsOf(t Type, names ...string) (out []recordField) {
	for _, n := range names {
		out = append(out, recordField{name: n, typ: t})
	}
	return out
}

func codeColumn(name, codes string) []recordField { return []recordField{{name, Text, codes}} }

// recordFields are the columns of each kind.
var recordFields = map[RecordKind][]recordField{
	RecordedRequests: slices.Concat(textColumns("request", "number"), codeColumn("right", "right"), codeColumn("ground", "law"), codeColumn("capacity", "capacity"), codeColumn("channel", "channel"),
		timeColumns("received"), dayColumns("due"), codeColumn("state", "state"), codeColumn("outcome", "outcome"), timeColumns("closed"), dayColumns("kept_until", "forgotten")),
	RecordedStatements:   slices.Concat(textColumns("request"), codeColumn("what", "statement"), textColumns("kind", "value")),
	RecordedEvents:       slices.Concat(textColumns("request"), codeColumn("event", "event"), timeColumns("when")),
	RecordedLetters:      slices.Concat(textColumns("request", "letter"), timeColumns("sent"), textColumns("language", "sha256"), columnsOf(Document, "document")),
	RecordedArchives:     slices.Concat(textColumns("request"), timeColumns("made"), dayColumns("opens_until"), countColumns("rows", "files", "handed_out"), timeColumns("handed_last"), codeColumn("ended", "ended"), timeColumns("ended_at")),
	RecordedRecipients:   slices.Concat(textColumns("request", "recipient"), codeColumn("role", "role"), codeColumn("event", "told_of"), codeColumn("told", "told"), dayColumns("told_on", "acknowledged_on", "done_on"), codeColumn("exempt", "exempt"), textColumns("reason")),
	RecordedErasures:     slices.Concat(textColumns("request"), codeColumn("state", "erasure"), codeColumn("ground", "law"), dayColumns("erased_on"), textColumns("purposes", "places", "categories", "marks"), dayColumns("again_until", "proof_until"), textColumns("proof_why"), codeColumn("basis", "law"), columnsOf(Boolean, "something_kept"), dayColumns("kept_until")),
	RecordedKept:         slices.Concat(textColumns("request", "place", "collection", "purpose", "law"), countColumns("rows"), dayColumns("kept_until"), codeColumn("state", "kept"), textColumns("reason")),
	RecordedRestrictions: slices.Concat(textColumns("request", "place", "collection"), codeColumn("ground", "law"), codeColumn("method", "method"), countColumns("rows"), dayColumns("since", "review_by", "lifted")),
	RecordedPermits:      slices.Concat(textColumns("request"), codeColumn("basis", "permit"), textColumns("law"), dayColumns("since", "permitted_until", "revoked")),
	RecordedUses:         slices.Concat(textColumns("request"), codeColumn("basis", "permit"), timeColumns("when"), textColumns("use")),
	RecordedContacts:     slices.Concat(textColumns("purpose", "kind"), dayColumns("since"), textColumns("request")),
	RecordedTasks:        slices.Concat(textColumns("request"), codeColumn("task", "task"), textColumns("place", "department"), dayColumns("due"), codeColumn("state", "task_state"), dayColumns("answered")),
}

// Records writes a table of what the executor itself keeps; without rows, nothing. It stands in a section of its own and is no data of
// the controller's systems: it counts neither as a find nor in the [Result]'s rows.
func (b *Builder) Records(ctx context.Context, kind RecordKind, rows []Record) error {
	fields := recordFields[kind]
	if fields == nil {
		return fmt.Errorf("there is no table of records %q", string(kind))
	}
	if len(rows) == 0 {
		return nil
	}
	w := b.words
	info := TableInfo{System: w.T("register"), Label: w.T("record." + string(kind)), Description: w.T("record." + string(kind) + ".about"), own: true}
	for _, f := range fields {
		info.Fields = append(info.Fields, Field{Name: f.name, Title: w.recordTitle(kind, f.name), Type: f.typ, Codes: w.recordCodes(f, rows), Source: "observed"})
	}
	t, err := b.Table(info)
	if err != nil {
		return err
	}
	for _, r := range rows {
		values := make([]any, len(fields))
		seen := 0
		for i, f := range fields {
			v, ok := r[f.name]
			if s, empty := v.(string); ok && empty && s == "" {
				v = nil
			}
			if values[i] = v; ok {
				seen++
			}
		}
		if seen != len(r) {
			return t.spoil(fmt.Errorf("a record of %s has a field that is none of %v: %v", kind, fields, slices.Sorted(maps.Keys(r))))
		}
		if err := t.Row(ctx, values...); err != nil {
			return err
		}
	}
	return t.Close()
}

// recordTitle is the label of a column: the kind's own, else that of all columns of the name.
func (w words) recordTitle(kind RecordKind, name string) string {
	if t := w.T("record." + string(kind) + "." + name); t != "" {
		return t
	}
	return w.T("column." + name)
}

// recordCodes explain the codes that occur.
func (w words) recordCodes(f recordField, rows []Record) map[string]string {
	if f.codes == "" {
		return nil
	}
	out := map[string]string{}
	for _, r := range rows {
		code, _ := r[f.name].(string)
		label := w.Code(f.codes, code)
		if code != "" && label != "" {
			out[code] = label
		}
	}
	return out
}

// Code is what a code of the register means to the subject; "" where nobody said.
func (w words) Code(list, code string) string {
	if list == "law" {
		return w.Provision(code)
	}
	return w.T("code." + list + "." + code)
}

// Provision writes out a provision of the GDPR given as the map and requests name it: art17_1_b; "" where it is none.
func (w words) Provision(code string) string {
	parts := strings.Split(code, "_")
	article, found := strings.CutPrefix(parts[0], "art")
	if _, err := strconv.Atoi(article); err != nil || !found || len(parts) > 3 {
		return ""
	}
	switch len(parts) {
	case 1:
		return w.T("provision.article", article)
	case 2:
		return w.T("provision.paragraph", article, parts[1])
	}
	return w.T("provision.letter", article, parts[1], parts[2])
}
