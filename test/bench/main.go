// Command bench compares Dossier with what one would write by hand, in the same run: medians of ratios over many members, taken in turns
// so that a busy machine slows both. Nothing is asserted; README.md says what was reached.
//
//	make bench                       # or: go run ./test/bench -bin bin
//	go run ./test/bench -bin bin -only erasure -n 60
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settings are what the flags say.
type settings struct {
	bin       string
	store     string // the server whose club is measured; "": the sample, in files
	only      string
	members   int
	n         int
	batch     int
	rounds    int
	heavy     int
	calm      time.Duration
	rows      []int
	documents []int
	profile   string
	inside    bool
	objects   int
	clubs     *int // made so far
}

// wants says whether something was asked for; nothing named is everything.
func (s settings) wants(name string) bool {
	return s.only == "" || strings.Contains(","+s.only+",", ","+name+",")
}

func (s settings) nextClub() int { *s.clubs++; return *s.clubs }

// bench is one that can be asked for by its names.
type bench struct {
	names []string
	run   func(context.Context, settings) error
}

var inFiles = []bench{{[]string{"access"}, benchAccess}, {[]string{"held"}, benchHeld}, {[]string{"erasure"}, benchErasure}, {[]string{"batch"}, benchBatch},
	{[]string{"restriction"}, benchRestriction}, {[]string{"archive"}, benchArchive}}

var inLake = []bench{{[]string{"json", "parquet"}, benchLake}}

var onServers = []bench{{[]string{"access", "one", "heaviest", "batch1000", "batch10000"}, benchClub}, {[]string{"archive"}, benchPackage}, {[]string{"slices"}, benchHeavy}}

var inClinic = []bench{{[]string{"plain", "indexed"}, benchClinic}}

var inDocuments = []bench{{[]string{"elements"}, benchElements}}

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
	s := settings{rows: []int{10_000, 1_000_000}, documents: []int{10_000, 100_000}, clubs: new(int)}
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	f.StringVar(&s.bin, "bin", "bin", "`folder` of dossier and its connectors")
	f.StringVar(&s.store, "store", "", "`server` that holds the data: postgres, mysql, mongodb, s3, or all four, clinic; none: the sample, in files")
	f.StringVar(&s.only, "only", "", "which, with commas between: access, held, erasure, batch, restriction, archive; on a server access, one, heaviest, batch1000, batch10000, archive, slices; in a lake json, parquet; on mongodb elements; in a clinic plain, indexed")
	f.IntVar(&s.members, "members", 0, "members of the sample (2000), of the club on a server (25000), or patients of a clinic (2000)")
	f.IntVar(&s.n, "n", 40, "members to repeat over")
	f.IntVar(&s.batch, "batch", 1000, "members erased at once")
	f.IntVar(&s.rounds, "rounds", 0, "batches of each size on a server (3 of a thousand, 2 of ten thousand), or of a lake (3)")
	f.IntVar(&s.heavy, "heavy", 5_000_000, "rows of one account erased on a server, while an application works on")
	f.DurationVar(&s.calm, "calm", 10*time.Second, "how long that application is watched before and after")
	f.StringVar(&s.profile, "profile", "", "`file` for a CPU profile of this process")
	f.IntVar(&s.objects, "objects", 1000, "JSON objects of a lake (-store s3), and a tenth as many Parquet objects; 10000 is the full size")
	f.BoolVar(&s.inside, "inside", false, "connectors in this process, for a profile that shows them too")
	f.Func("rows", "of the archives, as `numbers` with commas between (default 10000,1000000)", numbers(&s.rows))
	f.Func("documents", "in whose arrays elements are erased on mongodb, as `numbers` with commas between (default 10000,100000)", numbers(&s.documents))
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
	benches := inFiles
	switch s.store {
	case "":
		s.members = cmp.Or(s.members, 2000)
	case "s3":
		benches = inLake
	case "postgres", "mysql":
		s.members, benches = cmp.Or(s.members, 25_000), onServers
	case "clinic":
		s.members, benches = cmp.Or(s.members, 2000), inClinic
	case "mongodb":
		benches = inDocuments
	default:
		return fmt.Errorf("-store %s: postgres, mysql, mongodb, s3 or clinic", s.store)
	}
	for _, b := range benches {
		if !slices.ContainsFunc(b.names, s.wants) {
			continue
		}
		if err := b.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(b.names, ", "), err)
		}
	}
	return nil
}

// numbers reads them, with commas between, in place of those that stand there.
func numbers(into *[]int) func(string) error {
	return func(text string) error {
		*into = nil
		for n := range strings.SplitSeq(text, ",") {
			x, err := strconv.Atoi(n)
			if err != nil {
				return err
			}
			*into = append(*into, x)
		}
		return nil
	}
}
