// Command dossier-connector-mysql serves the mysql connector.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/mysql"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(mysql.Connector{}) }
