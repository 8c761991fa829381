// Command dossier-connector-memory serves the memory connector; its systems live as long as the process.
package main

import (
	"github.com/dossier-dsr/dossier/connectors/memory"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

func main() { serve.Connector(&memory.Connector{}) }
