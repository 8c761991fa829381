package planner

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Work is what a plan stands for, with the keys and values it needs. It holds personal data: it lives in
// memory and, sealed, in the executor's state.
type Work struct {
	AsOf    time.Time
	Systems []SystemWork // in the order they are worked: who needs keys before who carries them
	Exports []Export
	Marks   []Mark // what a tombstone is made of
	Roots   []Root
	Dues    []Due
}

// SystemWork is one system's part.
type SystemWork struct {
	System     string
	After      []string // systems that must be verified first
	Treatments []connectors.Treatment
	Purposes   []Class // of each treatment, by its index: the class of the plan it belongs to
	Checks     []Check
	Witnesses  []connectors.Selection // other persons' rows close by: they must not change
}

// Class ties a treatment to the plan.
type Class struct {
	Collection string
	Action     string
	Reason     string
	Planned    int64
}

// Check is one question of the verification. Rows it finds that are not as assigned are not done.
type Check struct {
	ID         string
	Collection string
	By         string // "identifier", "key", or the edge
	Selection  connectors.Selection
	Assigned   *connectors.Treatment // rows found must stand as this says; nil: no row may be found
	Parent     *connectors.Selection // the owners by the captured keys: one that exists again is a reused key
}

// Export is one table of the archive.
type Export struct {
	System, Collection string
	Selection          connectors.Selection
	Only               []string // accessed_by: just these fields; nil all of the selection's
	Withheld           []string // fields left out, with the reason by field
	Why                map[string]string
}

// Mark is an identifier a tombstone's keyed mark is made of, normalised.
type Mark struct {
	Kind, Value string
	Unique      bool
}
