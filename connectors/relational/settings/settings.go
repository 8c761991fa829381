// Package settings are those connectors of database servers have in common: where the server is, as whom applications come, and how patient to
// be with it.
package settings

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// The names of settings.
const (
	URL       = "url"
	Ordinary  = "ordinary_url"
	Lock      = "lock_timeout"
	Statement = "statement_timeout"
)

// Idle is how long a server keeps a transaction in which nothing is asked: longer than a host takes to confirm.
const Idle = 15 * time.Second

// Place is where the database is and how patient to be.
type Place struct {
	URL, Ordinary   string // addresses, which may hold a password
	Lock, Statement time.Duration
}

// Card describes the settings. scheme is what an address begins with; locks and statements say how a server takes the times it is given.
func Card(scheme, locks, statements string) []connectors.Setting {
	return []connectors.Setting{
		{Name: URL, Required: true, Secret: true, Help: "address of the database, as " + scheme + "://account:password@host/database"},
		{Name: Ordinary, Secret: true, Help: "address for the account applications use, from which restricted rows are kept; needed where rows are restricted"},
		{Name: connectors.SettingRead, Secret: true, Help: "address of a replica plans are read from; nothing is changed, and nothing verified, by it"},
		{Name: Lock, Help: "how long a statement waits for a lock, " + locks + "2s if not said"},
		{Name: Statement, Help: "how long a statement " + statements},
	}
}

// Wrong says what is wrong with a setting.
func Wrong(setting, summary, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + setting, Summary: summary, Detail: hint}}
}

// Read reads the config; it does not look at addresses. No message holds a value of it.
func Read(c connectors.Config) (Place, error) {
	p := Place{URL: c[URL], Ordinary: c[Ordinary], Lock: 2 * time.Second, Statement: 5 * time.Minute}
	for name, into := range map[string]*time.Duration{Lock: &p.Lock, Statement: &p.Statement} {
		text := c[name]
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Millisecond {
			return p, Wrong(name, name+" is no time", "write it like 2s or 5m")
		}
		*into = d
	}
	return p, nil
}

// Probing is the address of the account applications use.
func (p Place) Probing() (string, error) {
	if p.Ordinary == "" {
		return "", Wrong(Ordinary, "nothing says which account applications use, so that nothing can be proven of restricted rows", "set ordinary_url")
	}
	return p.Ordinary, nil
}
