package s3

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/objects/index"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Version of this connector.
const Version = "0.1.0"

// Connector makes stores of buckets.
type Connector struct{}

// Describe says what this connector is and can do.
func (Connector) Describe() connectors.Description {
	return connectors.Description{
		Name: "s3", Version: Version,
		Config: settings(),
		Verbs: []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure,
			connectors.Block, connectors.Release},
		Blocking:   []string{methodMove, methodTag},
		Folds:      true,
		RowFormats: rowfile.Formats,
		KeepsDeleted: "nothing that S3 shows: versions, delete markers and abandoned uploads go with the object; copies made by replication, inventories and " +
			"access logs are other buckets, and keep keys and content until they are erased there; with index_key, marks of the values of objects, sealed, until the objects are rewritten",
	}
}

// Open connects to one bucket and asks how it keeps what is deleted.
func (c Connector) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	if err := c.Describe().Check(config).Err(); err != nil {
		return nil, err
	}
	s := &store{bucket: config[settingBucket], held: config[settingHeld], laid: map[string]*objects.Source{}}
	if s.held == "" {
		s.held = heldPrefix
	}
	if !properHeld(s.held) {
		return nil, wrong(settingHeld, "held is no prefix of the connector's own", "let it begin with "+objects.OwnPrefix+" and end with /")
	}
	var err error
	if s.limits, err = objects.LimitsOf(config, objects.Bounds{Whole: maxKey}); err != nil {
		return nil, err
	}
	if s.keep, err = spoolOf(config); err != nil {
		return nil, err
	}
	if s.client, err = client(ctx, config, settingKey, settingSecret, settingToken); err != nil {
		return nil, err
	}
	if config[settingOrdinaryKey] != "" {
		if s.ordinary, err = client(ctx, config, settingOrdinaryKey, settingOrdinarySecret, ""); err != nil {
			return nil, err
		}
	}
	if err := s.look(ctx); err != nil {
		return s, err
	}
	return s, s.indexed(config)
}

// store is one open bucket.
type store struct {
	client   *s3.Client
	ordinary *s3.Client // nil: no account is named
	bucket   string
	held     string // the closed prefix
	limits   objects.Limits
	keep     int64             // bytes of what was read that may lie in a temporary file
	versions bool              // deleted and replaced objects stay as versions
	keeps    bool              // and those to come do too
	locks    bool              // versions can be locked
	retains  bool              // and are from the beginning
	index    *index.Index      // nil: nothing is remembered of which objects hold whom
	given    time.Duration     // tests: the age of an abandoned upload
	at       func(step string) // tests stop here, between the steps of a change
	now      func() time.Time  // tests: the clock

	mu        sync.Mutex
	laid      map[string]*objects.Source // what Load laid out
	heedsIf   bool                       // the service was seen to heed preconditions
	heedsOnce sync.Mutex
}

func (s *store) reached(step string) {
	if s.at != nil {
		s.at(step)
	}
}

// Close has nothing to end: connections are closed when they have been idle.
func (s *store) Close() error { return nil }
