package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

// lie is what is broken, and the case that must tell.
type lie struct {
	saboteur
	tells string
}

// sabotage is what may be broken.
func sabotage() map[string]lie {
	doubled := map[string]connectors.Outcome{}
	blocked := false
	return map[string]lie{
		"counts what it was asked for": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			for i, o := range out {
				if before, ok := doubled[o.ID]; ok && o.Changed == 0 {
					out[i] = before
				}
				doubled[o.ID] = out[i]
			}
			return out, err
		}}, "delete/twice"},
		"ignores the ceiling":  {saboteur{apply: edited(func(t *connectors.Treatment) { t.AtMost = 1e9 })}, "limits/over-ceiling"},
		"counts done as to do": {saboteur{apply: edited(func(t *connectors.Treatment) { t.AtMost-- })}, "limits/ceiling"},
		"commits whatever is said": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			said := error(nil)
			confirm := opt.Confirm
			opt.Confirm = func(ctx context.Context, o []connectors.Outcome) error { said = confirm(ctx, o); return nil }
			out, err := w.Apply(ctx, do, opt)
			return out, errors.Join(err, said)
		}}, "limits/confirm-no"},
		"never asks": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			opt.Confirm = func(context.Context, []connectors.Outcome) error { return nil }
			return w.Apply(ctx, do, opt)
		}}, "limits/confirm-no"},
		"keeps the host's error to itself": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			if errors.Is(err, connectors.ErrRefused) {
				err = nil
			}
			return out, err
		}}, "limits/confirm-no"},
		"claims what was rolled back": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			for i := range out {
				if err != nil {
					out[i].Changed = 1
				}
			}
			return out, err
		}}, "limits/over-ceiling"},
		"gives no outcomes with an error": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			if err != nil {
				return nil, err
			}
			return out, nil
		}}, "limits/confirm-no"},
		"resolves each treatment when its turn comes": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			var all []connectors.Outcome
			for _, t := range do {
				out, err := w.Apply(ctx, []connectors.Treatment{t}, opt)
				all = append(all, out...)
				if err != nil {
					return all, err
				}
			}
			return all, nil
		}}, "delete/order"},
		"is not atomic": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			var all []connectors.Outcome
			for _, t := range do {
				out, err := w.Apply(ctx, []connectors.Treatment{t}, opt)
				all = append(all, out...)
				if err != nil {
					return all, err
				}
			}
			return all, nil
		}}, "limits/atomic"},
		"loses a child": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do[:1], opt)
			for _, t := range do[1:] {
				out = append(out, connectors.Outcome{ID: t.ID, Changed: 3})
			}
			return out, err
		}}, "delete/order"},
		"commits rehearsals": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			if opt.Rehearse {
				opt = connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }}
			}
			return w.Apply(ctx, do, opt)
		}}, "limits/rehearsal"},
		"ignores From": {saboteur{apply: edited(func(t *connectors.Treatment) {
			t.Assign = slices.Clone(t.Assign)
			for i := range t.Assign {
				t.Assign[i].From = nil
			}
		})}, "set/conflict"},
		"derives anew each time": {saboteur{apply: func() apply {
			n := 0
			return edited(func(t *connectors.Treatment) {
				t.Assign = slices.Clone(t.Assign)
				for i := range t.Assign {
					n++
					t.Assign[i].Derive = fmt.Append(nil, n)
				}
			})
		}()}, "set/derive"},
		"reports counts and does nothing": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			opt.Rehearse = true
			out, err := w.Apply(ctx, do, opt)
			if err == nil {
				err = opt.Confirm(ctx, out)
			}
			return out, err
		}}, "delete/rows"},
		"counts persons for rows": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			for i := range out {
				out[i].Changed = 0
				for _, n := range out[i].ByPerson {
					out[i].Changed += n
				}
			}
			return out, err
		}}, "delete/persons"},
		"carries out backwards": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			do = slices.Clone(do)
			slices.Reverse(do)
			out, err := w.Apply(ctx, do, opt)
			slices.Reverse(out)
			return out, err
		}}, "set/several"},
		"recounts nothing": {saboteur{apply: edited(func(t *connectors.Treatment) {
			if t.Verb == connectors.Recount {
				t.On = connectors.Selection{Collection: t.On.Collection}
			}
		})}, "recount/rows"},
		"captures after the change": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			for i, o := range out {
				if o.LinkKeys != nil {
					for _, t := range o.LinkKeys.Tuples {
						for j, f := range o.LinkKeys.Fields {
							if v, ok := do[i].Values()[f]; ok {
								t.Values[j] = v
							}
						}
					}
				}
			}
			return out, err
		}}, "set/capture"},
		"hands out whole rows as conflicts": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			for _, o := range out {
				for _, c := range o.Conflicts {
					c["name"] = "Trzecia"
				}
			}
			return out, err
		}}, "set/conflict"},
		"trims texts": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			return each(ctx, s, sel, func(p int, values []any) error {
				for i, v := range values {
					if text, ok := v.(string); ok {
						values[i] = strings.ReplaceAll(text, "\n", " ")
					}
				}
				return out.Add(p, values...)
			})
		}}, "find/texts"},
		"keeps no link keys": {saboteur{apply: edited(func(t *connectors.Treatment) { t.Capture = nil })}, "delete/capture"},
		"deletes the neighbour": {saboteur{apply: edited(func(t *connectors.Treatment) {
			if len(t.On.Any) > 0 && len(t.On.Any[0].Via) == 0 && t.On.Any[0].Fields[0] == "no" {
				m := t.On.Any[0]
				m.Values = append(slices.Clone(m.Values), connectors.Tuple{Values: []any{"C-9"}})
				t.On.Any = []connectors.Match{m}
			}
		})}, "delete/rows"},
		"updates what it should ensure": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			do = slices.Clone(do)
			for i, t := range do {
				if t.Verb == connectors.Ensure {
					do[i].Verb = connectors.Set
					do[i].On.All = true
				}
			}
			return w.Apply(ctx, do, opt)
		}}, "ensure/row"},
		"carries out what it does not declare": {declare(func(d *connectors.Description) {
			d.Verbs = slices.DeleteFunc(slices.Clone(d.Verbs), func(v connectors.Verb) bool { return v == connectors.Delete })
		}), "card/undeclared"},
		"declares a method it has not": {declare(func(d *connectors.Description) { d.Blocking = append(d.Blocking, "row_security") }), "block/unreadable-row_security"},
		"declares what no case shows":  {declare(func(d *connectors.Description) { d.RowFormats = []string{"csv"} }), "card/exercised"},
		"declares verbs without Apply": {saboteur{hide: true}, "card/interfaces"},
		"takes any setting": {saboteur{open: func(c connectors.Config) connectors.Config {
			return connectors.Config{"name": c["name"], "fold": c["fold"]}
		}}, "secrets/setting-unknown"},
		"needs no setting": {saboteur{open: func(c connectors.Config) connectors.Config {
			if c["name"] == "" {
				return connectors.Config{"name": "x"}
			}
			return c
		}}, "secrets/setting-missing"},
		"only says that it blocks": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			opt.Rehearse = opt.Rehearse || do[0].Verb == connectors.Block
			return w.Apply(ctx, do, opt)
		}}, "block/unreadable"},
		"lifts every mark": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			if err == nil && do[0].Verb == connectors.Release {
				more := slices.Clone(do)
				more[0].Mark, more[0].AtMost = "suite-2", 1e9
				_, err = w.Apply(ctx, more, opt)
			}
			return out, err
		}}, "block/overlapping"},
		"does not see what it blocked": {saboteur{
			apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
				blocked = blocked || do[0].Verb == connectors.Block
				return w.Apply(ctx, do, opt)
			},
			locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
				if blocked {
					return nil
				}
				return s.Locate(ctx, sel, out)
			}}, "block/located"},
		"matches NULL": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			if err := s.Locate(ctx, sel, out); err != nil {
				return err
			}
			for _, m := range sel.Any {
				for _, t := range m.Values {
					if len(m.Via) == 0 && t.Values[0] == nil {
						null := connectors.Selection{Collection: sel.Collection, All: true, Fields: sel.Fields, Where: []connectors.Cond{connectors.NullField(m.Fields[0])}}
						if err := s.Locate(ctx, null, out); err != nil {
							return err
						}
					}
				}
			}
			return nil
		}}, "find/null"},
		"leaks a value in an error": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			err := s.Locate(ctx, sel, out)
			if err != nil && len(sel.Any) > 0 {
				err = fmt.Errorf("looking for %v: %w", sel.Any[0].Values[0].Values, err)
			}
			return err
		}}, "secrets/locate"},
		"leaks a value in a note": {saboteur{apply: func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
			out, err := w.Apply(ctx, do, opt)
			for i := range out {
				for _, a := range do[i].Assign {
					out[i].Notes = append(out[i].Notes, connectors.Diagnostic{Summary: fmt.Sprint("set ", a.To)})
				}
			}
			return out, err
		}}, "secrets/apply"},
		"gives every row without a match": {saboteur{locate: narrowed(func(sel *connectors.Selection) {
			sel.All = len(sel.Any) == 0 && sel.Collection.At != ""
		})}, "find/nothing"},
		"finds nothing in a missing collection": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			if err := s.Locate(ctx, sel, out); !errors.Is(err, connectors.ErrNoCollection) {
				return err
			}
			return nil
		}}, "find/missing-collection"},
		"ignores conditions": {saboteur{locate: narrowed(func(sel *connectors.Selection) { sel.Where = nil })}, "find/cond-in"},
		"has three values": {saboteur{locate: filtered("status", func(v any, conds []connectors.Cond) bool {
			return v != nil && connectors.AllOf(conds...).Fits(connectors.Row{"status": v}, nil)
		})}, "find/cond-not-in"},
		"compares dates as texts": {saboteur{locate: filtered("left_on", func(v any, conds []connectors.Cond) bool {
			s, ok := v.(string)
			return ok && conds[0].Op == connectors.Before && s < conds[0].Time.Format("2006-01-02")
		})}, "find/before"},
		"knows no zone": {saboteur{locate: narrowed(func(sel *connectors.Selection) { sel.Collection.Zone = "" })}, "find/zone"},
		"numbers persons itself": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			n := -1
			return each(ctx, s, sel, func(_ int, values []any) error { n++; return out.Add(n, values...) })
		}}, "find/several"},
		"gives a shared row once": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			seen := map[string]bool{}
			return each(ctx, s, sel, func(p int, values []any) error {
				if k := fmt.Sprint(values); seen[k] {
					return nil
				} else {
					seen[k] = true
				}
				return out.Add(p, values...)
			})
		}}, "find/shared"},
		"gives a row for each match": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			for _, m := range sel.Any {
				one := sel
				one.Any = []connectors.Match{m}
				if err := s.Locate(ctx, one, out); err != nil {
					return err
				}
			}
			return nil
		}}, "find/once"},
		"reads numbers as floats": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			return each(ctx, s, sel, func(p int, values []any) error {
				for i, v := range values {
					if n, ok := v.(int64); ok {
						values[i] = float64(n)
					}
				}
				return out.Add(p, values...)
			})
		}}, "find/whole-numbers"},
		"reads NULL as empty": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			return each(ctx, s, sel, func(p int, values []any) error {
				for i, v := range values {
					if v == nil {
						values[i] = ""
					}
				}
				return out.Add(p, values...)
			})
		}}, "find/texts"},
		"follows a repeated hop once": {saboteur{locate: narrowed(func(sel *connectors.Selection) {
			for i := range sel.Any {
				sel.Any[i].Via = slices.Clone(sel.Any[i].Via)
				for j := range sel.Any[i].Via {
					sel.Any[i].Via[j].Repeat = false
				}
			}
		})}, "find/repeat"},
		"ignores during": {saboteur{locate: narrowed(func(sel *connectors.Selection) {
			for i := range sel.Any {
				sel.Any[i].Via = slices.Clone(sel.Any[i].Via)
				for j := range sel.Any[i].Via {
					sel.Any[i].Via[j].During = nil
				}
			}
		})}, "find/during"},
		"goes on when the reader has gone": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			return each(ctx, s, sel, func(p int, values []any) error { _ = out.Add(p, values...); return nil })
		}}, "limits/reader-gone"},
		"calls the store itself a snapshot":            {saboteur{live: true}, "find/snapshot"},
		"opens what a snapshot held and is gone since": {saboteur{live: true}, "find/snapshot-document"},
		"waits for ever": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			if ctx.Err() != nil {
				<-make(chan bool)
			}
			return s.Locate(ctx, sel, out)
		}}, "limits/cancelled-locate"},
		"panics": {saboteur{locate: func(_ context.Context, _ connectors.Store, sel connectors.Selection, _ *connectors.Rows) error {
			return fmt.Errorf("%s", []string{}[len(sel.Any)])
		}}, "find/all"},
	}
}

