package clinic_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

func TestMain(m *testing.M) {
	b, remove, err := product.Make("", "postgres", "mysql", "mongodb", "s3")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = b
	code := m.Run()
	remove()
	os.Exit(code)
}

// house is an installation beside the clinic's stores.
type house struct {
	*product.House
	*clinic.Stores
}

func newHouse(t *testing.T, opt sample.Options) *house {
	t.Helper()
	s := clinic.Lay(t, opt)
	h := &house{House: built.Empty(t, clinic.MapDir(t)), Stores: s}
	h.Extra = s.Env()
	for _, system := range []string{"records", "billing"} {
		for _, what := range []string{"grants", "install"} {
			s.Administer(t, system, h.Must(t, "connector", what, system))
		}
	}
	return h
}
