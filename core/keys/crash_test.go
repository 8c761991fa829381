//go:build unix

package keys

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMain lets this binary play the process that dies: it destroys a month and is killed at a named instant of the write.
func TestMain(m *testing.M) {
	if point := os.Getenv("DOSSIER_TEST_DIE_AT"); point != "" {
		crashpoint = func(at string) {
			if at == point {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		r, err := Open(os.Getenv("DOSSIER_TEST_RING"), "")
		if err == nil {
			err = r.Destroy(Requests, "2026-11", now)
		}
		if err != nil {
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Killed at any instant of a write, the ring is the old one or the new one; what was left over is overwritten by the next start,
// and destroying again destroys.
func TestKilledWhileWriting(t *testing.T) {
	for point, destroyed := range map[string]bool{"written": false, "linked": false, "renamed": true, "never": true} {
		t.Run(point, func(t *testing.T) {
			r, path := ring(t)
			_, gone, _ := r.NewDataKey("2026-11")
			_, stays, _ := r.NewDataKey("2026-12")
			key := base64.StdEncoding.EncodeToString(r.in.Months[Requests]["2026-11"].Key)
			die(t, point, path)
			var old *os.File // what would be left in the disk's blocks
			if f, err := os.Open(path + suffixOld); err == nil {
				old = f
				defer func() { _ = f.Close() }()
			}
			again, err := Open(path, "")
			if err != nil {
				t.Fatal(err)
			}
			if leftovers(path) {
				t.Error("something was left over")
			}
			if _, err := again.Unwrap(stays); err != nil {
				t.Errorf("the other month was lost: %v", err)
			}
			if _, err := again.Unwrap(gone); (err != nil) != destroyed {
				t.Errorf("destroyed %v: %v", destroyed, err)
			}
			if err := again.Destroy(Requests, "2026-11", now); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Unwrap(gone); err == nil {
				t.Error("not destroyed in the end")
			}
			files, _ := filepath.Glob(path + "*")
			for _, f := range files {
				if b, _ := os.ReadFile(f); bytes.Contains(b, []byte(key)) {
					t.Errorf("%s holds the key", filepath.Base(f))
				}
			}
			if old != nil && destroyed {
				b := make([]byte, 1<<16)
				if n, _ := old.ReadAt(b, 0); n == 0 || bytes.Contains(b[:n], []byte(key)) {
					t.Error("the replaced content was not overwritten")
				}
			}
		})
	}
}

func die(t *testing.T, point, path string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DOSSIER_TEST_DIE_AT="+point, "DOSSIER_TEST_RING="+path)
	err := cmd.Run()
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if point == "never" {
		if err != nil {
			t.Fatal(err)
		}
	} else if status.Signal() != syscall.SIGKILL {
		t.Fatalf("the process was not killed at %s: %v", point, err)
	}
}
