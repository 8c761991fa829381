package wire

import _ "embed" // for Proto

// Proto is the protocol as connectors in other languages compile it.
//
//go:embed dossier/connector/v1/connector.proto
var Proto string
