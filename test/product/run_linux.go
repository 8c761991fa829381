package product

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Result is what a process left behind.
type Result struct {
	Stdout, Stderr string
	Code           int           // -1 where it was killed
	Killed         bool          // by SIGKILL
	Peak           int64         // memory of the largest of its processes, in KiB
	CPU            time.Duration // of all of them
}

// patience is how long processes may outlive the one that started them, and what takes several tries may take, on a machine busy with other things.
const patience = 2 * time.Minute

// Until does something again and again until it says that it is done, for two minutes at most; how often that takes, nobody promises.
func Until(done func() bool) {
	for end := time.Now().Add(patience); !done() && time.Now().Before(end); {
		continue
	}
}

// adopt makes this process the parent of every orphan of its descendants, so that it can wait for them.
func adopt() error {
	const setChildSubreaper = 36 // prctl(2)
	if _, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0); err != 0 {
		return err
	}
	return nil
}

// Run runs dossier and waits until neither it nor any process it started is left. One that stays behind fails the test.
func (h *House) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return h.RunAs(t, "anna", "", args...)
}

// RunAs runs dossier for an operator, with a standard input.
func (h *House) RunAs(t testing.TB, operator, stdin string, args ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(filepath.Join(h.Dir, "dossier"), args...)
	cmd.Dir, cmd.Env = h.Root, h.environment(operator)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := h.watch(cmd.Process.Pid)
	err := cmd.Wait()
	seen()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if left := outlive(cmd.Process.Pid); left {
		t.Errorf("dossier %s: a process it started outlived it", strings.Join(args, " "))
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode(),
		Killed: status.Signaled() && status.Signal() == syscall.SIGKILL, Peak: cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss,
		CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

// outlive waits for the rest of a process group, whose leader has ended; true where it had to be killed.
func outlive(group int) (killed bool) {
	late := time.AfterFunc(patience, func() {
		killed = true
		_ = syscall.Kill(-group, syscall.SIGKILL)
	})
	defer late.Stop()
	for {
		_, err := syscall.Wait4(-group, nil, 0, nil)
		if err != nil && !errors.Is(err, syscall.EINTR) { // no child is left
			return killed
		}
	}
}

// environment is all a process of the house is told.
func (h *House) environment(operator string) []string {
	folders := append(append([]string(nil), h.Others...), h.Connectors)
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "TMPDIR": h.Temp(), "NO_COLOR": "1",
		"DOSSIER_STATE": h.State(), "DOSSIER_KEYS": h.Ring(), "DOSSIER_MAP": h.Map, "DOSSIER_OPERATOR": operator,
		"DOSSIER_NOW": h.Now.Format(time.RFC3339), "DOSSIER_CONNECTORS": strings.Join(folders, string(filepath.ListSeparator)),
	}
	if late := os.Getenv("GOGC"); late != "" && h.most == nil { // tests may have garbage collected late, but where memory is looked at
		env["GOGC"] = late
	}
	if h.World != nil {
		maps.Copy(env, h.Env())
	}
	maps.Copy(env, h.Extra)
	var out []string
	for k, v := range env {
		out = append(out, k+"="+v)
	}
	return out
}

// Must runs dossier where it has to end well, waiting included, and gives its standard output.
func (h *House) Must(t testing.TB, args ...string) string {
	t.Helper()
	r := h.Run(t, args...)
	if r.Code != 0 && r.Code != 4 {
		t.Fatalf("dossier %s ended with %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}
