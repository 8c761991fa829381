package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// examples begin each command's help.
var examples = map[string]string{
	"":                   "dossier plan request.json",
	"init":               "dossier --state /var/lib/dossier/state.db --keys /etc/dossier/ring.json init",
	"manifest":           "dossier --map manifests/cooperative manifest check",
	"manifest check":     "dossier --map manifests/cooperative manifest check --live",
	"manifest explain":   "dossier manifest explain register/vehicles",
	"manifest inspect":   "dossier manifest inspect register -o register.schema.json",
	"manifest graph":     "dossier manifest graph --mermaid",
	"manifest fmt":       "dossier manifest fmt --check",
	"plan":               "dossier plan request.json",
	"plan make":          "dossier plan request.json --without helpdesk -o plan.json",
	"plan show":          "dossier plan show 2026-000123",
	"plan diff":          "dossier plan diff old.json 2026-000123",
	"apply":              "dossier apply 2026-000123 --approve sha256:4e1a60c2…9b07",
	"run":                "dossier run access.json",
	"request":            "dossier request list",
	"request new":        "dossier request new erasure > request.json",
	"request list":       "dossier request list --in waiting --attention",
	"request show":       "dossier request show 2026-000123 --watch",
	"request wait":       "dossier request wait 2026-000123",
	"request note":       "dossier request note 2026-000123 extended --reason complex",
	"request reject":     "dossier request reject 2026-000123 --reason manifestly_unfounded",
	"request settle":     "dossier request settle 2026-000123 --system helpdesk --because 'switched off on 3 May, disks destroyed' --attach protocol.pdf",
	"request resume":     "dossier request resume 2026-000123",
	"request cancel":     "dossier request cancel 2026-000123",
	"task":               "dossier task list --department Archiwum",
	"task list":          "dossier task list --department Archiwum",
	"task show":          "dossier task show 41",
	"task done":          "dossier task done 41 --attach scan.pdf",
	"task nothing-found": "dossier task nothing-found 41",
	"task refuse":        "dossier task refuse 41 --because 'needed in court, VIII C 12/27'",
	"archive":            "dossier archive 2026-000119 -o archive.zip",
	"archive get":        "dossier archive 2026-000119 -o archive.zip",
	"archive revoke":     "dossier archive revoke 2026-000119",
	"reply":              "dossier reply 2026-000123 --format html --language pl > reply.html",
	"recipients":         "dossier recipients 2026-000123",
	"recipients list":    "dossier recipients 2026-000123 --csv",
	"recipients record":  "dossier recipients record 2026-000123 bank --told 2026-11-09 --by letter",
	"restriction":        "dossier restriction list",
	"restriction list":   "dossier restriction list --all",
	"restriction permit": "dossier restriction permit 2026-000122 --basis legal_claims --account 'Radca prawny' --until 2026-12-31",
	"restriction uses":   "dossier restriction uses 2026-000122",
	"restriction use":    "dossier restriction use 2026-000122 --permit 1 --for 'statement of claim, VIII C 12/27'",
	"restriction open":   "dossier restriction open 2026-000122 --permit 1 --for 'statement of claim' --only ledger/entries -o rows.zip",
	"restriction revoke": "dossier restriction revoke 2026-000122 --permit 1",
	"receipt":            "dossier receipt 2026-000123 > receipt.json",
	"receipt show":       "dossier receipt 2026-000123 > receipt.json",
	"receipt verify":     "dossier receipt verify receipt.json --key journal.pub",
	"journal":            "dossier journal verify",
	"journal verify":     "dossier journal verify --published checkpoint.txt",
	"journal key":        "dossier journal key > journal.pub",
	"journal checkpoint": "dossier journal checkpoint > checkpoint.txt",
	"tombstone":          "dossier tombstone check pesel",
	"tombstone check":    "dossier tombstone check pesel -",
	"tombstone list":     "dossier tombstone list",
	"due":                "dossier due --now",
	"due list":           "dossier due --now",
	"due plan":           "dossier due plan",
	"due hold":           "dossier due hold 2026-000123-1 --because 'claim VIII C 12/27'",
	"due release":        "dossier due release 2026-000123-1 --because 'claim withdrawn'",
	"connector":          "dossier connector list",
	"connector list":     "dossier connector list",
	"connector new":      "dossier connector new mailroom --in mailroom",
	"connector test":     "dossier connector test bin/dossier-connector-sqlite --config file=scratch.db",
	"connector lock":     "dossier connector lock",
	"connector install":  "dossier connector install register",
	"connector grants":   "dossier connector grants register",
	"connector proto":    "dossier connector proto > connector.proto",
	"serve":              "dossier serve --worker",
	"schema":             "dossier schema system > system.schema.json",
	"completion":         "dossier completion bash > /etc/bash_completion.d/dossier",
	"version":            "dossier version",
}

// helpWithExample is kong's help, after an example. Of a command that does something without a subcommand, that is told too.
func helpWithExample(options kong.HelpOptions, ctx *kong.Context) error {
	n := ctx.Selected()
	path := ""
	if n != nil {
		path = strings.TrimPrefix(n.Path(), "dossier ")
	}
	if _, err := fmt.Fprintf(ctx.Stdout, "Example: %s\n\n", examples[path]); err != nil {
		return err
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || n == nil || n.DefaultCmd == nil {
		return err
	}
	return defaultHelp(ctx.Stdout, path, n.DefaultCmd)
}

func defaultHelp(w io.Writer, path string, n *kong.Node) error {
	var lines [][2]string
	usage := "dossier " + path
	for _, p := range n.Positional {
		usage += " " + p.Summary()
		lines = append(lines, [2]string{p.Summary(), p.Help})
	}
	for _, f := range n.Flags {
		if f.Name == "help" || f.Hidden {
			continue
		}
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		if !f.IsBool() {
			name += "=" + f.FormatPlaceHolder()
		}
		lines = append(lines, [2]string{name, f.Help})
	}
	if _, err := fmt.Fprintf(w, "\n%s [flags]\n", usage); err != nil {
		return err
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "  %-22s  %s\n", l[0], l[1]); err != nil {
			return err
		}
	}
	return nil
}
