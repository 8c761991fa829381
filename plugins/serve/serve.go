package serve

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

// garbage is how much a heap may grow before it is collected, in per cent: rows stream through a connector, and what it holds of them
// at once should not depend on how many there are.
const garbage = 30

// Connector serves c until the host says goodbye or is gone, and does not return before that. Started
// by hand it says what it is and ends with exit code 1.
func Connector(c connectors.Connector) {
	if os.Getenv(wire.CookieKey) != wire.CookieValue {
		fmt.Fprintln(os.Stderr, "this is a connector: dossier starts it itself\nhint: try it with `dossier connector test "+os.Args[0]+"`")
		os.Exit(1)
	}
	if err := exitWithParent(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	debug.SetGCPercent(garbage)
	signal.Ignore(syscall.SIGHUP) // a closed terminal is the host's affair, as an interrupt is
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: os.Stderr, JSONFormat: true})
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Versions(&service{server: newServer(c, os.Getenv(wire.FixtureEnv) == "1", log)}),
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, wire.ServerOptions()...)...)
		},
		Logger: log,
	})
}
