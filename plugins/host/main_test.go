package host_test

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors/memory"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

func TestMain(m *testing.M) {
	plugintest.Main(m, plugintest.Roles{
		"memory": plugintest.Serves(&memory.Connector{}),
		"stub":   plugintest.Serves(stub{}),
		"host":   doomedHost,
		"mute":   func() { <-time.After(time.Hour) },
		"babble": babble,
	})
}
