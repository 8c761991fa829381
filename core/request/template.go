package request

import (
	"encoding/json"
	"strings"
	"time"
)

// Template is a request to be filled in, as indented JSON: everything the right needs, empty where a person has to write. Parsed as it
// is it says what is missing.
func Template(right Right, id string, received time.Time) ([]byte, error) {
	type object = map[string]any
	t := []struct {
		name  string
		value any
	}{
		{"id", id},
		{"right", right},
		{"subject", object{"identifiers": []object{{"kind": "", "value": "", "verified": false}}}},
		{"received_at", received.Format(time.RFC3339)},
		{"asked", object{"channel": "office"}},
	}
	add := func(name string, value any) {
		t = append(t, struct {
			name  string
			value any
		}{name, value})
	}
	if Grounds[right] != nil {
		add("ground", Grounds[right][0])
	}
	switch right {
	case Erasure, Restriction, Portability:
		add("scope", object{"categories": []string{""}})
	case Objection, Withdrawal:
		add("scope", object{"purposes": []string{""}})
	case Rectification:
		add("corrections", []object{{"category": "", "from": "", "to": ""}})
	}
	if right == Lift {
		add("restriction", object{"of": ""})
	}
	add("reply", object{"channel": "post", "address": "", "language": "pl"})
	var b strings.Builder
	b.WriteString("{\n")
	for i, m := range t {
		v, err := json.MarshalIndent(m.value, "  ", "  ")
		if err != nil {
			return nil, err
		}
		comma := ","
		if i == len(t)-1 {
			comma = ""
		}
		b.WriteString("  \"" + m.name + "\": " + string(v) + comma + "\n")
	}
	b.WriteString("}\n")
	return []byte(b.String()), nil
}
