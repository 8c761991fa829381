// Package serve makes a process out of a connector. A main is one line:
//
//	func main() { serve.Connector(sqlite.Connector{}) }
//
// The process is started by a host (package host) and by nobody else. It speaks dossier.connector.v1,
// exits when its host is gone, and keeps what it was told to itself: a panic is answered with the name
// of the method alone, and the log knows methods and durations, never a value.
package serve
