package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// examples begin each command's help.
var examples = map[string]string{
	"":                  "dossier plan request.json",
	"init":              "dossier init",
	"manifest check":    "dossier --map manifests/cooperative manifest check",
	"manifest explain":  "dossier manifest explain register/vehicles",
	"manifest inspect":  "dossier manifest inspect register -o register.schema.json",
	"manifest graph":    "dossier manifest graph",
	"manifest fmt":      "dossier manifest fmt",
	"plan":              "dossier plan request.json",
	"plan make":         "dossier plan request.json -o plan.json",
	"plan show":         "dossier plan show 2026-000123",
	"plan diff":         "dossier plan diff old.json new.json",
	"apply":             "dossier apply 2026-000123 --approve sha256:4e1a60c2…",
	"run":               "dossier run request.json --yes",
	"request new":       "dossier request new erasure > request.json",
	"request list":      "dossier request list",
	"request show":      "dossier request show 2026-000123",
	"request settle":    "dossier request settle 2026-000123 --system helpdesk --because 'switched off on 3 May, disks destroyed'",
	"archive":           "dossier archive 2026-000123 -o archive.zip",
	"recipients list":   "dossier recipients 2026-000123",
	"recipients record": "dossier recipients record 2026-000123 bank --told 2026-11-09 --by post",
	"receipt verify":    "dossier receipt verify receipt.json --key journal.pub",
	"tombstone check":   "dossier tombstone check pesel",
	"connector test":    "dossier connector test bin/dossier-connector-sqlite --config file=scratch.db",
	"connector lock":    "dossier connector lock",
}

// helpWithExample is kong's help, after an example.
func helpWithExample(options kong.HelpOptions, ctx *kong.Context) error {
	path := ""
	if n := ctx.Selected(); n != nil {
		path = n.Path()
	}
	for p := strings.Fields(path); ; p = p[:len(p)-1] {
		if e, ok := examples[strings.Join(p, " ")]; ok {
			_, _ = fmt.Fprintf(ctx.Stdout, "Example: %s\n\n", e)
			break
		}
		if len(p) == 0 {
			break
		}
	}
	return kong.DefaultHelpPrinter(options, ctx)
}
