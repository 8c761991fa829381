package manifests

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestSchemas(t *testing.T) {
	names := Schemas()
	if !slices.Equal(names, []string{"controller", "system"}) {
		t.Fatalf("there are %v", names)
	}
	for _, n := range names {
		b, err := Schema(n)
		if err != nil || !json.Valid(b) {
			t.Errorf("%s: %v, %d bytes", n, err, len(b))
		}
	}
	if _, err := Schema("../cooperative/controller"); err == nil {
		t.Error("a schema outside the folder")
	}
}
