package rowfile

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzScan: what is taken for JSON is what encoding/json takes for it, and the members of an object are those it finds.
func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":{"c":[1,-0.5e+7,true,null,"\u0142\n"]},"a":"z"}`, ` {} `, `[`, `[1,]`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1,}`, `{"a":1}x`, `01`, `-`, `1.`, `1e`, `.5`, `+1`,
		`"\x"`, `"\u12g4"`, "\"\x01\"", "\"\xff\"", `{"` + "\xff" + `":1}`, `tru`, `nul`, `{"\u0061":2}`, `{"":0}`, `"`, `"\`, `{"a":1 "b":2}`, `[1 2]`, ``, ` `, `1 `, `-0`, `1E-3`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		at := skipSpace(raw, 0)
		end := jsonEnd(raw, at, 0)
		if got, want := end > 0 && skipSpace(raw, end) == len(raw), json.Valid(raw); got != want {
			t.Fatalf("%.200q: valid is %t, want %t", raw, got, want)
		}
		list, ok := members(nil, raw)
		var want map[string]json.RawMessage
		if err := json.Unmarshal(raw, &want); ok != (err == nil && want != nil) {
			t.Fatalf("%.200q: an object is %t, and %v", raw, ok, err)
		}
		if !ok {
			return
		}
		r := &jsonRecord{raw: raw, list: list}
		for name, value := range want {
			got, there := r.Value(name)
			if !there || got != FromJSON(value) {
				t.Errorf("%.200q: %q is %#v, want %#v", raw, name, got, FromJSON(value))
			}
		}
		for _, name := range r.Names() {
			if _, known := want[name]; !known {
				t.Errorf("%.200q: there is no %q", raw, name)
			}
		}
	})
}

// TestNested: values nest as deep as encoding/json lets them.
func TestNested(t *testing.T) {
	for _, deep := range []int{maxNested, maxNested + 1} {
		raw := []byte(strings.Repeat("[", deep) + strings.Repeat("]", deep))
		if got, want := jsonEnd(raw, 0, 0) > 0, json.Valid(raw); got != want {
			t.Errorf("%d deep: %t, want %t", deep, got, want)
		}
	}
}
