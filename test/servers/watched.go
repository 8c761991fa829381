package servers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a server may take to say that it is ready, on a machine busy with other things.
const patience = 2 * time.Minute

// watch runs the server named by the arguments after the first, until the pipe that is its input closes; then ends it and removes the
// folder, its first argument. What the server says ends with the server, because the shell itself says nothing.
const watch = `dir=$1; shift
"$@" </dev/null 3<&- & server=$!
exec >/dev/null 2>&1
cat <&3 >/dev/null
kill -QUIT $server; wait $server
rm -rf "$dir"`

// account is whom a server runs as: the one named, where this process may become anybody, else the process's own.
type account struct{ credential *syscall.Credential }

func accountOf(name string) (account, error) {
	if os.Getuid() != 0 {
		return account{}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, fmt.Errorf("root may run no server, and there is no account %s to run it as: %w", name, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, err
}

// lasting has servers keep what was committed, and be given memory, as they do where people's data lives.
var lasting bool

// Lasting has the servers this process starts be what they are in production: a commit is on the disk before it is acknowledged, and there is
// memory for a database of some million rows. Tests, which nobody needs to outlive a loss of power, do without. It has to be called before
// the first server is asked for.
func Lasting() { lasting = true }

// folder is a temporary one that belongs to the account. Short: a socket's path may have 108 bytes.
func (a account) folder(pattern string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	if err == nil && a.credential != nil {
		err = os.Chown(dir, int(a.credential.Uid), int(a.credential.Gid))
	}
	return dir, err
}

// command is a program run as the account, in a session of its own, so that signals meant for the tests do not reach it.
func (a account) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential, Setsid: true}
	return cmd
}

// hold is what keeps a server alive: the end of its watcher's pipe that this process holds. It is never closed but by the end of the
// process, and no process it starts inherits it.
var hold []*os.File

// start runs a server under a watcher, as long as this process lasts, and waits until it says the word that means it is ready.
func (a account) start(dir, ready string, server ...string) error {
	w, err := a.begin(dir, ready, server...)
	if err == nil {
		hold = append(hold, w.mine)
	}
	return err
}

// watcher is one that runs.
type watcher struct {
	mine *os.File
	cmd  *exec.Cmd
}

// end ends the server and waits until it and its folder are gone.
func (w *watcher) end() error { return errors.Join(w.mine.Close(), w.cmd.Wait()) }

// begin runs a server under a watcher and waits until it says the word that means it is ready.
func (a account) begin(dir, ready string, server ...string) (*watcher, error) {
	watched, mine, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	said, says, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := a.command(dir, "/bin/sh", append([]string{"-c", watch, "watch", dir}, server...)...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = says, says, []*os.File{watched}
	err = cmd.Start()
	watched.Close()
	says.Close()
	if err != nil {
		return nil, errors.Join(err, mine.Close(), said.Close())
	}
	if err := listen(said, ready); err != nil {
		return nil, errors.Join(fmt.Errorf("%s %w", server[0], err), mine.Close(), cmd.Wait())
	}
	return &watcher{mine, cmd}, nil
}

// listen waits for the word, and goes on reading after it.
func listen(said *os.File, ready string) error {
	found, ended := make(chan struct{}), make(chan string, 1)
	go func() {
		defer said.Close()
		var last []string
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			if strings.Contains(lines.Text(), ready) {
				close(found)
				_, _ = io.Copy(io.Discard, said)
				return
			}
			if last = append(last, lines.Text()); len(last) > 20 {
				last = last[1:]
			}
		}
		ended <- strings.Join(last, "\n")
	}()
	select {
	case <-found:
		return nil
	case text := <-ended:
		return fmt.Errorf("did not start:\n%s", text)
	case <-time.After(patience):
		return fmt.Errorf("was not ready after %s", patience)
	}
}
