package explain

import (
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// held says for which purposes rows are held, how long, and where that is written.
func held(e *Explanation, c *datamap.Collection) {
	rules, of := c.Holding()
	from := ""
	if of != c {
		from = "from " + near(of, c)
	}
	for _, r := range rules {
		e.add("held for", rule(r, c, of), from)
	}
	if len(rules) == 0 {
		e.add("held for", "nothing", "")
	}
}

// rule is one rule in words; dates without a collection are of the collection it is written on.
func rule(r *datamap.Rule, c, of *datamap.Collection) string {
	text := r.Purpose.Name + ", "
	switch {
	case r.Until != nil:
		text += "until " + date(r.Until, c, of)
	case r.Keep != nil && r.Since != nil:
		text += r.Keep.String() + " after " + strings.Join(append([]string{date(r.Since, c, of)}, r.Or...), " or ")
		if len(r.Or) > 0 {
			text += ", the earlier"
		}
		text = strings.Replace(text, "after year end after", "after the end of the year of", 1)
	case r.Keep != nil:
		text += r.Keep.String()
	case r.Purpose.Event != "":
		text += "until " + strings.ReplaceAll(r.Purpose.Event, "_", " ")
	case len(r.Purpose.Criterion) > 0:
		text += r.Purpose.Criterion.In("en")
	default:
		text += "until consent is withdrawn"
	}
	if len(r.When) > 0 {
		text += ", " + when(r.When)
	}
	if r.SkipMissing {
		text += "; skipped without a date"
	}
	if r.Purpose.Hold {
		text += "; on hold, nothing lapses"
	}
	if r.Law != "" {
		text += " (" + r.Law + ")"
	}
	return text
}

func date(d *datamap.DateRef, c, of *datamap.Collection) string {
	name := d.Field
	switch {
	case d.Of != nil:
		name = near(d.Of, c) + "." + d.Field
	case of != c:
		name = near(of, c) + "." + d.Field
	}
	if d.Last {
		return "the last " + name
	}
	return name
}

func when(conds []datamap.When) string {
	var out []string
	for _, w := range conds {
		out = append(out, w.Field+" is "+strings.Join(w.Values, " or "))
	}
	return "where " + strings.Join(out, " and ")
}

func article(code string) string {
	if code == "" {
		return "nothing"
	}
	return "art. 17(3)(" + code[len(code)-1:] + ")"
}
