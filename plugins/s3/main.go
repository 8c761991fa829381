// Command dossier-connector-s3 serves the s3 connector.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/s3"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(s3.Connector{}) }
