package livecheck

// FileFormat is the format of an inspected schema in a file.
const FileFormat = "dossier.schema/v1"

// File is an inspected schema as a file: `manifest inspect SYSTEM` writes one, an application keeps it beside its
// migrations, and `manifest check --against FILE` checks the map in the application's own tests. It holds no row.
type File struct {
	Format      string       `json:"format"`
	System      string       `json:"system"`
	Connector   string       `json:"connector,omitempty"`
	Card        *CardFile    `json:"card,omitempty"`
	Collections []Collection `json:"collections"`
	Feeds       []Feed       `json:"feeds,omitempty"`
	Routines    []Routine    `json:"routines,omitempty"`
}

// CardFile is what the connector says of itself, as far as a map is compared with it.
type CardFile struct {
	Name       string    `json:"name"`
	Version    string    `json:"version,omitempty"`
	Settings   []Setting `json:"settings,omitempty"`
	Verbs      []string  `json:"verbs,omitempty"`
	Blocking   []string  `json:"blocking,omitempty"`
	RowFormats []string  `json:"row_formats,omitempty"`
}

// Setting is one of the connector's settings; what it is set to is nowhere.
type Setting struct {
	Name     string `json:"name"`
	Secret   bool   `json:"secret,omitempty"`
	Required bool   `json:"required,omitempty"`
	Help     string `json:"help,omitempty"`
}

// Collection is one table.
type Collection struct {
	Name        string      `json:"name"`
	View        bool        `json:"view,omitempty"`
	Copy        bool        `json:"copy,omitempty"`
	Remote      bool        `json:"remote,omitempty"`
	Unbound     bool        `json:"unbound,omitempty"`
	Reads       []string    `json:"reads,omitempty"`
	Fields      []Field     `json:"fields,omitempty"`
	Key         []string    `json:"key,omitempty"`
	Unique      [][]string  `json:"unique,omitempty"`
	Indexes     [][]string  `json:"indexes,omitempty"`
	Caseless    []string    `json:"caseless,omitempty"`
	References  []Reference `json:"references,omitempty"`
	Triggers    []Trigger   `json:"triggers,omitempty"`
	Partitioned bool        `json:"partitioned,omitempty"`
	Parts       []Part      `json:"parts,omitempty"`
	Policies    []string    `json:"policies,omitempty"`
	Versioned   bool        `json:"versioned,omitempty"`
	Unsafe      bool        `json:"unsafe,omitempty"`
	Sampled     int64       `json:"sampled,omitempty"`
}

// Field is one column.
type Field struct {
	Name      string `json:"name"`
	Type      string `json:"type,omitempty"`
	NotNull   bool   `json:"not_null,omitempty"`
	Generated bool   `json:"generated,omitempty"`
	Family    string `json:"family,omitempty"`
	Length    int    `json:"length,omitempty"`
	Collation string `json:"collation,omitempty"`
	Undated   bool   `json:"undated,omitempty"`
	Stamped   bool   `json:"stamped,omitempty"`
}

// Reference is a foreign key.
type Reference struct {
	Fields   []string `json:"fields"`
	Target   string   `json:"target"`
	Targets  []string `json:"targets,omitempty"`
	OnDelete string   `json:"on_delete,omitempty"`
	OnUpdate string   `json:"on_update,omitempty"`
	Deferred bool     `json:"deferred,omitempty"`
	ByRow    bool     `json:"by_row,omitempty"`
}

// Trigger is one trigger.
type Trigger struct {
	Name   string   `json:"name"`
	On     string   `json:"on,omitempty"`
	Writes []string `json:"writes,omitempty"`
	Tells  []string `json:"tells,omitempty"`
	Loud   bool     `json:"loud,omitempty"`
	Unread bool     `json:"unread,omitempty"`
}

// Part is a partition that has keys the whole lacks.
type Part struct {
	Name string     `json:"name"`
	Keys [][]string `json:"keys"`
}

// Feed is a way by which changes leave the store.
type Feed struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind,omitempty"`
	Collections []string `json:"collections,omitempty"`
}

// Routine is a function that no policy on rows binds.
type Routine struct {
	Name  string   `json:"name"`
	Reads []string `json:"reads,omitempty"`
}
