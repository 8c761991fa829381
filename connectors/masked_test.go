package connectors

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNothingPrintsValues(t *testing.T) {
	const secret = "85010112345"
	tuple := Tuple{Values: []any{secret}}
	sel := Selection{Any: []Match{{Fields: []string{"pesel"}, Values: []Tuple{tuple}, Via: []Hop{{If: []Cond{InValues("f", secret)}}}}},
		Where: []Cond{AllOf(InValues("f", secret))}}
	assign := Assign{Field: "f", To: secret, From: []any{secret}, Derive: []byte(secret)}
	keys := &Keys{Fields: []string{"pesel"}, Tuples: []Tuple{tuple}}
	for name, v := range map[string]any{
		"Row": Row{"pesel": secret}, "Tuple": tuple, "Keys": keys, "Assign": assign, "Cond": InValues("f", secret),
		"Config": Config{"token": secret}, "Batch": Batch{Values: [][]any{{secret}}}, "Blob": Blob{ID: secret, Name: secret},
		"Selection": sel, "Treatment": Treatment{On: sel, Assign: []Assign{assign}},
		"Outcome": Outcome{Conflicts: []Row{{"pesel": secret}}, LinkKeys: keys},
		"rows":    []Row{{"pesel": secret}}, "tuples": []Tuple{tuple},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			said := fmt.Sprintf(verb, v)
			if strings.Contains(said, secret) || strings.Contains(said, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s prints its values with %s", name, verb)
			}
		}
		if name == "rows" || name == "tuples" {
			continue // a slice has no LogValue; log what is in it one by one
		}
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s logs its values: %s", name, out.String())
		}
	}
}
