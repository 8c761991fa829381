package jobs

import "testing"

// TestNote: a comment is a request's number and nothing that could end it.
func TestNote(t *testing.T) {
	for lock, want := range map[string]string{"2026-000123/register": "/* dossier 2026-000123 */ ", "leaving/a/b": "/* dossier leaving */ ", "": "", "/x": "",
		"a*/ DROP TABLE x; --/register": "", "a\nb/x": "", "ż/x": ""} {
		if got := Note(lock); got != want {
			t.Errorf("%q: %q, want %q", lock, got, want)
		}
	}
}
