package wire

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// Errors of the wire itself.
var (
	ErrPanicked     = errors.New("the connector panicked")                    // a defect of the connector
	ErrUnknownStore = errors.New("no such open store in the connector")       // the host opens it again
	ErrNoDone       = errors.New("the connector ended without saying it was") // a stream without its last message
)

// sentinels pairs what a caller acts on with its code, in the order codes are written.
var sentinels = []struct {
	code pb.Code
	err  error
}{
	{pb.Code_CODE_NOT_SUPPORTED, connectors.ErrNotSupported},
	{pb.Code_CODE_MORE_ROWS, connectors.ErrMoreRows},
	{pb.Code_CODE_CONFLICT, connectors.ErrConflict},
	{pb.Code_CODE_TRY_LATER, connectors.ErrTryLater},
	{pb.Code_CODE_NO_COLLECTION, connectors.ErrNoCollection},
	{pb.Code_CODE_REFUSED, connectors.ErrRefused},
	{pb.Code_CODE_CANCELED, context.Canceled},
	{pb.Code_CODE_DEADLINE, context.DeadlineExceeded},
	{pb.Code_CODE_PANICKED, ErrPanicked},
	{pb.Code_CODE_UNKNOWN_STORE, ErrUnknownStore},
}

// FaultOf is err as it travels: the codes of every sentinel it wraps, its diagnostics, its text. nil is nil.
func FaultOf(err error) *pb.Fault {
	if err == nil {
		return nil
	}
	f := &pb.Fault{Text: oneLine(err.Error()), RetryAfter: int64(connectors.RetryAfter(err))}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			f.Codes = append(f.Codes, s.code)
		}
	}
	var d connectors.Diagnostics
	if errors.As(err, &d) {
		f.Diagnostics = DiagnosticsToProto(d)
	}
	return f
}

// Fault is an error that came over the wire. errors.Is finds the contract's sentinels in it, errors.As
// its Diagnostics, connectors.RetryAfter its wait.
type Fault struct {
	Text        string
	Diagnostics connectors.Diagnostics
	wraps       []error
}

func (f *Fault) Error() string { return f.Text }

// Unwrap gives what the fault stands for.
func (f *Fault) Unwrap() []error {
	if len(f.Diagnostics) == 0 {
		return f.wraps
	}
	return append([]error{f.Diagnostics}, f.wraps...)
}

// FaultError is the message as an error, its words passed through clean (nil: as they are). nil is nil; a
// code this build does not know is reported and not acted on.
func FaultError(m *pb.Fault, clean func(string) string) error {
	if m == nil {
		return nil
	}
	if clean == nil {
		clean = func(s string) string { return s }
	}
	f := &Fault{Text: clean(m.GetText()), Diagnostics: Clean(DiagnosticsFromProto(m.GetDiagnostics()), clean)}
	if f.Text == "" {
		f.Text = "the connector gave no reason"
	}
	if d := m.GetRetryAfter(); d > 0 {
		f.wraps = append(f.wraps, connectors.After(time.Duration(d)))
	}
	for _, code := range m.GetCodes() {
		for _, s := range sentinels {
			if s.code == code {
				f.wraps = append(f.wraps, s.err)
			}
		}
	}
	return f
}

// Panicked is the error of a connector that panicked in method. It says nothing else: what a
// panic prints may be a row.
func Panicked(method string) error { return fmt.Errorf("%w in %s", ErrPanicked, method) }

// Clean is d with each of its words passed through clean.
func Clean(d connectors.Diagnostics, clean func(string) string) connectors.Diagnostics {
	out := make(connectors.Diagnostics, 0, len(d))
	for _, x := range d {
		x.Summary, x.Detail, x.Path = clean(x.Summary), clean(x.Detail), clean(x.Path)
		out = append(out, x)
	}
	return empty(out)
}

// DiagnosticsToProto is d as messages.
func DiagnosticsToProto(d connectors.Diagnostics) []*pb.Diagnostic {
	return each(d, func(x connectors.Diagnostic) *pb.Diagnostic {
		return &pb.Diagnostic{
			Severity: text(string(x.Severity)), Summary: text(x.Summary), Detail: text(x.Detail), Path: text(x.Path),
		}
	})
}

// DiagnosticsFromProto is the messages as diagnostics.
func DiagnosticsFromProto(list []*pb.Diagnostic) connectors.Diagnostics {
	return each(list, func(m *pb.Diagnostic) connectors.Diagnostic {
		return connectors.Diagnostic{
			Severity: connectors.Severity(m.GetSeverity()), Summary: m.GetSummary(), Detail: m.GetDetail(), Path: m.GetPath(),
		}
	})
}

func oneLine(s string) string { return text(strings.Join(strings.Fields(s), " ")) }
