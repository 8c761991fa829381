// Command dossier-connector-files serves the files connector.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(files.Connector{}) }
