package datamap

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// Settings are the system's settings with every ${ENV} resolved. The error names each setting and variable that
// is missing, never a value.
func (s *System) Settings(getenv func(string) string) (map[string]string, error) {
	out := map[string]string{}
	var missing []error
	for _, name := range slices.Sorted(maps.Keys(s.Config)) {
		out[name] = variable.ReplaceAllStringFunc(s.Config[name], func(v string) string {
			env := variable.FindStringSubmatch(v)[1]
			value := getenv(env)
			if value == "" {
				missing = append(missing, fmt.Errorf("system %s: the setting %s needs the environment variable %s, and it is not set", s.Name, name, env))
			}
			return value
		})
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	return out, nil
}
