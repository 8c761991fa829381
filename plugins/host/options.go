package host

import (
	"log/slog"
	"time"
)

// Options say how to start one connector. Only Binary is needed.
type Options struct {
	Binary string   // the file to start
	Args   []string // its arguments, none as a rule; never anything secret
	SHA256 string   // what the file must hash to, in hex; "" accepts what is there at the first start

	// Env is given to the process on purpose, as NAME=value; beside it there are only TMPDIR and what
	// go-plugin itself sets.
	Env []string

	Fixture bool // the connector is being tested: connectors.Fixture is served

	ConfirmWithin time.Duration // how long a prepared transaction waits for Confirm; 0: 10 s
	StartTimeout  time.Duration // from start to first answer; 0: 30 s
	Grace         time.Duration // how long a cancelled Apply may take to say how far it got; 0: 2 s

	Log *slog.Logger // of this package; nil: none. Holds no values.
}

func (o Options) withDefaults() Options {
	if o.ConfirmWithin <= 0 {
		o.ConfirmWithin = 10 * time.Second
	}
	if o.StartTimeout <= 0 {
		o.StartTimeout = 30 * time.Second
	}
	if o.Grace <= 0 {
		o.Grace = 2 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
