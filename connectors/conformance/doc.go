// Package conformance tells whether a connector keeps the contract of package connectors.
//
// In a test of a connector:
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, conformance.Subject{
//			Connector: sqlite.Connector{},
//			Config:    connectors.Config{"file": filepath.Join(t.TempDir(), "x.db")},
//		})
//	}
//
// `dossier connector test` calls [Suite] on a plugin and prints the [Report].
//
// The suite lays out the same fixtures in every store through [connectors.Fixture], in a scratch system whose
// collections it overwrites. A store that cannot hold all of them says so by a [Shape]; cases that need
// more than the shape holds, or than the card declares, are left out, and a capability that is declared
// though no case could show it fails the suite. What a selection must find is worked out by
// [connectors.Eval] and compared with the selection pushed down and decomposed into key hops.
//
// Every failure names the rule, what came and what was wanted, a likely cause, and the place in
// connectors/GUIDE.md that says more.
package conformance
