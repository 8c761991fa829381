package host

import (
	"regexp"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// What was sent, for the cleaner: one function a kind of call.

func sentSelections(sels ...connectors.Selection) func(add func(any)) {
	return func(add func(any)) {
		for _, s := range sels {
			for _, m := range s.Any {
				for _, h := range m.Via {
					sentConds(h.If, add)
					sentConds(h.Then, add)
				}
				for _, t := range m.Values {
					for _, v := range t.Values {
						add(v)
					}
				}
			}
			sentConds(s.Where, add)
		}
	}
}

func sentConds(conds []connectors.Cond, add func(any)) {
	for _, c := range conds {
		for _, v := range c.Values {
			add(v)
		}
		sentConds(c.Kids, add)
	}
}

func sentTreatments(do []connectors.Treatment) func(add func(any)) {
	return func(add func(any)) {
		for _, t := range do {
			sentSelections(t.On)(add)
			for _, a := range t.Assign {
				add(a.To)
				add(a.Derive)
				for _, v := range a.From {
					add(v)
				}
			}
		}
	}
}

func sentRows(rows map[string][]connectors.Row) func(add func(any)) {
	return func(add func(any)) {
		for _, list := range rows {
			for _, r := range list {
				for _, v := range r {
					add(v)
				}
			}
		}
	}
}

var (
	urlPassword = regexp.MustCompile(`:([^:/@\s]+)@`)
	keyPassword = regexp.MustCompile(`(?i)(?:password|passwd|pwd|token|secret|key)=([^\s&;]+)`)
)

// sentConfig is the values of settings declared secret, and of any other what looks like a password.
func sentConfig(d connectors.Description, config connectors.Config) func(add func(any)) {
	secret := map[string]bool{}
	for _, s := range d.Config {
		secret[s.Name] = s.Secret
	}
	return func(add func(any)) {
		for name, v := range config {
			if declared, known := secret[name]; declared || !known {
				add(v)
			}
			for _, pattern := range []*regexp.Regexp{urlPassword, keyPassword} {
				for _, m := range pattern.FindAllStringSubmatch(v, -1) {
					add(strings.Trim(m[1], `"'`))
				}
			}
		}
	}
}
