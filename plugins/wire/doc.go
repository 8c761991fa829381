// Package wire is what travels between Dossier and a connector's process: the handshake, the messages
// of dossier.connector.v1, the encoding of a batch of rows, and the pure functions between them and
// the plain Go of package connectors. It opens nothing and starts nothing; plugins/PROTOCOL.md says the same for
// connectors in other languages.
//
// What is foreign is never trusted: whatever bytes or messages come in, the answer is a value or an
// error, never a panic, and the memory taken is bounded by the bytes received.
package wire

//go:generate ./generate.sh
