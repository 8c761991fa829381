package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
)

// most is how much of any input is read.
const most = 16 << 20

// read reads a file, or standard input for -. Where nobody writes (a pipe, a terminal) it ends with ctx.
func (a *app) read(ctx context.Context, name string) ([]byte, error) {
	return await(ctx, func() ([]byte, error) {
		in := a.in
		if name != "-" {
			f, err := os.Open(name)
			if err != nil {
				return nil, err
			}
			defer func() { _ = f.Close() }()
			in = f
		}
		b, err := io.ReadAll(io.LimitReader(in, most+1))
		if err == nil && len(b) > most {
			err = errors.New("it is too large")
		}
		return b, err
	})
}

// readFile is read with an error that says what could not be read.
func (a *app) readFile(ctx context.Context, what, name string) ([]byte, error) {
	b, err := a.read(ctx, name)
	if err != nil && ctx.Err() == nil {
		return nil, usagef("", "the %s file %s cannot be read", what, name)
	}
	return b, err
}

// readLine reads one line of standard input.
func (a *app) readLine(ctx context.Context) (string, error) {
	return await(ctx, func() (string, error) {
		line, err := bufio.NewReader(a.in).ReadString('\n')
		if line != "" {
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	})
}

// await runs what may block for ever, and leaves it behind when ctx ends.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
