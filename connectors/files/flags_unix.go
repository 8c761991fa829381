//go:build unix

package files

import "syscall"

const (
	nonblock = syscall.O_NONBLOCK // open does not wait where a named pipe was put in the place of a file
	nofollow = syscall.O_NOFOLLOW
)
