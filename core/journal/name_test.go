package journal_test

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/journal"
)

// TestName: whoever it is, the journal takes the name, and free text and numbers of persons stay out.
func TestName(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string]bool{"anna": true, "": true, "j.nowak-2": true, "Ewa Ślązak": false, "ewa@example.org": false, "80010112345": false, strings.Repeat("x", 300): false} {
		got := journal.Name(name)
		if whole != (got == name) || !whole && !strings.HasPrefix(got, "sha256:") {
			t.Errorf("%q is named %q", name, got)
		}
		if got != journal.Name(name) {
			t.Errorf("%q has two names", name)
		}
	}
}
