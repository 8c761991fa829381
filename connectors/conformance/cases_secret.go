package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// planted stands where a secret or a person's value would, and must come up in no error and no diagnostic.
const planted = "Planted-85010112345-Secret"

func secretCases() []Case {
	people := []string{"people.name"}
	return []Case{
		{Group: "secrets", Name: "setting-missing", Anchor: "settings", Rule: "a required setting that is missing is a Diagnostics naming it", Run: settingMissing},
		{Group: "secrets", Name: "setting-unknown", Anchor: "settings", Rule: "an unknown setting is a Diagnostics naming it, without its value", Run: settingUnknown},
		{Group: "secrets", Name: "setting-secret", Anchor: "settings", Rule: "no secret setting comes up in an error", Run: settingSecret},
		{Group: "secrets", Name: "locate", Anchor: "secrets", Rule: "no value comes up in an error of Locate", Needs: people, Run: secretLocate},
		{Group: "secrets", Name: "apply", Anchor: "secrets", Rule: "no value comes up in an error, outcome or note of Apply", Needs: people, Can: changes, Run: secretApply},
		{Group: "secrets", Name: "rows", Anchor: "secrets", Rule: "no value of a row comes up in an error about it", Needs: people, Can: changes, Run: secretRows},
	}
}

// opens tries a config, and gives the error.
func opens(ctx context.Context, b *Bench, c connectors.Config) error {
	s, err := b.Subject.Connector.Open(ctx, c)
	if err == nil {
		return s.Close()
	}
	return err
}

// names checks that err is Diagnostics about a setting, and holds nothing planted.
func names(err error, setting string) error {
	likely := "Description.Check finds missing and unknown settings and names them; Open returns what it says."
	var d connectors.Diagnostics
	if !errors.As(err, &d) {
		return Fail(likely).Came("Open", "%T", err).Want("connectors.Diagnostics")
	}
	if leaks(fmt.Sprintf("%v %+v", err, d)) {
		return Fail(likely).Came("Open", "an error with the value of the setting in it").Want("its name alone")
	}
	for _, x := range d {
		if strings.HasSuffix(x.Path, setting) {
			return nil
		}
	}
	return Fail(likely).Came("Path of the diagnostics", "without %s", setting).Want("config.%s", setting)
}

func settingMissing(ctx context.Context, b *Bench) error {
	for _, s := range b.Card.Config {
		if !s.Required {
			continue
		}
		c := maps.Clone(b.Subject.Config)
		delete(c, s.Name)
		if err := names(opens(ctx, b, c), s.Name); err != nil {
			return err
		}
	}
	return nil
}

func settingUnknown(ctx context.Context, b *Bench) error {
	c := maps.Clone(b.Subject.Config)
	if c == nil {
		c = connectors.Config{}
	}
	c["no_such_setting"] = planted
	return names(opens(ctx, b, c), "no_such_setting")
}

func settingSecret(ctx context.Context, b *Bench) error {
	for _, s := range b.Card.Config {
		if !s.Secret {
			continue
		}
		c := maps.Clone(b.Subject.Config)
		c[s.Name] = planted
		if err := opens(ctx, b, c); err != nil && leaks(fmt.Sprintf("%v %+v", err, err)) {
			return Fail("Errors of drivers quote addresses with passwords in them; say what failed in words of your own.").
				Came("Open with a wrong "+s.Name, "an error with the secret in it").Want("its name alone")
		}
	}
	return nil
}

func leaks(s string) bool { return strings.Contains(s, planted) || strings.Contains(s, "85010112345") }

// quiet checks that neither err nor the outcomes hold what was planted.
func quiet(label string, err error, out []connectors.Outcome) error {
	said := fmt.Sprintf("%v %+v", err, err)
	for _, o := range out {
		said += fmt.Sprintf(" %+v %+v %s", o, []connectors.Diagnostic(o.Notes), o.ID)
	}
	if leaks(said) {
		return Fail("Errors of drivers quote values; say which collection, field or constraint, in words of your own.").
			Came(label, "an error or note with a value in it").Want("none")
	}
	return nil
}

func secretLocate(ctx context.Context, b *Bench) error {
	by := b.Lookup("people")
	missing, field, wrong := b.ask("people", by, planted), b.ask("people", "no_such_field", planted), b.ask("people", by, planted)
	missing.Collection.At = "nowhere/" + missing.Collection.At
	wrong.Fields = []string{"no_such_field"}
	if err := b.Lay(ctx, "people"); err != nil {
		return err
	}
	for label, sel := range map[string]connectors.Selection{"missing collection": missing, "missing field": field, "missing field asked for": wrong,
		"a text for a number": b.ask("people", b.Collection("people").Key[0], planted)} {
		_, err := b.locate(ctx, sel)
		if err := quiet("locate, "+label, err, nil); err != nil {
			return err
		}
		if c, ok := connectors.As[connectors.Counter](b.Store); ok {
			_, err := c.Count(ctx, []connectors.Selection{sel})
			if err := quiet("count, "+label, err, nil); err != nil {
				return err
			}
		}
		if p, ok := connectors.As[connectors.Prober](b.Store); ok {
			_, _, err := p.Probe(ctx, sel)
			if err := quiet("probe, "+label, err, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func secretApply(ctx context.Context, b *Bench) error {
	by := b.Lookup("people")
	var do []connectors.Treatment
	if b.Card.Does(connectors.Delete) {
		missing := deletePeople(b, 1)
		missing.On = b.ask("people", by, planted)
		missing.On.Collection.At = "nowhere/" + missing.On.Collection.At
		field := deletePeople(b, 1)
		field.On = b.ask("people", "no_such_field", planted)
		do = append(do, missing, field)
	}
	if b.Card.Does(connectors.Set) {
		key := b.Collection("people").Key[0]
		do = append(do, setOn(b.People(1), connectors.Assign{Field: "no_such_field", To: planted}),
			setOn(b.People(1, 3), connectors.Assign{Field: key, To: planted}),
			setOn(b.People(1), connectors.Assign{Field: "name", To: "x", From: []any{planted}}))
	}
	for _, t := range do {
		out, err := b.apply(ctx, t)
		if err := quiet(string(t.Verb), err, out); err != nil {
			return err
		}
		if err := b.Lay(ctx, "people"); err != nil {
			return err
		}
	}
	return nil
}

// secretRows plants the value in rows, and has them meet a ceiling, a conflict and a host that says no.
func secretRows(ctx context.Context, b *Bench) error {
	row := maps.Clone(b.person(1))
	row["name"] = planted
	b.laid["people"] = []connectors.Row{row}
	if err := b.fixture.Load(ctx, map[string][]connectors.Row{b.Collection("people").At: b.laid["people"]}); err != nil {
		return err
	}
	over := b.touch(1)
	over.AtMost = 0
	over.Capture = []string{"name"}
	do := []connectors.Treatment{over}
	if b.Card.Does(connectors.Set) {
		do = append(do, setOn(b.People(1), connectors.Assign{Field: "name", To: "x", From: []any{"y"}}))
	}
	for _, t := range do {
		out, err := b.apply(ctx, t)
		if err := quiet(string(t.Verb), err, out); err != nil {
			return err
		}
	}
	opt := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return connectors.ErrRefused }}
	out, err := b.applyWith(ctx, opt, b.touch(1))
	return quiet("refused", err, out)
}
