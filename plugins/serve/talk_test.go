package serve

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// asker asks twice and tells what it heard.
type asker struct{ heard chan error }

func (asker) Describe() connectors.Description { return connectors.Description{Name: "asker"} }
func (a asker) Open(context.Context, connectors.Config) (connectors.Store, error) {
	return a, nil
}
func (asker) Locate(context.Context, connectors.Selection, *connectors.Rows) error { return nil }
func (asker) Close() error                                                         { return nil }
func (a asker) Apply(ctx context.Context, _ []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	var last error
	for range 2 {
		last = opt.Confirm(ctx, nil)
		a.heard <- last
	}
	return nil, last
}
func (asker) Load(context.Context, map[string][]connectors.Row) error { return nil }
func (asker) Dump(context.Context) (map[string][]connectors.Row, error) {
	return nil, nil
}

// dial serves a connector in this process, for a host that does as it likes.
func dial(t *testing.T, c connectors.Connector) (pb.ConnectorClient, uint64) {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	g := grpc.NewServer(wire.ServerOptions()...)
	pb.RegisterConnectorServer(g, newServer(c, false, hclog.NewNullLogger()))
	go func() { _ = g.Serve(listener) }()
	t.Cleanup(g.Stop)
	conn, err := grpc.NewClient("passthrough:///x", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	rpc := pb.NewConnectorClient(conn)
	answer, err := rpc.Open(t.Context(), &pb.OpenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return rpc, answer.GetStore()
}

type applying struct {
	t      *testing.T
	stream grpc.BidiStreamingClient[pb.ApplyRequest, pb.ApplyResponse]
	heard  chan error
}

func begin(t *testing.T, within time.Duration) applying {
	t.Helper()
	a := asker{heard: make(chan error, 2)}
	rpc, number := dial(t, a)
	stream, err := rpc.Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := applying{t, stream, a.heard}
	out.say(&pb.ApplyRequest{Say: &pb.ApplyRequest_Start_{Start: &pb.ApplyRequest_Start{Store: number, ConfirmWithin: int64(within)}}})
	return out
}

func (a applying) say(m *pb.ApplyRequest) {
	a.t.Helper()
	if err := a.stream.Send(m); err != nil {
		a.t.Fatal(err)
	}
}

func (a applying) verdict(number uint64, yes bool) {
	a.t.Helper()
	a.say(&pb.ApplyRequest{Say: &pb.ApplyRequest_Verdict_{Verdict: &pb.ApplyRequest_Verdict{Number: number, Confirmed: yes}}})
}

func (a applying) next() *pb.ApplyResponse {
	a.t.Helper()
	m, err := a.stream.Recv()
	if err != nil {
		a.t.Fatal(err)
	}
	return m
}

func (a applying) prepared(number uint64) {
	a.t.Helper()
	if p := a.next().GetPrepared(); p.GetNumber() != number {
		a.t.Fatalf("prepared %d, want %d", p.GetNumber(), number)
	}
}

func (a applying) refused() {
	a.t.Helper()
	select {
	case err := <-a.heard:
		if !errors.Is(err, connectors.ErrRefused) {
			a.t.Fatalf("the connector heard %v", err)
		}
	case <-time.After(20 * time.Second): // long before the patience of a minute ends
		a.t.Fatal("the connector still waits")
	}
}

func (a applying) ended() {
	a.t.Helper()
	done := a.next().GetDone()
	if done == nil || !errors.Is(wire.FaultError(done.GetFault(), nil), connectors.ErrRefused) {
		a.t.Fatalf("ended with %v", done)
	}
}

// A yes to the first question says nothing about the second.
func TestVerdictOfAnotherNumberCountsForNothing(t *testing.T) {
	a := begin(t, 100*time.Millisecond)
	a.prepared(1)
	a.verdict(1, true)
	if err := <-a.heard; err != nil {
		t.Fatal(err)
	}
	a.prepared(2)
	a.verdict(1, true)
	a.refused()
	a.ended()
}

func TestAfterOneNoNothingIsAsked(t *testing.T) {
	a := begin(t, time.Minute)
	a.prepared(1)
	a.verdict(1, false)
	a.refused()
	a.refused()
	a.ended()
}

func TestCancelIsANo(t *testing.T) {
	a := begin(t, time.Minute)
	a.prepared(1)
	a.say(&pb.ApplyRequest{Say: &pb.ApplyRequest_Cancel_{Cancel: &pb.ApplyRequest_Cancel{}}})
	a.refused()
	a.refused()
	a.ended()
}

func TestEndOfTheStreamIsANo(t *testing.T) {
	a := begin(t, time.Minute)
	a.prepared(1)
	if err := a.stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	a.refused()
	a.refused()
	a.ended()
}

func TestApplyBeginsWithStart(t *testing.T) {
	rpc, _ := dial(t, asker{})
	stream, err := rpc.Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	applying{t: t, stream: stream}.verdict(1, true)
	if _, err := stream.Recv(); status.Code(err) != codes.InvalidArgument {
		t.Fatalf("%v", err)
	}
}

func TestStoresAndCapabilitiesAreChecked(t *testing.T) {
	rpc, number := dial(t, asker{})
	count, err := rpc.Count(t.Context(), &pb.CountRequest{Store: number})
	if err != nil || !errors.Is(wire.FaultError(count.GetFault(), nil), connectors.ErrNotSupported) {
		t.Errorf("count without a Counter: %v, %v", count.GetFault(), err)
	}
	dump, err := rpc.Dump(t.Context(), &pb.DumpRequest{Store: number})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := dump.Recv(); err != nil || !errors.Is(wire.FaultError(m.GetDone().GetFault(), nil), connectors.ErrNotSupported) {
		t.Errorf("a fixture outside a test: %v, %v", m, err)
	}
	for range 2 { // a second time it is closed already
		if closed, err := rpc.Close(t.Context(), &pb.CloseRequest{Store: number}); err != nil || closed.GetFault() != nil {
			t.Errorf("close: %v, %v", closed, err)
		}
	}
	inspect, err := rpc.Inspect(t.Context(), &pb.InspectRequest{Store: number})
	if err != nil || !errors.Is(wire.FaultError(inspect.GetFault(), nil), wire.ErrUnknownStore) {
		t.Errorf("a closed store: %v, %v", inspect.GetFault(), err)
	}
}
