package planner

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/request"
)

// TestAlike: one refusal names all who go together, and of many of one kind only some.
func TestAlike(t *testing.T) {
	t.Parallel()
	of := func(ground string, ids ...string) (out []*request.Request) {
		for _, id := range ids {
			out = append(out, &request.Request{ID: id, Right: request.Erasure, Ground: ground})
		}
		return out
	}
	a, b := of("art17_1_a", "R-1", "R-2"), of("art17_1_b", "R-3")
	many := of("art17_1_d", strings.Fields("S-1 S-2 S-3 S-4 S-5 S-6 S-7 S-8 S-9 S-10 S-11 S-12 S-13 S-14")...)
	for _, c := range []struct {
		requests []*request.Request
		want     string
	}{
		{a, ""},
		{append(b, a...), "these requests cannot be planned together: R-3 and R-1 differ in the ground; what goes together: R-3; R-1 R-2"},
		{append(many, a...), "these requests cannot be planned together: S-1 and R-1 differ in the ground; " +
			"what goes together: S-1 S-2 S-3 S-4 S-5 S-6 S-7 S-8 S-9 S-10 S-11 S-12 and 2 more; R-1 R-2"},
		{append(a, a[0]), "these requests cannot be planned together: R-1 is named twice"},
	} {
		got := ""
		if err := Alike(c.requests); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
}
