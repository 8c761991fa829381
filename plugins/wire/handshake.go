package wire

import (
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// Version is the major version of the protocol: the v1 of dossier.connector.v1, and the number negotiated.
const Version = 1

// PluginName is the name the one service goes by in go-plugin's set.
const PluginName = "connector"

// BinaryPrefix begins the name of every connector's binary.
const BinaryPrefix = "dossier-connector-"

// Environment of a connector's process, set by the host.
const (
	CookieKey   = "DOSSIER_CONNECTOR_COOKIE"
	CookieValue = "c1b7f6de0d5d4f0c8f3b1f0e2a9b6a47"
	// FixtureEnv is "1" where the host starts the connector to test it: Load and Dump are served.
	FixtureEnv = "DOSSIER_CONNECTOR_FIXTURE"
)

// ParentFD is the file descriptor of the pipe the host holds the other end of. When it can be read to
// its end, the host is gone and the connector exits.
const ParentFD = 3

// Sizes of the wire, in bytes.
const (
	// MaxMessage is the largest message either side accepts. What is larger travels as a Blob.
	MaxMessage = 64 << 20
	// Chunk is how much of a blob, or of a fixture, one message carries.
	Chunk = 256 << 10
	// Window is how much one stream may be ahead of its reader.
	Window = 1 << 20
)

// Handshake is what both sides must agree on before a word is said. The cookie is no secret: it keeps
// people from starting a connector by hand.
var Handshake = plugin.HandshakeConfig{MagicCookieKey: CookieKey, MagicCookieValue: CookieValue}

// Versions is the negotiated set: every major version this build speaks.
func Versions(p plugin.Plugin) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{Version: {PluginName: p}}
}

// ServerOptions and DialOptions set the sizes on either side.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(MaxMessage),
		grpc.InitialWindowSize(Window), grpc.InitialConnWindowSize(Window),
	}
}

// DialOptions are the host's side of [ServerOptions].
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(MaxMessage)),
		grpc.WithInitialWindowSize(Window), grpc.WithInitialConnWindowSize(Window),
	}
}
