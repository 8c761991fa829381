package planner_test

import (
	"testing"

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
