package main

import (
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/tombstone"
)

// usageError is bad input: exit 2.
type usageError struct {
	err  error
	hint string
}

func usage(err error, hint string) error { return usageError{err, hint} }

func usagef(hint, format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...), hint}
}

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

// hintedError is any error with what to do about it.
type hintedError struct {
	error
	hint string
}

func hinted(err error, hint string) error { return hintedError{err, hint} }

func (h hintedError) Unwrap() error { return h.error }

// meaning is an error's exit code and what to do about it.
func meaning(err error) (code int, hint string) {
	var said engine.Hinted
	if errors.As(err, &said) {
		hint = said.Hint
	}
	var own hintedError
	if errors.As(err, &own) {
		hint = own.hint
	}
	var bad usageError
	var problems request.Problems
	var stale engine.Stale
	var wait waitsBecause
	var before engine.Waiting
	var wrong engine.WrongAnswer
	var unfit engine.Unfit
	switch {
	case errors.As(err, &wait), errors.As(err, &before):
		return exitWaits, hint
	case errors.As(err, &bad):
		return exitUsage, bad.hint
	case errors.As(err, &problems):
		return exitUsage, hint
	case errors.As(err, &stale), errors.Is(err, engine.ErrNotApproved), errors.Is(err, engine.ErrNotApplicable), errors.Is(err, engine.ErrExpired):
		return exitStale, hint
	case errors.Is(err, engine.ErrState), errors.Is(err, engine.ErrArchiveEnded), errors.Is(err, planner.ErrUnlike), errors.As(err, &wrong), errors.As(err, &unfit):
		return exitUsage, hint
	case errors.Is(err, engine.ErrConflict), errors.Is(err, state.ErrNotFound), errors.Is(err, state.ErrExists):
		if hint == "" {
			hint = "dossier request list"
		}
		return exitUsage, hint
	case errors.Is(err, tombstone.ErrTooMany):
		return exitWaits, ""
	case errors.Is(err, connectors.ErrTryLater):
		return exitWaits, "try again when the store answers"
	}
	return exitFailed, hint
}

// waitsBecause is a command that could not go on because the request waits for something: exit 4.
type waitsBecause struct{ error }

func (w waitsBecause) Unwrap() error { return w.error }