func TestSabotageIsToldByTheCaseForIt(t *testing.T) {
	all := sabotage()
	maps.Copy(all, liars())
	maps.Copy(all, optionalLiars())
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.memory = &memory.Connector{}
			sub := subject()
			sub.Connector = s.saboteur
			opt := conformance.Options{Pattern: s.tells}
			if s.tells == "card/exercised" {
				opt.Pattern = ""
			}
			report, err := conformance.Suite(t.Context(), sub, opt)
			if err != nil {
				t.Fatal(err)
			}
			failed := slices.ContainsFunc(report.Failed(), func(r conformance.Result) bool {
				return r.FullName() == s.tells && r.Failure.Likely != "" && len(r.Failure.Lines) > 0
			})
			if !failed || report.Conforms() {
				t.Errorf("%s said nothing", s.tells)
			}
		})
	}
}

func TestReportOfADoubleCounter(t *testing.T) {
	s := sabotage()["counts what it was asked for"].saboteur
	s.memory = &memory.Connector{}
	sub := subject()
	sub.Connector = s
	report, err := conformance.Suite(t.Context(), sub, conformance.Options{Pattern: "delete/twice"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.Print(&out, "protocol 1"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"memory 1.0.0, protocol 1\ndoes: find, delete, set, ensure, block, release, recount, paths, rehearsal, transactions.\n",
		"delete/twice  doing it twice must change nothing the second time\n" +
			"  first call   3 persons: changed 3, already 0, by person map[0:1 1:1 2:1]\n" +
			"  second call  3 persons: changed 3, already 0, by person map[0:1 1:1 2:1]      want changed 0, already 0\n" +
			"  It seems to count what it asked for, not what was there.\n" +
			"  connectors/GUIDE.md#counts      run it alone: --run delete/twice --keep\n",
		"0 passed, 1 failed, in ", "Does not conform.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks\n%s\nit is\n%s", want, out.String())
		}
	}
}
