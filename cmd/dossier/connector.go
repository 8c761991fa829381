package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/processes"
)

type connectorCmd struct {
	List    connectorListCmd    `cmd:"" help:"The connectors installed."`
	New     connectorNewCmd     `cmd:"" help:"Write the beginnings of a connector."`
	Test    connectorTestCmd    `cmd:"" help:"Run the conformance suite against a binary."`
	Lock    connectorLockCmd    `cmd:"" help:"Pin the installed connectors by their hashes in connectors.lock."`
	Install connectorInstallCmd `cmd:"" help:"What a system's administrator installs once, so that rows can be restricted."`
	Grants  connectorGrantsCmd  `cmd:"" help:"What a system's administrator grants the connector's account."`
	Proto   connectorProtoCmd   `cmd:"" help:"Print the protocol, for connectors in other languages."`
}

type connectorListCmd struct{}

// Run lists what is installed, and what each can do.
func (connectorListCmd) Run(ctx context.Context, a *app) error {
	pool, err := a.connectors()
	if err != nil {
		return err
	}
	type entry struct {
		Name    string   `json:"name"`
		Version string   `json:"version"`
		SHA256  string   `json:"sha256"`
		Verbs   []string `json:"verbs"`
		Problem string   `json:"problem,omitempty"`
	}
	list := []entry{}
	for _, i := range pool.Installed() {
		c, err := pool.Connector(ctx, i.Name)
		if err != nil {
			list = append(list, entry{Name: i.Name, Problem: err.Error()})
			continue
		}
		d := c.Describe()
		x := entry{Name: i.Name, Version: d.Version, SHA256: c.SHA256(), Verbs: []string{"find"}}
		for _, v := range d.Verbs {
			x.Verbs = append(x.Verbs, string(v))
		}
		list = append(list, x)
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.connectors/v1", "connectors": list})
	}
	if len(list) == 0 {
		return usagef("they are looked for beside dossier, then in DOSSIER_CONNECTORS", "no connector is installed")
	}
	t := view.Table{Head: []string{"CONNECTOR", "VERSION", "DOES"}}
	for _, x := range list {
		does := strings.Join(x.Verbs, ", ")
		if x.Problem != "" {
			does = x.Problem
		}
		t.Add(x.Name, x.Version, does)
	}
	return t.Print(a.out)
}

type connectorTestCmd struct {
	Binary string            `arg:"" help:"The connector's binary."`
	Config map[string]string `help:"A setting of a scratch system the suite may overwrite: name=value, name=@file, name=$${ENV}." placeholder:"K=V"`
	Run_   string            `name:"run" help:"Only cases whose name holds this." placeholder:"PATTERN"`
	Keep   bool              `help:"Leave the fixtures of the last case."`
	Shape  string            `help:"Which fixtures the store can hold, as JSON." placeholder:"FILE"`
}

// Run runs the suite.
func (c connectorTestCmd) Run(ctx context.Context, a *app) error {
	opts := host.Options{Binary: c.Binary, Fixture: true, Log: a.log()}
	plugin, err := host.Start(ctx, opts)
	if err != nil {
		return usage(err, "a connector is built with: go build ./plugins/NAME")
	}
	a.onClose(plugin.Close)
	config, err := settings(plugin.Describe(), c.Config)
	if err != nil {
		return err
	}
	subject := conformance.Subject{Connector: plugin, Config: config}
	if c.Shape != "" {
		if subject.Shapes, err = readShapes(c.Shape); err != nil {
			return err
		}
	}
	done := 0
	report, err := conformance.Suite(ctx, subject, conformance.Options{Pattern: c.Run_, Keep: c.Keep, Extra: processes.Cases(opts), Progress: func(r conformance.Result) {
		done++
		a.tell(fmt.Sprintf("%d cases, %s", done, r.Case.FullName()))
	}})
	a.quieten()
	if wrong := (connectors.Diagnostics)(nil); errors.As(err, &wrong) {
		return usage(err, "--config names a scratch system, as the connector's settings say")
	}
	if err != nil {
		return err
	}
	if len(report.Results) == 0 {
		return usagef("names are like delete/twice; without --run the whole suite is run", "no case for this connector has a name that holds %q", c.Run_)
	}
	if a.JSON {
		if err := view.JSON(a.out, report); err != nil {
			return err
		}
	} else if err := report.Print(a.out, "protocol 1, sha256:"+plugin.SHA256()); err != nil {
		return err
	}
	if len(report.Failed()) > 0 {
		return shown{exitFailed}
	}
	return nil
}

// settings reads --config: a secret is never written out as an argument.
func settings(d connectors.Description, given map[string]string) (connectors.Config, error) {
	out := connectors.Config{}
	for name, v := range given {
		switch {
		case strings.HasPrefix(v, "@"):
			b, err := os.ReadFile(v[1:])
			if err != nil {
				return nil, usagef("", "the file for the setting %s cannot be read", name)
			}
			v = strings.TrimRight(string(b), "\r\n")
		case strings.HasPrefix(v, "${") && strings.HasSuffix(v, "}"):
			env := v[2 : len(v)-1]
			if v = os.Getenv(env); v == "" {
				return nil, usagef("", "the setting %s needs the environment variable %s", name, env)
			}
		default:
			for _, s := range d.Config {
				if s.Name == name && s.Secret {
					return nil, usagef("--config "+name+"=@file or "+name+"='${ENV}'", "%s is a secret, and arguments can be seen by others", name)
				}
			}
		}
		out[name] = v
	}
	if err := d.Check(out).Err(); err != nil {
		return nil, usage(err, "")
	}
	return out, nil
}

type connectorLockCmd struct{}

// Run writes connectors.lock.
func (connectorLockCmd) Run(_ context.Context, a *app) error {
	installed := host.List(host.Folders())
	if len(installed) == 0 {
		return usagef("they are looked for beside dossier, then in DOSSIER_CONNECTORS", "no connector is installed")
	}
	lock, err := host.LockOf(installed)
	if err != nil {
		return err
	}
	if err := lock.Write(host.LockName); err != nil {
		return err
	}
	_, err = a.out.Write(lock.Text())
	return err
}
