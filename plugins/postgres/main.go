// Command dossier-connector-postgres serves the postgres connector.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(postgres.Connector{}) }
