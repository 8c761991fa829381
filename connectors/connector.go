package connectors

import (
	"context"
	"io"
)

// Connector makes stores of one kind. Safe for concurrent use.
type Connector interface {
	// Describe says what this connector is and can do. It opens nothing.
	Describe() Description
	// Open connects to one system. A wrong setting is a Diagnostics error naming the setting,
	// never its value. A store that is down is ErrTryLater.
	Open(ctx context.Context, config Config) (Store, error)
}

// Config is the settings of one system, by name, with ${ENV} already resolved. It prints masked.
type Config map[string]string

// Store is one open system: connections, and no memory of earlier calls. Safe for concurrent use.
type Store interface {
	// Locate streams the fields asked for of every row in sel, blocked rows too, wherever Block put
	// them. A row reached for several persons is given once for each; reached twice for one person,
	// once. It returns soon after ctx ends.
	Locate(ctx context.Context, sel Selection, out *Rows) error
	Close() error
}

// Optional, found by [As]. A capability is the interface plus, for Writer, the verbs described.
type (
	// Writer changes rows. Apply resolves and locks the rows of every treatment before the first one
	// changes anything, so that all selections speak of the state before the call; then it carries
	// them out in order, a later one finding what an earlier one left of its rows, in one transaction where Description.Transactional, and commits only after
	// opt.Confirm has returned nil. Parents and co-owned rows are locked before children. Doing it
	// twice is doing it once. Outcomes come back with an error too, and say how far it got.
	Writer interface {
		Apply(ctx context.Context, do []Treatment, opt ApplyOptions) ([]Outcome, error)
	}
	// Prober tries to read and to change rows as an ordinary account, leaving them as they were. Where
	// a store has no accounts (SQLite, files) it is another process opening it as applications do.
	Prober interface {
		Probe(ctx context.Context, sel Selection) (readable, writable int64, err error)
	}
	// Counter counts without reading, all selections in one snapshot; otherwise rows are located
	// without fields and counted. A row of two persons counts once in Total and for each in ByPerson.
	Counter interface {
		Count(ctx context.Context, sels []Selection) ([]Tally, error)
	}
	// Snapshotter gives the store as it is at one moment, for reads that must fit each other: whatever is written meanwhile,
	// every call on the snapshot sees that moment. ctx is for the call alone. A snapshot finds and never changes: Locate, and
	// Count and OpenBlob where the store has them. Its calls come one after another, but for blobs, which are opened
	// while Locate goes on. It keeps no writer waiting, and holds until Close.
	Snapshotter interface {
		Snapshot(ctx context.Context) (Store, error)
	}
	// Inspector reads the live schema, for `manifest check --live`, `inspect` and every erasure plan.
	Inspector interface {
		Inspect(ctx context.Context) (*Schema, error)
	}
	// BlobOpener opens what Locate returned as a Blob. The caller closes it.
	BlobOpener interface {
		OpenBlob(ctx context.Context, b Blob) (io.ReadCloser, error)
	}
	// Installer gives what a system's administrator runs once so that rows can be restricted as these uses say (Use.Method): in the
	// store's own words, in order, without what is in place already. It only says it and changes nothing. Uninstall gives what
	// takes it away again, nothing where nothing is in place, and is an error while rows are restricted.
	Installer interface {
		Install(ctx context.Context, uses []Use) (statements []string, err error)
		Uninstall(ctx context.Context, uses []Use) (statements []string, err error)
	}
	// Granter gives, in the same way, what the administrator grants the connector's own account for these uses, and no more; all of it, whether or not it
	// has been granted.
	Granter interface {
		Grants(ctx context.Context, uses []Use) (statements []string, err error)
	}
	// Fixture lays out and reads back a scratch system; served only to `dossier connector test`. Load
	// creates what is missing and replaces the rows of the collections named, by address (Collection.At),
	// and lifts what was blocked in them. [DocumentField] holds the bytes of a row's object.
	Fixture interface {
		Load(ctx context.Context, rows map[string][]Row) error
		Dump(ctx context.Context) (map[string][]Row, error)
	}
	// ScratchMaker is a [Connector] that makes the empty system a config points to, where there is none: a file, a folder. The suite
	// asks once, before it opens anything; nobody else does. A folder above that is missing is an error as in Open.
	ScratchMaker interface {
		MakeScratch(ctx context.Context, config Config) error
	}
)

// Tally is a number of rows, in all and by the index of the person they were reached for.
type Tally struct {
	Total    int64
	ByPerson map[int]int64
}

// Unwrapper is implemented by a wrapper around a Connector or Store, so that [As] sees through it.
type Unwrapper interface{ Unwrap() any }

// As finds an optional capability of a store, through wrappers.
func As[T any](v any) (T, bool) {
	for v != nil {
		if t, ok := v.(T); ok {
			return t, true
		}
		u, ok := v.(Unwrapper)
		if !ok {
			break
		}
		v = u.Unwrap()
	}
	var zero T
	return zero, false
}
