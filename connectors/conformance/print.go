package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Print writes the report as `dossier connector test` shows it. Origin stands after name and version:
// protocol and hash of a plugin's binary; it may be empty.
func (r *Report) Print(w io.Writer, origin string) error {
	p := printer{w: w}
	if origin != "" {
		origin = ", " + origin
	}
	p.line("%s %s%s", r.Card.Name, r.Card.Version, origin)
	does, not := abilities(r.Card)
	line := "does: " + strings.Join(does, ", ") + "."
	if len(not) > 0 {
		line += "   does not: " + strings.Join(not, ", ")
	}
	p.line("%s", line)
	p.line("")
	for _, g := range r.groups() {
		p.group(g, r)
	}
	for _, x := range r.Failed() {
		p.line("")
		p.failure(x)
	}
	failed := len(r.Failed())
	verdict := "Conforms."
	switch {
	case failed > 0 || len(r.Results) == 0:
		verdict = "Does not conform."
	case r.Partial:
		verdict = "Only a part of the suite was run."
	}
	p.line("")
	p.line("%d passed, %d failed, in %s. %s", len(r.Results)-failed, failed, seconds(r.Elapsed), verdict)
	return p.err
}

// abilities are the words of the second line.
func abilities(d connectors.Description) (does, not []string) {
	does = []string{"find"}
	say := func(word string, yes bool) {
		if yes {
			does = append(does, word)
		} else {
			not = append(not, word)
		}
	}
	for _, v := range []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure, connectors.Block, connectors.Release, connectors.Recount} {
		say(string(v), d.Does(v))
	}
	say("paths", d.MaxPath > 0)
	say("rehearsal", d.Rehearsal)
	say("transactions", d.Transactional)
	return does, not
}

// groups are those that ran, then the verbs that are missing.
func (r *Report) groups() []string {
	out := slices.Clone(Groups)
	for _, x := range r.Results {
		if !slices.Contains(out, x.Case.Group) {
			out = append(out, x.Case.Group)
		}
	}
	ran := func(g string) bool {
		return slices.ContainsFunc(r.Results, func(x Result) bool { return x.Case.Group == g })
	}
	missing := slices.DeleteFunc(slices.Clone(out), func(g string) bool { return ran(g) || without[g] == "" || r.Card.Does(connectors.Verb(g)) })
	return append(slices.DeleteFunc(out, func(g string) bool { return !ran(g) }), missing...)
}

// without says what becomes of a right where a verb is missing.
var without = map[string]string{
	"delete":  "an erasure there becomes a task",
	"set":     "a rectification or anonymisation there becomes a task",
	"ensure":  "no placeholder person and no supplementary statement there",
	"block":   "a restriction there becomes a task",
	"recount": "no counters there",
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) group(g string, r *Report) {
	var passed, failed int
	var took time.Duration
	for _, x := range r.Results {
		if x.Case.Group != g {
			continue
		}
		took += x.Elapsed
		if x.Failure == nil {
			passed++
		} else {
			failed++
		}
	}
	switch {
	case passed+failed == 0:
		p.line("%-11s -                    not among its verbs: %s", g, without[g])
	case failed > 0:
		p.line("%-11s %2d passed  %7s  %3d failed", g, passed, seconds(took), failed)
	default:
		p.line("%-11s %2d passed  %7s", g, passed, seconds(took))
	}
}

func (p *printer) failure(x Result) {
	p.line("%s  %s", x.FullName(), x.Case.Rule)
	width := 0
	for _, l := range x.Failure.Lines {
		width = max(width, len(l.Label))
	}
	for _, l := range x.Failure.Lines {
		line := fmt.Sprintf("  %-*s  %s", width, l.Label, l.Got)
		if l.Want != "" {
			line += "      want " + l.Want
		}
		p.line("%s", line)
	}
	p.line("  %s", x.Failure.Likely)
	p.line("  connectors/GUIDE.md#%s      run it alone: --run %s --keep", x.Case.Anchor, x.Case.FullName())
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
