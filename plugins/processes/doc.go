// Package processes holds the cases of the conformance suite that only a connector in a process of its
// own can pass or fail: what happens to its work when its host is killed, when it is killed itself, when
// nobody answers it. `dossier connector test BINARY` adds them to the suite:
//
//	conformance.Suite(ctx, subject, conformance.Options{Extra: processes.Cases(opts)})
//
// Each case starts a second process of the same binary on the same scratch system, and looks at what
// is left through the first. A store in memory has nothing in common with it and is looked at as it can be.
package processes
