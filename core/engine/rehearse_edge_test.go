package engine

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// TestTheEdgeThatIsMissing: what stands in the way of a rehearsal is said as the edge of the map that would let it through.
func TestTheEdgeThatIsMissing(t *testing.T) {
	sys := &datamap.System{Name: "shop", Outside: map[string]string{"cards": "of the gate"}}
	customers := &datamap.Collection{System: sys, Name: "customers", At: "customers"}
	bills := &datamap.Collection{System: sys, Name: "bills", At: "far.bills", Pos: datamap.Pos{File: "shop.yaml", Line: 12}}
	orders := &datamap.Collection{System: sys, Name: "orders", At: "orders"}
	orders.Edges = []*datamap.Edge{{Kind: datamap.RefersTo, From: orders, Fields: []string{"customer_id"}, To: customers, Leave: "keep", Pos: datamap.Pos{File: "shop.yaml", Line: 20}}}
	sys.Collections = []*datamap.Collection{customers, bills, orders}
	ref := connectors.Reference{Fields: []string{"customer_id"}, Target: "customers", Targets: []string{"id"}}
	two := connectors.Reference{Fields: []string{"book", "no"}, Target: "customers", Targets: []string{"book", "no"}}
	for _, c := range []struct {
		table string
		ref   connectors.Reference
		want  string
	}{
		{"far.bills", ref, "the map has no edge bills -> customers: add customer_id: { owned_by: customers } to bills (shop.yaml:12)"},
		{"far.bills", two, "add edges: [{ fields: [book, no], owned_by: customers }] to bills"},
		{"ORDERS", ref, "the map has the edge orders -> customers (shop.yaml:20), and rows of orders stay"},
		{"cards", ref, "the map leaves cards outside: map it instead, with customer_id: { owned_by: customers }"},
		{"permits", ref, "the map does not know permits: add it to system shop, with customer_id: { owned_by: customers }"},
	} {
		if got := edgeWords(sys, c.table, c.ref); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s\nwant %s", c.table, got, c.want)
		}
	}
}
