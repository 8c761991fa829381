// Package whose asks whose row is touched: with shared and re-issued identifiers, names that are prefixes of others, keys that are
// given away anew, and rows that come between plan and work. The product runs as processes of its own.
package whose

import (
	"fmt"
	"os"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

func TestMain(m *testing.M) {
	if file := os.Getenv(hammering); file != "" {
		if err := hammer(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	b, remove, err := product.Make("failpoints")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = b
	code := m.Run()
	remove()
	os.Exit(code)
}
