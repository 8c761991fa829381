// Command dossier executes data-subject rights across the systems an organisation runs. Here are arguments
// and commands; what they show is made in view, what they do is done in core.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/planner"
)

func main() {
	if os.Getenv("GOGC") == "" {
		collectGarbage()
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// root is the command line.
type root struct {
	State   string `help:"The executor's state: a SQLite file." default:".dossier/state.db" env:"DOSSIER_STATE" placeholder:"FILE"`
	Keys    string `help:"The key ring; never in the state's folder." default:".dossier-keys/ring.json" env:"DOSSIER_KEYS" placeholder:"FILE"`
	Map     string `help:"The data map: a folder with controller.yaml." default:"manifests" env:"DOSSIER_MAP" placeholder:"DIR"`
	As      string `help:"Who does it, for approvals and the register." env:"DOSSIER_OPERATOR" placeholder:"NAME"`
	JSON    bool   `help:"One JSON value on standard output."`
	Verbose bool   `short:"v" help:"Say on standard error what is done (no personal data)." xor:"loud"`
	Quiet   bool   `short:"q" help:"No progress, and no notes beside the result." xor:"loud"`

	Init        initCmd            `cmd:"" help:"Make state and key ring."`
	Manifest    manifestCmd        `cmd:"" help:"The data map: check, explain, inspect, graph, fmt."`
	Plan        planCmd            `cmd:"" help:"The dry run: shows what would be done, changes nothing."`
	Apply       applyCmd           `cmd:"" help:"Carry out a plan, or refuse if the world moved."`
	Run         runCmd             `cmd:"" help:"Plan and apply in one."`
	Request     requestCmd         `cmd:"" help:"The register: new, list, show, wait, note, reject, settle, resume, cancel."`
	Task        taskCmd            `cmd:"" help:"What people have to do: list, show, done, nothing-found, refuse."`
	Archive     archiveCmd         `cmd:"" help:"The package the subject receives: get, revoke."`
	Reply       replyCmd           `cmd:"" help:"The letter: what was done, what waits, until when."`
	Recipients  recipientsCmd      `cmd:"" help:"Who had the data, and who was told (art. 19)."`
	Restriction restrictionCmd     `cmd:"" help:"What is restricted (art. 18): list, permit, uses, use, open, revoke."`
	Receipt     receiptCmd         `cmd:"" help:"The evidence of a finished request; verified offline."`
	Journal     journalCmd         `cmd:"" help:"The log nobody can alter unseen: verify, key, checkpoint."`
	Tombstone   tombstoneCmd       `cmd:"" help:"What is kept of erasures: check, list."`
	Due         dueCmd             `cmd:"" help:"What is kept with an end: list, hold, release."`
	Connector   connectorCmd       `cmd:"" help:"For engineers: list, new, test, lock, install, grants, proto."`
	Serve       serveCmd           `cmd:"" help:"Work what comes due, until stopped."`
	Schema      schemaCmd          `cmd:"" help:"Print a JSON Schema of the data map's files."`
	Completion  completionCmd      `cmd:"" help:"Print completions for a shell."`
	Words       completionWordsCmd `cmd:"" name:"completion-words" hidden:""`
	Version     versionCmd         `cmd:"" help:"Print the version."`
}

// Exit codes (see the README).
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitStale       = 3
	exitWaits       = 4
	exitInterrupted = 130
)

// newParser is the command line as kong reads it.
func newParser(cli *root, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(cli, kong.Name("dossier"), kong.Writers(stdout, stderr), kong.Exit(exit),
		kong.Description("Data-subject rights (GDPR arts. 15-21), carried out across your systems."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}), kong.Help(helpWithExample))
}

// run is main for tests: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // whoever asks a second time does not want to wait
	var cli root
	code = -1
	parser, err := newParser(&cli, stdout, stderr, func(c int) { code = c })
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "dossier:", err)
		return exitFailed
	}
	a := &app{root: &cli, in: stdin, out: stdout, err: stderr}
	defer func() {
		if r := recover(); r != nil {
			code = a.defect()
		}
	}()
	if err := exposed(args); err != nil {
		return a.exit(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if code >= 0 {
		return code // help was asked for
	}
	if err != nil {
		return a.exit(unparsed(err))
	}
	if cli.As == "" {
		if u, err := user.Current(); err == nil {
			cli.As = u.Username
		}
	}
	if err := a.setClock(); err != nil {
		return a.exit(err)
	}
	defer a.close()
	if !a.silent() && view.Terminal(stderr) {
		ctx = planner.WithProgress(ctx, a.heard)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	err = k.Run(a)
	a.quieten()
	if err != nil && ctx.Err() != nil {
		_, _ = fmt.Fprintln(stderr, "Interrupted. Nothing is half-done: what was begun can be taken up again.")
		return exitInterrupted
	}
	return a.exit(err)
}

// defect ends the program where a mistake of its own stopped it. What it panicked with may hold data, so it is not shown.
func (a *app) defect() int {
	_, _ = fmt.Fprintln(a.err, "dossier: stopped by a defect of its own. Nothing is half-done: what was begun can be taken up again.\n  hint: -v shows where; please report it")
	if a.Verbose {
		_, _ = a.err.Write(debug.Stack())
	}
	return exitFailed
}

// unparsed says what is wrong with a command line, and which command's help says more.
func unparsed(err error) error {
	help := "dossier --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if n := parse.Context.Selected(); n != nil {
			help = "dossier " + n.Path() + " --help"
		}
	}
	return usage(emptyChoice{err}, help)
}

// emptyChoice is an error about a flag whose choices begin with none at all, which is not worth naming.
type emptyChoice struct{ error }

func (e emptyChoice) Error() string {
	return strings.Replace(e.error.Error(), `must be one of "",`, "must be one of ", 1)
}

func (e emptyChoice) Unwrap() error { return e.error }

// waits is the result of a command that ended well and left something to wait for.
type waits struct{ for_ string }

func (w waits) Error() string { return "waits for " + w.for_ }

// shown is an error whose words were printed already.
type shown struct{ code int }

func (shown) Error() string { return "" }

func (a *app) exit(err error) int {
	if err == nil {
		return exitDone
	}
	var s shown
	if errors.As(err, &s) {
		return s.code
	}
	var w waits
	if errors.As(err, &w) {
		return exitWaits
	}
	code, hint := meaning(err)
	var stale engine.Stale
	if errors.As(err, &stale) && len(stale.Differences) > 1 {
		err = errors.New("the plan is stale, nothing was done:\n" + strings.Join(stale.Differences, "\n"))
	}
	view.Problem(a.err, err, hint)
	return code
}
