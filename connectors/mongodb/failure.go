package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/dossier-dsr/dossier/connectors"
)

// Codes of the server that something is done about (https://www.mongodb.com/docs/manual/reference/error-codes/).
const (
	codeUnauthorized   = 13
	codeAuthentication = 18
	codeNamespace      = 48 // a collection of the name is there
	codeInvalidates    = 121
	codeConflict       = 112 // WriteConflict: another transaction holds the document
	codeTooLarge       = 10334
)

// away are codes of a server that is going, coming back or giving way to another: what it does not do now it does later. It does not mark all of them for readers.
var away = []int{6, 7, 24, 46, 50, 89, 91, 134, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436}

// fixed are codes of collections that are not as others: views, capped and time-series collections.
var fixed = []int{20, 72, 166, 10003, 10101}

// codeImmutable is of fields that never change: an _id, and before 4.2 what documents are distributed by.
const codeImmutable = 66

// codesOfShards are of changes of what documents are distributed by, that would move them to another server.
var codesOfShards = []int{283, 31025}

// failure says what went wrong in words of the contract. What the server says is not passed on: it quotes values and addresses.
func failure(ctx context.Context, doing string, err error) error {
	var answered mongo.ServerError
	var early driver.Error // of the handshake
	var selection topology.ServerSelectionError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case errors.As(err, &early) && early.Code == codeAuthentication:
		return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + settingURL, Summary: "the server does not know the account", Detail: "look at name, password and authSource"}}
	case errors.As(err, &selection):
		return fmt.Errorf("%s: %w: no server answers", doing, connectors.ErrTryLater)
	case mongo.IsDuplicateKeyError(err):
		return fmt.Errorf("%s: %w: a unique index has the value already", doing, connectors.ErrConflict)
	case mongo.IsNetworkError(err), mongo.IsTimeout(err), errors.Is(err, mongo.ErrClientDisconnected): // before what the server says: the driver makes it say this
		return fmt.Errorf("%s: %w: the connection to the server failed", doing, connectors.ErrTryLater)
	case errors.Is(err, driver.ErrDocumentTooLarge):
		return fmt.Errorf("%s: %w", doing, errTooLarge)
	case errors.As(err, &answered):
		return fmt.Errorf("%s: %w", doing, spoken(answered))
	}
	return fmt.Errorf("%s: the driver could not do it", doing)
}

// errTooLarge: a document may have 16 MiB, and so may what a change of it says: what it compares, and what it writes.
var errTooLarge = fmt.Errorf("%w: what is to be changed in one document, and what it is compared with, are larger than the server takes in one command (16 MiB): divide its array among documents", connectors.ErrNotSupported)

// has says whether the server answered with one of some codes.
func has(e mongo.ServerError, codes []int) bool { return slices.ContainsFunc(codes, e.HasErrorCode) }

// unsure says whether something was written that may still be lost.
func unsure(e mongo.ServerError) bool {
	var bulk mongo.BulkWriteException
	var one mongo.WriteException
	switch {
	case errors.As(e, &bulk):
		return bulk.WriteConcernError != nil && len(bulk.WriteErrors) == 0
	case errors.As(e, &one):
		return one.WriteConcernError != nil && len(one.WriteErrors) == 0
	}
	return false
}

func spoken(e mongo.ServerError) error {
	switch {
	case e.HasErrorCode(codeUnauthorized), e.HasErrorCode(codeAuthentication):
		return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + settingURL, Summary: "the account may not do this",
			Detail: "dossier connector grants SYSTEM prints the role it needs"}}
	case e.HasErrorLabel(driver.UnknownTransactionCommitResult):
		return fmt.Errorf("%w: whether it was committed is not known", connectors.ErrTryLater)
	case unsure(e):
		return fmt.Errorf("%w: it was written, and too few servers of the set have it yet", connectors.ErrTryLater)
	case has(e, away):
		return fmt.Errorf("%w: the server is giving way to another, or has no time", connectors.ErrTryLater)
	case e.HasErrorCode(codeConflict), e.HasErrorLabel("TransientTransactionError"), e.HasErrorLabel("RetryableWriteError"):
		return fmt.Errorf("%w: others are changing the documents", connectors.ErrTryLater)
	case has(e, fixed):
		return notSupported("the server does not do this to the collection: it may be a view, capped, or one of measurements over time")
	case e.HasErrorCode(codeImmutable), has(e, codesOfShards):
		return notSupported("a field by which the server distributes documents, or names them, is not changed here")
	case e.HasErrorCode(codeInvalidates):
		return fmt.Errorf("%w: the collection's validator does not take the document", connectors.ErrConflict)
	case e.HasErrorCode(codeTooLarge):
		return errTooLarge
	}
	var c mongo.CommandError
	if errors.As(e, &c) {
		return fmt.Errorf("the server refused it (%d %s)", c.Code, c.Name)
	}
	return errors.New("the server refused it")
}
