package wire_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

func TestFaults(t *testing.T) {
	if wire.FaultError(wire.FaultOf(nil), nil) != nil {
		t.Error("no error came back as one")
	}
	d := connectors.Diagnostics{{Severity: connectors.Error, Summary: "no url", Detail: "set it", Path: "config.url"}}
	err := fmt.Errorf("open\nnow: %w, %w, %w", d, connectors.After(time.Minute), context.Canceled)
	back := wire.FaultError(wire.FaultOf(err), strings.ToUpper)
	if back.Error() != "OPEN NOW: NO URL (SET IT), THE STORE ASKS TO WAIT 1M0S, CONTEXT CANCELED" {
		t.Errorf("the text: %q", back)
	}
	var got connectors.Diagnostics
	if !errors.As(back, &got) || len(got) != 1 || got[0].Path != "CONFIG.URL" {
		t.Errorf("diagnostics: %v", got)
	}
	if !errors.Is(back, connectors.ErrTryLater) || !errors.Is(back, context.Canceled) || connectors.RetryAfter(back) != time.Minute {
		t.Errorf("sentinels: %v", back)
	}
	if errors.Is(back, connectors.ErrConflict) {
		t.Error("a conflict out of nowhere")
	}
}

func TestUnknownCodeIsReportedAndNotActedOn(t *testing.T) {
	err := wire.FaultError(&pb.Fault{Codes: []pb.Code{99, pb.Code_CODE_CONFLICT}}, nil)
	if err == nil || err.Error() == "" || !errors.Is(err, connectors.ErrConflict) || errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("%v", err)
	}
}

// A kind of value this build does not know must never be taken for NULL, which would clear a field.
func TestUnknownKindIsNoNull(t *testing.T) {
	v := &pb.Value{}
	v.ProtoReflect().SetUnknown([]byte{0xa2, 0x01, 0x01, 'x'}) // field 20, one byte
	if _, err := wire.RowsFromProto([]*pb.Row{{Fields: []*pb.Field{{Name: "f", Value: v}}}}); !errors.Is(err, wire.ErrMessage) {
		t.Errorf("%v", err)
	}
}
