package request

import (
	"strings"
	"testing"
	"time"
)

func TestParseEvent(t *testing.T) {
	for in, want := range map[string]string{
		`{"type": "identity_asked", "at": "2026-11-04T10:00:00+01:00", "routine": true, "channel": "post", "text": "we ask"}`: "",
		`{"type": "extended", "at": "2026-11-04T10:00:00+01:00"}`:                                                             "/reason: is missing (one of complex, number)",
		`{"type": "extend", "at": "2026-11-04T10:00:00+01:00"}`:                                                               "/type: is no event (did you mean extended?)",
		`{"type": "withdrawn", "at": "2026-11-04T10:00:00+01:00", "routine": true, "reason": "Jan Kowalski said", "ref": "44051401359"}`: `/reason: is no code (lower-case letters, digits and _; wording belongs in text, which is kept sealed)
/ref: may hold 1 to 64 of A-Z a-z 0-9 . _ -, and no 11 digits in a row
/routine: belongs to identity_asked (leave it out)`,
		`{}`: "/type: is missing\n/at: is missing (when it happened)",
	} {
		e, ps := ParseEvent(strings.NewReader(in))
		got := ""
		if len(ps) > 0 {
			got = ps.Error()
		}
		if got != want || (e == nil) != (want != "") {
			t.Errorf("%s:\n%s\nwant\n%s", in, got, want)
		}
	}
}

func TestCheckEvent(t *testing.T) {
	zone := warsaw(t)
	r := &Request{ReceivedAt: on(t, "2026-11-24")}
	now := on(t, "2027-01-05")
	for name, c := range map[string]struct {
		before []Event
		e      Event
		want   string
	}{
		"in time":         {nil, Event{Type: Extended, At: on(t, "2026-12-28"), Reason: "complex"}, ""},
		"too late":        {nil, Event{Type: Extended, At: on(t, "2026-12-29"), Reason: "complex"}, "2026-12-28"},
		"twice":           {[]Event{{Type: Extended, At: on(t, "2026-12-01")}}, Event{Type: Extended, At: on(t, "2026-12-02")}, "already"},
		"future":          {nil, Event{Type: Withdrawn, At: on(t, "2027-01-06")}, "future"},
		"before":          {nil, Event{Type: Withdrawn, At: on(t, "2026-11-23")}, "before the request"},
		"nobody asked":    {nil, Event{Type: ClarificationGiven, At: on(t, "2026-11-25")}, "no clarification_asked"},
		"somebody asked":  {[]Event{{Type: ClarificationAsked, At: on(t, "2026-11-25")}}, Event{Type: ClarificationGiven, At: on(t, "2026-11-26")}, ""},
		"identity before": {nil, Event{Type: IdentityGiven, At: on(t, "2026-11-01")}, ""},
	} {
		got := ""
		if ps := CheckEvent(r, c.before, c.e, now, zone, "PL"); len(ps) > 0 {
			got = ps.Error()
		}
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSuspends(t *testing.T) {
	at := time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)
	if Suspends([]Event{{Type: Complained, At: at}}) == "" || Suspends([]Event{{Type: ProceedingOpened, At: at}}) == "" {
		t.Error("a pending complaint or proceeding suspends nothing")
	}
	if s := Suspends([]Event{{Type: Complained, At: at}, {Type: ComplaintClosed, At: at.Add(1)}}); s != "" {
		t.Error(s)
	}
}
