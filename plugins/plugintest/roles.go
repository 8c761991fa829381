package plugintest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

// roleEnv names the role a process of the test's binary plays.
const roleEnv = "DOSSIER_TEST_ROLE"

// Role is what a process does instead of running tests. It ends when Role returns.
type Role func()

// Roles are the roles of one test binary by name.
type Roles map[string]Role

// Serves is the role of a connector.
func Serves(c connectors.Connector) Role { return func() { serve.Connector(c) } }

// Main is the whole of a TestMain: it plays the role this process was started for, or runs the tests.
func Main(m *testing.M, roles Roles) {
	name, playing := os.LookupEnv(roleEnv)
	if !playing {
		os.Exit(m.Run())
	}
	role, ok := roles[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "no role %q in this test\n", name)
		os.Exit(2)
	}
	role()
	os.Exit(0)
}

// Options are opts changed so that they start this test's binary in the named role.
func Options(name string, opts host.Options) host.Options {
	exe, err := os.Executable()
	if err != nil {
		panic(err) // a test binary that cannot be found
	}
	opts.Binary = exe
	opts.Env = append(opts.Env, roleEnv+"="+name)
	return opts
}

// Start starts the named role as a connector and ends it with the test.
func Start(t testing.TB, name string, opts host.Options) *host.Plugin {
	t.Helper()
	p, err := host.Start(t.Context(), Options(name, opts))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// Command is a process of this test's binary in the named role, not started: a host to be killed, say.
func Command(name string, args ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		panic(err) // a test binary that cannot be found
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+name)
	return cmd
}
