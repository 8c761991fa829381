package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Options of a run.
type Options struct {
	Pattern  string        // --run: a group, or part of a full name; "": everything
	Keep     bool          // leave the fixtures of the last case as they are
	Extra    []Case        // more cases, such as those about processes, which a plugin's host knows
	Progress func(Result)  // called after each case, in order
	Timeout  time.Duration // of one case; 0: two minutes
}

// Suite runs the cases that apply to the subject, one after the other. The error is about the subject as
// a whole: it does not open, or has no Fixture.
func Suite(ctx context.Context, s Subject, opt Options) (*Report, error) {
	report := &Report{Card: s.Connector.Describe(), Partial: opt.Pattern != ""}
	began := time.Now()
	if m, ok := s.Connector.(connectors.ScratchMaker); ok {
		if err := m.MakeScratch(ctx, s.Config); err != nil {
			return nil, fmt.Errorf("make scratch: %w", err)
		}
	}
	store, err := s.Connector.Open(ctx, s.Config)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer store.Close()
	fixture, ok := connectors.As[connectors.Fixture](store)
	if !ok {
		return nil, fmt.Errorf("%s has no Fixture, by which the suite lays out its data: add Load and Dump", report.Card.Name)
	}
	guessed := len(s.Shapes) == 0
	if guessed {
		s.Shapes = shapesFor(report.Card)
	}
	cover := newCoverage(report.Card, store)
	all := slices.Concat(Cases(report.Card), opt.Extra)
	slices.SortStableFunc(all, byGroup)
	for _, shape := range s.Shapes {
		b := &Bench{Subject: s, Card: report.Card, Shape: shape, Store: store, fixture: fixture}
		if guessed {
			if b.Shape.Folds, err = b.folds(ctx); err != nil {
				return nil, fmt.Errorf("trying the fixture: %w", err)
			}
		}
		for _, c := range all {
			if !applies(c, b) || !selected(c, opt.Pattern) {
				continue
			}
			r := run(ctx, c, b, opt)
			if len(s.Shapes) > 1 {
				r.Shape = shape.Name
			}
			cover.ran(c, shape)
			report.add(r, opt.Progress)
			if ctx.Err() != nil {
				return report, ctx.Err()
			}
		}
		if !opt.Keep {
			if err := b.sweep(ctx); err != nil {
				return report, err
			}
		}
	}
	if opt.Pattern == "" {
		report.add(cover.result(), opt.Progress)
	}
	report.Elapsed = time.Since(began)
	return report, nil
}

// byGroup orders cases as Groups does; groups of the caller's own come last.
func byGroup(a, b Case) int { return rank(a.Group) - rank(b.Group) }

func rank(group string) int {
	if i := slices.Index(Groups, group); i >= 0 {
		return i
	}
	return len(Groups)
}

// anyField among the needs of a case wants its fixtures to be looked up by any field.
const anyField = "*"

func applies(c Case, b *Bench) bool {
	if slices.Contains(c.Needs, anyField) && slices.ContainsFunc(b.fixturesOf(c), b.Shape.narrow) {
		return false
	}
	if slices.ContainsFunc(c.Covers, b.Shape.exempt) || b.Shape.Groups != nil && !slices.Contains(b.Shape.Groups, c.Group) {
		return false
	}
	return (c.Can == nil || c.Can(b.Card)) && (c.Has == nil || c.Has(b.Store)) && !slices.ContainsFunc(c.Needs, func(need string) bool { return !b.Shape.holds(need) })
}

func selected(c Case, pattern string) bool {
	return pattern == "" || c.Group == pattern || strings.Contains(c.FullName(), pattern)
}

// run lays out what c needs and does it. Its context ends with the case.
func run(ctx context.Context, c Case, b *Bench, opt Options) (r Result) {
	timeout := opt.Timeout
	if timeout <= 0 {
		timeout = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	began := time.Now()
	r = Result{Case: c}
	defer func() {
		r.Elapsed = time.Since(began)
		if p := recover(); p != nil {
			r.Failure = Fail("A panic in a connector takes the process with it; an error is enough.").Came("panic", "%T", p)
		}
	}()
	b.laid = map[string][]connectors.Row{}
	err := b.Lay(ctx, b.fixturesOf(c)...)
	if err == nil {
		err = c.Run(ctx, b)
	}
	if err != nil && !errors.As(err, &r.Failure) {
		r.Failure = Fail("The case could not be carried out; what the connector says stands above.").Came("error", "%v", err)
	}
	return r
}

// fixturesOf are the fixtures c needs, each once.
func (b *Bench) fixturesOf(c Case) []string {
	var out []string
	for _, need := range c.Needs {
		if name, _, _ := strings.Cut(need, "."); name != anyField {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sweep empties what the shape laid out.
func (b *Bench) sweep(ctx context.Context) error {
	load := map[string][]connectors.Row{}
	for name := range fixtures() {
		if p, ok := b.Shape.place(name); ok {
			load[p.At] = []connectors.Row{}
		}
	}
	if err := b.fixture.Load(ctx, load); err != nil {
		return fmt.Errorf("emptying the scratch system: %w", err)
	}
	return nil
}
