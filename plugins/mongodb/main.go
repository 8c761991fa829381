// Command dossier-connector-mongodb serves the mongodb connector.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(mongodb.Connector{}) }
