package planner_test

import (
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestWhatOthersWroteInsideGoesOn: a document of the person's in which an element names somebody else is marked and not put out of reach, for what became of the
// whole would become of theirs too; the person's own elements of it are blocked.
func TestWhatOthersWroteInsideGoesOn(t *testing.T) {
	h := build(t, map[string]string{"a": `
  threads:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  messages: { at: "threads.messages[]", key: no, purposes: { p: { since: d } }, fields: { author: { identifier: pid }, d: preference.topic } }
`}, map[string]rows{"a": {
		"threads": {{"id": int64(1), "pid": "P1", "d": "2026-01-01"}, {"id": int64(2), "pid": "P1", "d": "2026-01-01"}, {"id": int64(3), "pid": "P2", "d": "2026-01-01"}},
		"threads.messages[]": {{"id": int64(1), "no": int64(1), "author": "P1", "d": "2026-01-01"}, {"id": int64(1), "no": int64(2), "author": nil, "d": "2026-01-01"},
			{"id": int64(2), "no": int64(1), "author": "P1", "d": "2026-01-01"}, {"id": int64(2), "no": int64(2), "author": "P2", "d": "2026-01-01"},
			{"id": int64(3), "no": int64(1), "author": "P1", "d": "2026-01-01"}}}})
	r := ask("pid P1")
	r.Right, r.Ground = request.Restriction, "art18_1_c"
	if got := does(h.plan(r).Plan); got != "a/messages manual 3, a/threads manual 1, a/threads mark 1" {
		t.Error(got)
	}
}

// TestWhatOthersWroteInsideIsNotDeleted: a document that would be deleted whole is not, while an element of it names somebody else; one that
// is the person's alone is, and one of hers that an element of her own keeps stays for it.
func TestWhatOthersWroteInsideIsNotDeleted(t *testing.T) {
	const old, new = "2006-01-01", "2026-01-01"
	text := `
  threads:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  messages: { at: "threads.messages[]", key: no, purposes: { p: { since: d } }, fields: { author: { identifier: pid }, d: preference.topic } }
`
	threads := func(owners ...string) (out []connectors.Row) {
		for i, o := range owners {
			out = append(out, connectors.Row{"id": int64(i + 1), "pid": o, "d": old})
		}
		return out
	}
	message := func(thread, no int64, author any, d string) connectors.Row {
		return connectors.Row{"id": thread, "no": no, "author": author, "d": d}
	}
	for name, c := range map[string]struct {
		threads, messages []connectors.Row
		does, blocks      string
	}{
		"her own, and the controller's answer": {threads("P1", "P2"), []connectors.Row{message(1, 1, "P1", old), message(1, 2, nil, old), message(2, 1, "P1", old)},
			"a/messages delete 2, a/threads delete 1", ""},
		"another's answer": {threads("P1", "P1"), []connectors.Row{message(1, 1, "P1", old), message(2, 1, "P1", old), message(2, 2, "P2", new)},
			"a/messages delete 2, a/threads delete 2", "others_inside 1"},
		"her own that is kept": {threads("P1"), []connectors.Row{message(1, 1, "P1", new)},
			"a/messages keep 1, a/threads anonymise 1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := ask("pid P1")
			r.Ground = "art17_1_a"
			p := build(t, map[string]string{"a": text}, map[string]rows{"a": {"threads": c.threads, "threads.messages[]": c.messages}}).plan(r).Plan
			if got := does(p); got != c.does {
				t.Errorf("%s, want %s", got, c.does)
			}
			blocks := ""
			for _, a := range p.Attention {
				if a.Blocks {
					blocks += fmt.Sprintf("%s %d", a.Code, a.Rows)
				}
			}
			if blocks != c.blocks {
				t.Errorf("it is stopped by %q, want %q", blocks, c.blocks)
			}
		})
	}
}
