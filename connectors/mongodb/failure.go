package mongodb

import (
	"context"
	"errors"
	"fmt"

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
	case errors.As(err, &answered):
		return fmt.Errorf("%s: %w", doing, spoken(answered))
	}
	return fmt.Errorf("%s: the driver could not do it", doing)
}

func spoken(e mongo.ServerError) error {
	switch {
	case e.HasErrorCode(codeUnauthorized), e.HasErrorCode(codeAuthentication):
		return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + settingURL, Summary: "the account may not do this",
			Detail: "dossier connector grants SYSTEM prints the role it needs"}}
	case e.HasErrorCode(codeConflict), e.HasErrorLabel("TransientTransactionError"), e.HasErrorLabel("RetryableWriteError"):
		return fmt.Errorf("%w: others are changing the documents", connectors.ErrTryLater)
	case e.HasErrorCode(codeInvalidates):
		return fmt.Errorf("%w: the collection's validator does not take the document", connectors.ErrConflict)
	case e.HasErrorCode(codeTooLarge):
		return fmt.Errorf("%w: a document and what it is compared with are larger than the server takes in one command", connectors.ErrNotSupported)
	}
	var c mongo.CommandError
	if errors.As(e, &c) {
		return fmt.Errorf("the server refused it (%d %s)", c.Code, c.Name)
	}
	return errors.New("the server refused it")
}
