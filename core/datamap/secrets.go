package datamap

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

var secretName = regexp.MustCompile(`(?i)(^|_)(password|passwd|pass|pwd|secret|token|credentials?|private_key|api_?key|access_?key|dsn)($|_)`)

// OnlyVariables says whether a value is made of ${ENV} alone.
func OnlyVariables(v string) bool { return variable.ReplaceAllString(v, "") == "" && v != "" }

// credentials says whether an address carries a password that is not a variable.
func credentials(v string) bool {
	masked := variable.ReplaceAllString(v, "_")
	if _, rest, ok := strings.Cut(masked, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		if user, _, ok := strings.Cut(host, "@"); ok {
			if _, pw, ok := strings.Cut(user, ":"); ok && pw != "_" {
				return true
			}
		}
	}
	if _, query, ok := strings.Cut(masked, "?"); ok {
		if q, err := url.ParseQuery(query); err == nil {
			for name, values := range q {
				if secretName.MatchString(name) && strings.Trim(strings.Join(values, ""), "_") != "" {
					return true
				}
			}
		}
	}
	return strings.Contains(masked, "password=") && !strings.Contains(masked, "password=_")
}

// writtenOut says whether a setting holds what belongs into the environment: a secret by its name, a password in an
// address, or the address of a store.
func writtenOut(name, value string) bool {
	if OnlyVariables(value) {
		return false
	}
	if secretName.MatchString(name) || credentials(value) {
		return true
	}
	scheme, _, isURL := strings.Cut(value, "://")
	return isURL && scheme != "http" && scheme != "https" && scheme != "file" && !variable.MatchString(value)
}

// config reads the settings of a system, unresolved.
func (l *loader) config(s *System, n *mapfile.Node) {
	s.Config, s.ConfigPos = map[string]string{}, map[string]Pos{}
	n.Each(func(k, v *mapfile.Node) {
		s.Config[k.Value], s.ConfigPos[k.Value] = v.Text(), pos(v)
		if writtenOut(k.Value, v.Text()) {
			l.r.Error(v, "%s is written out; a secret has no place in the map", k.Value).
				Hint("%s: ${%s_%s}", k.Value, strings.ToUpper(s.Name), strings.ToUpper(k.Value))
		}
		if strings.Contains(variable.ReplaceAllString(v.Text(), ""), "${") {
			l.r.Error(v, "cannot read the variable in %s", k.Value).Hint("${NAME}, letters, digits and _")
		}
	})
}
