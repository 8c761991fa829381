package host

import (
	"context"

	"google.golang.org/grpc"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

func (i installer) Install(ctx context.Context, uses []connectors.Use) ([]string, error) {
	texts, err := i.r.statements(ctx, uses, false, pb.ConnectorClient.Install)
	return texts, i.r.fail(err)
}

func (i installer) Uninstall(ctx context.Context, uses []connectors.Use) ([]string, error) {
	texts, err := i.r.statements(ctx, uses, true, pb.ConnectorClient.Install)
	return texts, i.r.fail(err)
}

func (g granter) Grants(ctx context.Context, uses []connectors.Use) ([]string, error) {
	texts, err := g.r.statements(ctx, uses, false, pb.ConnectorClient.Grants)
	return texts, g.r.fail(err)
}

type statementsCall func(pb.ConnectorClient, context.Context, *pb.StatementsRequest, ...grpc.CallOption) (*pb.StatementsResponse, error)

func (r *remote) statements(ctx context.Context, uses []connectors.Use, undo bool, call statementsCall) ([]string, error) {
	c, number, err := r.session(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := call(c.rpc, ctx, &pb.StatementsRequest{Store: number, Uses: wire.UsesToProto(uses), Undo: undo})
	if err != nil {
		return nil, c.broke(ctx, err, r.cleaner())
	}
	return answer.GetStatements(), wire.FaultError(answer.GetFault(), r.cleaner())
}
