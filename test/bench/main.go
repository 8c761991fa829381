// Command bench compares Dossier with what one would write by hand, in the same run: medians of ratios over many members, taken in turns
// so that a busy machine slows both. Nothing is asserted; README.md says what was reached.
//
//	make bench                       # or: go run ./test/bench -bin bin
//	go run ./test/bench -bin bin -only erasure -n 60
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// settings are what the flags say.
type settings struct {
	bin     string
	only    string
	members int
	n       int
	batch   int
	heavy   int
	calm    time.Duration
	rows    []int
	profile string
	inside  bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	s := settings{rows: []int{10_000, 1_000_000}}
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	f.StringVar(&s.bin, "bin", "bin", "`folder` of dossier and its connectors")
	f.StringVar(&s.only, "only", "access,held,erasure,batch,restriction,archive,heavy", "which: access, held, erasure, batch, restriction, archive, heavy")
	f.IntVar(&s.members, "members", 2000, "members of the sample")
	f.IntVar(&s.n, "n", 40, "members to repeat over")
	f.IntVar(&s.batch, "batch", 1000, "members erased at once")
	f.IntVar(&s.heavy, "heavy", 5_000_000, "rows of one account erased on a server, while an application works on")
	f.DurationVar(&s.calm, "calm", 10*time.Second, "how long that application is watched before and after")
	f.StringVar(&s.profile, "profile", "", "`file` for a CPU profile of this process")
	f.BoolVar(&s.inside, "inside", false, "connectors in this process, for a profile that shows them too")
	f.Func("rows", "of the archives, as `numbers` with commas between (default 10000,1000000)", func(text string) error {
		s.rows = nil
		for n := range strings.SplitSeq(text, ",") {
			rows, err := strconv.Atoi(n)
			if err != nil {
				return err
			}
			s.rows = append(s.rows, rows)
		}
		return nil
	})
	if err := f.Parse(args); err != nil {
		return err
	}
	bin, err := filepath.Abs(s.bin)
	if err != nil {
		return err
	}
	s.bin = bin
	where := "as processes, warm"
	if s.inside {
		where = "in this process"
	}
	fmt.Printf("%s, %d cores, %s; connectors %s\n\n", runtime.GOOS, runtime.NumCPU(), runtime.Version(), where)
	stop, err := profiling(s.profile)
	if err != nil {
		return err
	}
	defer stop()
	for _, b := range []struct {
		name string
		run  func(context.Context, settings) error
	}{{"access", benchAccess}, {"held", benchHeld}, {"erasure", benchErasure}, {"batch", benchBatch}, {"restriction", benchRestriction}, {"archive", benchArchive}, {"heavy", benchHeavy}} {
		if !strings.Contains(","+s.only+",", ","+b.name+",") {
			continue
		}
		if err := b.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}
