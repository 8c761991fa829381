//go:build unix

package files

import "syscall"

// nonblock keeps open from waiting where a named pipe was put in the place of a file.
const nonblock = syscall.O_NONBLOCK
