package servers

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Own is a MariaDB server of one test's own, which may be set as no other test could bear, killed, and started anew. It ends with the test.
type Own struct {
	Admin string // the address of its administrator

	home *mysqlHome
	watched
}

// watched are a server that may be killed, and those that were killed before it.
type watched []*watcher

// endWith ends them with the test.
func (w *watched) endWith(t testing.TB) {
	t.Cleanup(func() {
		for _, one := range slices.Backward(*w) {
			if err := one.end(); err != nil {
				t.Errorf("ending the test's own server: %v", err)
			}
		}
	})
}

// begin starts a server as [account.begin] does.
func (w *watched) begin(as account, dir, ready string, command ...string) error {
	one, err := as.begin(dir, ready, command...)
	if err == nil {
		*w = append(*w, one)
	}
	return err
}

// OwnMySQL starts one with options beside those all test servers have.
func OwnMySQL(t testing.TB, options ...string) *Own {
	t.Helper()
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		home, err := layMySQL(options...)
		if err != nil {
			t.Fatalf("this test needs a MariaDB server of its own: %v\n`make deps` installs one", err)
		}
		o := &Own{Admin: home.url.String(), home: home}
		if failed = o.Start(); failed == nil {
			o.endWith(t)
			return o
		}
		failed = errors.Join(failed, os.RemoveAll(home.dir))
	}
	t.Fatal(failed)
	return nil
}

// Database gives an empty database of the server, as [MySQL] does.
func (o *Own) Database(t testing.TB) Database {
	t.Helper()
	return databaseOn(t, o.home.url)
}

// Start starts the server anew, once it was killed, with what its disk holds, and waits until it lets in whoever comes. Options come after
// those it had before.
func (o *Own) Start(options ...string) error {
	o.home.command = append(o.home.command, options...)
	return o.begin(o.home.as, o.home.dir, mysqlReady, o.home.command...)
}

// Kill ends the server as a power cut does, and waits until it is gone.
func (o *Own) Kill() error { return kill(o.home.dir) }

// kill ends the server whose number stands in a folder, and waits until it is gone.
func kill(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return err
	}
	defer unix.Close(process)
	if err := unix.PidfdSendSignal(process, syscall.SIGKILL, nil, 0); err != nil {
		return err
	}
	return Gone(process)
}

// Gone waits until a process that was killed, named by a descriptor (pidfd_open), has ended.
func Gone(process int) error {
	for { // it can be read from once the process has ended
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(process), Events: unix.POLLIN}}, int(patience.Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n == 0:
			return errors.New("the server outlives being killed")
		default:
			return nil
		}
	}
}
