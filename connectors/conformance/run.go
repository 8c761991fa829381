package conformance

import "testing"

// Run runs the suite as a test, with a subtest for each case.
func Run(t *testing.T, s Subject, extra ...Case) {
	t.Helper()
	report, err := Suite(t.Context(), s, Options{Extra: extra})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		t.Run(r.FullName(), func(t *testing.T) {
			if r.Failure != nil {
				t.Errorf("%s\n%v\nconnectors/GUIDE.md#%s", r.Case.Rule, r.Failure, r.Case.Anchor)
			}
		})
	}
}
