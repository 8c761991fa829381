package mongodb_test

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

func refusal(code int, name string, labels ...any) bson.D {
	return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: "C-1 said this"}, {Key: "errorLabels", Value: append(bson.A{}, labels...)}}
}

// written is the answer to a write that was refused for one document.
func written(code int) bson.D {
	return bson.D{{Key: "n", Value: 0}, {Key: "writeErrors", Value: bson.A{bson.D{{Key: "index", Value: 0}, {Key: "code", Value: code}, {Key: "errmsg", Value: "C-1 said this"}}}}}
}

// TestWhatAServerRefuses: what will pass is tried later, whatever may have been done by then is not called undone, and what will not is said in words, none
// of which is the server's.
func TestWhatAServerRefuses(t *testing.T) {
	unsure := bson.D{{Key: "n", Value: 1}, {Key: "writeConcernError", Value: bson.D{{Key: "code", Value: 64}, {Key: "codeName", Value: "WriteConcernTimeout"}, {Key: "errmsg", Value: "C-1"}}}}
	for name, x := range map[string]struct {
		command string
		answer  bson.D
		is      error
		says    string
	}{
		"the commit is not known":         {"commitTransaction", refusal(64, "WriteConcernTimeout", "UnknownTransactionCommitResult"), connectors.ErrTryLater, "whether it was committed is not known"},
		"the commit was too slow":         {"commitTransaction", refusal(50, "MaxTimeMSExpired"), connectors.ErrTryLater, "committing"},
		"the commit has too few members":  {"commitTransaction", unsure, connectors.ErrTryLater, "committing"},
		"the transaction is over":         {"commitTransaction", refusal(251, "NoSuchTransaction", "TransientTransactionError"), connectors.ErrTryLater, "committing"},
		"too few members have it":         {"delete", unsure, connectors.ErrTryLater, "too few servers"},
		"another is the first, reading":   {"find", refusal(10107, "NotWritablePrimary"), connectors.ErrTryLater, "giving way"},
		"it steps down, reading":          {"find", refusal(189, "PrimarySteppedDown"), connectors.ErrTryLater, "giving way"},
		"it is ended, listing":            {"listCollections", refusal(11600, "InterruptedAtShutdown"), connectors.ErrTryLater, "giving way"},
		"a view":                          {"delete", refusal(166, "CommandNotSupportedOnView"), connectors.ErrNotSupported, "view"},
		"a capped collection":             {"delete", written(20), connectors.ErrNotSupported, "capped"},
		"a field that distributes":        {"delete", written(66), connectors.ErrNotSupported, "distributes"},
		"more than a command may hold":    {"delete", written(10334), connectors.ErrNotSupported, "16 MiB"},
		"a validator":                     {"delete", written(121), connectors.ErrConflict, "validator"},
		"a right that is missing":         {"delete", refusal(13, "NotAuthorised"), nil, "dossier connector grants"},
		"something nobody thought of yet": {"delete", refusal(999, "Something"), nil, "the server refused it (999 Something)"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			_, store := member(t, map[string]bson.D{x.command: x.answer})
			out, err := apply(t, &standIn{t: t}, store, nil, del(of("cards", []string{"_id"}, "no", "C-1")))
			if err == nil || x.is != nil && !errors.Is(err, x.is) || x.is == nil && errors.Is(err, connectors.ErrTryLater) || !strings.Contains(err.Error(), x.says) {
				t.Errorf("%v; want %v that says %q", err, x.is, x.says)
			}
			if out.Changed != 0 || err != nil && strings.Contains(err.Error(), "C-1") {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
}
