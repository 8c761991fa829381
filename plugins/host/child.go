package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// child is one life of a connector's process.
type child struct {
	process     *process
	client      *plugin.Client
	rpc         pb.ConnectorClient
	description connectors.Description
	sum         string      // of the binary it was started from
	mute        atomic.Bool // it cannot say how far a count or a probe is
}

// launch starts the binary, agrees on a version and asks for the card. Whatever goes wrong, no process is left.
func launch(ctx context.Context, opts Options, clean func(string) string) (*child, error) {
	path, err := filepath.Abs(opts.Binary)
	if err != nil {
		return nil, err
	}
	sum, err := verify(path, opts.SHA256)
	if err != nil {
		return nil, err
	}
	c := &child{sum: sum}
	w := newWords(opts.Log.With("connector", filepath.Base(path)), clean)
	ctx, cancel := context.WithTimeout(ctx, opts.StartTimeout)
	defer cancel()
	c.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Versions(&client{}),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     opts.StartTimeout + opts.Grace, // ours ends first, and says so
		GRPCDialOptions:  wire.DialOptions(),
		Logger:           hclog.NewNullLogger(),
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
			c.process = newProcess(ctx, &exec.Cmd{
				Path: path, Args: append([]string{path}, opts.Args...), Env: environment(cmd.Env, opts),
			}, w)
			return c.process, nil
		},
	})
	if err := c.greet(ctx); err != nil {
		c.end()
		if said := w.said(); said != "" {
			err = fmt.Errorf("%w; it said: %s", err, said)
		}
		return nil, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	return c, nil
}

// environment is all a connector gets: what go-plugin set, where temporary files go, what was asked for.
func environment(plugins []string, opts Options) []string {
	env := append(slices.Clone(plugins), "GOTRACEBACK=none")
	if dir := os.Getenv("TMPDIR"); dir != "" {
		env = append(env, "TMPDIR="+dir)
	}
	if opts.Fixture {
		env = append(env, wire.FixtureEnv+"=1")
	}
	return append(env, opts.Env...)
}

// greet is the handshake. go-plugin knows no context, but the end of ctx kills the process, which ends
// its waiting.
func (c *child) greet(ctx context.Context) error {
	protocol, err := c.client.Client()
	if err == nil {
		var raw any
		if raw, err = protocol.Dispense(wire.PluginName); err == nil {
			c.rpc = raw.(pb.ConnectorClient)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return plain(err)
	}
	answer, err := c.rpc.Describe(ctx, &pb.DescribeRequest{})
	if err != nil {
		return c.broke(ctx, err, nil)
	}
	if answer.GetFault() != nil {
		return wire.FaultError(answer.GetFault(), nil)
	}
	c.description = wire.DescriptionFromProto(answer.GetDescription())
	if !c.process.started() {
		return ctx.Err()
	}
	return nil
}

// plain words for what go-plugin says over several lines.
func plain(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, os.ErrPermission) || errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.New(strings.ToLower(first[:1]) + first[1:])
}

// dead says whether the process has ended.
func (c *child) dead() bool {
	select {
	case <-c.process.gone:
		return true
	default:
		return false
	}
}

// patience is how long a process may take to leave when asked to.
const patience = 2 * time.Second

// end asks the process to leave, kills it when it does not, and waits for it. A stopped process answers
// nothing, so go-plugin's own waiting is cut short by the kill as well.
func (c *child) end() {
	if c.process == nil {
		c.client.Kill()
		return
	}
	late := time.AfterFunc(patience, func() { _ = c.process.Kill(context.Background()) })
	defer late.Stop()
	c.client.Kill()
	if c.process.ran() {
		<-c.process.gone
	}
}

// kill ends the process at once and waits for it.
func (c *child) kill() {
	_ = c.process.Kill(context.Background())
	c.end()
}

// client hands go-plugin's connection on. It serves nothing: that is the connector's.
type client struct{ plugin.NetRPCUnsupportedPlugin }

func (*client) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("a host is no connector")
}

func (*client) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return pb.NewConnectorClient(conn), nil
}
