package engine

import (
	"time"

	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/planner"
)

// limitGrounds are the grounds of art. 18(1), for the subject.
var limitGrounds = map[string][2]string{ // en, pl
	"art18_1_a": {"art. 18(1)(a) GDPR: accuracy contested", "art. 18 ust. 1 lit. a RODO: kwestionowana prawidłowość"},
	"art18_1_b": {"art. 18(1)(b) GDPR: unlawful, erasure opposed", "art. 18 ust. 1 lit. b RODO: przetwarzanie niezgodne z prawem, sprzeciw wobec usunięcia"},
	"art18_1_c": {"art. 18(1)(c) GDPR: needed by the person for claims", "art. 18 ust. 1 lit. c RODO: dane potrzebne osobie do roszczeń"},
	"art18_1_d": {"art. 18(1)(d) GDPR: objection being weighed", "art. 18 ust. 1 lit. d RODO: rozpatrywany sprzeciw"},
}

// limited is what the copy says of data under restriction.
func (t teller) limited(what string, l *planner.InForce) archive.Limited {
	g := limitGrounds[l.Ground]
	return archive.Limited{What: what, Since: l.Since.In(t.m.Zone).Format(time.DateOnly), Ground: t.word(g[0], g[1])}
}

func (t teller) limitWords(l archive.Limited) string {
	return t.word("Since ", "Od ") + archive.Day(t.lang, l.Since) + ": " + l.Ground + "."
}
