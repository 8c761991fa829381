package processes

import (
	"context"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/plugins/host"
)

// patient is how long a case may take, starts and ends of processes included: a busy machine is slow, one that hangs is slower.
const patient = time.Minute

// Cases are the cases about processes, for the binary of opts.
func Cases(opts host.Options) []conformance.Case {
	add := func(name, rule string, can func(connectors.Description) bool, needs string, run func(context.Context, host.Options, *conformance.Bench) error) conformance.Case {
		return conformance.Case{
			Group: "processes", Name: name, Anchor: "processes", Rule: rule, Needs: []string{needs}, Can: can,
			Run: func(ctx context.Context, b *conformance.Bench) error {
				ctx, cancel := context.WithTimeout(ctx, patient)
				defer cancel()
				return run(ctx, opts, b)
			},
		}
	}
	return []conformance.Case{
		add("host-killed", "a connector whose host is killed ends", nil, "people.name", hostKilled),
		add("host-killed-asked", "a host killed before it confirmed leaves nothing committed and no process", changes, "people.name", hostKilledAsked),
		add("killed-asked", "a connector killed before it was told to commit has committed nothing", changes, "people.name", killedAsked),
		add("killed-reading", "a connector killed among the rows is started again by the next call", nil, "people.name", killedReading),
		add("no-word", "no word from the host in time is a no", changes, "people.name", noWord),
		add("large-value", "ten megabytes in one selection are found or not found, and harm nothing", nil, "people.name", largeValue),
	}
}
