// Command dossier-connector-sqlite serves the sqlite connector.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(sqlite.Connector{}) }
