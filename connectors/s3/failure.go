package s3

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dossier-dsr/dossier/connectors"
)

// The answers callers act on. No text of the service goes further: it names keys, and keys name persons.
var (
	errDenied  = errors.New("the account may not do this")
	errAbsent  = errors.New("it is not there")
	errChanged = fmt.Errorf("%w: an object was changed meanwhile", connectors.ErrTryLater)
)

// throttled is how long to leave a service alone that has asked for less although every request had been sent again more and more slowly.
const throttled = 30 * time.Second

// failure says what an answer means, without the words of the service. doing names the request as permissions are named: s3:GetObject.
func failure(doing string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errChanged) {
		return errChanged
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, contextOf(err))
	}
	var answer smithy.APIError
	var reply *smithyhttp.ResponseError
	code, status := "", 0
	if errors.As(err, &answer) {
		code = answer.ErrorCode()
	}
	if errors.As(err, &reply) {
		status = reply.HTTPStatusCode()
	}
	switch {
	case code == "NoSuchBucket":
		return fmt.Errorf("%w: there is no bucket of this name", connectors.ErrNoCollection)
	case unaccepted[code] != "":
		return fmt.Errorf("%w: %s", errAccount, unaccepted[code])
	case status == 404 || code == "NoSuchKey" || code == "NoSuchVersion" || code == "NoSuchUpload":
		return errAbsent
	case status == 412 || status == 409:
		return errChanged
	case code == "InvalidObjectState":
		return fmt.Errorf("%w: an object lies in an archive (Glacier) and has to be restored before it can be read", connectors.ErrConflict)
	case status == 401 || status == 403:
		return fmt.Errorf("%w: %s; the statements of `dossier connector grants` allow it", errDenied, doing)
	case isThrottle(err), status == 429, status == 503:
		return fmt.Errorf("%s: %w", doing, connectors.After(throttled))
	case status >= 500 || status == 0:
		return fmt.Errorf("%w: %s was not answered", connectors.ErrTryLater, doing)
	}
	return fmt.Errorf("%s was refused: %s (%d)", doing, code, status)
}

// unnameable says whether a service has refused to list keys because none can begin so: MinIO keeps objects in files, and takes no . or .. between slashes,
// whatever spaces stand around it.
func unnameable(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && (answer.ErrorCode() == "XMinioInvalidResourceName" || answer.ErrorCode() == "XMinioInvalidObjectName")
}

func contextOf(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return context.DeadlineExceeded
}

func isThrottle(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}
