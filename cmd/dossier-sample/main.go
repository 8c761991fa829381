// Command dossier-sample lays out the sample cooperative: a register and a ledger in SQLite and a folder of
// documents, with invented people. What the map's ${…} stand for goes to standard output, a line each:
//
//	dossier-sample --dir .demo/stores --requests .demo/requests > .demo/env
//
// It refuses a folder that holds a sample already. Exit codes: 0 laid out, 1 failed, 2 usage, 130 interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// settings are what the flags say.
type settings struct {
	dir, requests, persons string
	options                sample.Options
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	begun := time.Now()
	s, err := sample.Lay(ctx, set.dir, set.options)
	if err == nil && set.requests != "" {
		_, err = s.WriteRequests(set.requests)
	}
	if err == nil && set.persons != "" {
		err = s.WritePersons(set.persons)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		if ctx.Err() != nil {
			return 130
		}
		return 1
	}
	if err := printEnv(stdout, s); err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 1
	}
	_, _ = fmt.Fprintf(stderr, "The cooperative of %s is laid out in %s, in %.1f s.\n", s.AsOf.Format("2 January 2006"), s.Dir, time.Since(begun).Seconds())
	return 0
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var set settings
	f := flag.NewFlagSet("dossier-sample", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		_, _ = fmt.Fprint(stderr, "dossier-sample --dir .demo/stores --members 2000 --requests .demo/requests\n\n")
		f.PrintDefaults()
	}
	f.StringVar(&set.dir, "dir", "", "`folder` the stores are laid out in; it may not hold a sample yet")
	f.IntVar(&set.options.Members, "members", sample.DefaultMembers, "how many members, the named ones included")
	f.Uint64Var(&set.options.Seed, "seed", 1, "the same seed gives the same sample")
	f.StringVar(&set.requests, "requests", "", "`folder` for requests about the named persons; none are written without it")
	f.StringVar(&set.persons, "persons", "", "JSON `file` for who the named persons are; not written without it")
	f.IntVar(&set.options.Heavy.Readings, "heavy-readings", 0, "meter readings of one person, for benchmarks")
	f.IntVar(&set.options.Heavy.Entries, "heavy-entries", 0, "ledger entries of one person, for benchmarks")
	f.Func("as-of", "`day` dates are relative to, as 2006-01-02 (default "+sample.ReferenceDay.Format("2006-01-02")+")", func(v string) (err error) {
		set.options.AsOf, err = time.ParseInLocation("2006-01-02", v, sample.Zone)
		return err
	})
	if err := f.Parse(args); err != nil {
		return set, err
	}
	problem := ""
	switch {
	case set.dir == "":
		problem = "--dir says where the sample goes; it is missing"
	case f.NArg() > 0:
		problem = "nothing but flags is expected"
	}
	if problem != "" {
		_, _ = fmt.Fprintln(stderr, problem)
		f.Usage()
		return set, errors.New(problem)
	}
	return set, nil
}

// printEnv prints NAME=VALUE lines in a fixed order.
func printEnv(w io.Writer, s *sample.Sample) error {
	env := s.Env()
	for _, name := range []string{"REGISTER_FILE", "LEDGER_FILE", "DOCUMENTS_DIR", "BILANS_WEBHOOK_SECRET"} {
		if _, err := fmt.Fprintf(w, "%s=%s\n", name, env[name]); err != nil {
			return err
		}
	}
	return nil
}
