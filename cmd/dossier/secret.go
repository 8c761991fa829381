package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/subject"
)

// secret reads a value that may not be an argument: from standard input (-), a file (@FILE), the environment (${ENV}), or asked
// for on the terminal without showing it.
func (a *app) secret(ctx context.Context, what, from string) (subject.Secret, error) {
	var text string
	switch {
	case from == "":
		f, ok := a.in.(*os.File)
		if !ok || !view.Terminal(f) {
			return subject.Secret{}, usagef("- reads it from standard input", "nobody is there to be asked for the value of %s", what)
		}
		_, _ = fmt.Fprintf(a.err, "%s (it is not shown): ", what)
		before, _ := term.GetState(int(f.Fd()))
		b, err := await(ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
		if ctx.Err() != nil {
			_ = term.Restore(int(f.Fd()), before) // the terminal shows what is typed again
			return subject.Secret{}, err
		}
		_, _ = fmt.Fprintln(a.err)
		if err != nil {
			return subject.Secret{}, usagef("- reads it from standard input", "the value of %s cannot be read", what)
		}
		text = string(b)
	case from == "-", strings.HasPrefix(from, "@"):
		name := strings.TrimPrefix(from, "@")
		b, err := a.readFile(ctx, what, name)
		if err != nil {
			return subject.Secret{}, err
		}
		text = string(b)
	case strings.HasPrefix(from, "${") && strings.HasSuffix(from, "}"):
		text = os.Getenv(from[2 : len(from)-1])
	default:
		return subject.Secret{}, usagef("- reads it from standard input; @FILE and '${ENV}' do too", "the value of %s may not be an argument: others can see arguments", what)
	}
	if text = strings.TrimRight(text, "\r\n"); strings.TrimSpace(text) == "" {
		return subject.Secret{}, usagef("", "the value of %s is empty", what)
	}
	return subject.Seal(text), nil
}

var (
	elevenDigits = regexp.MustCompile(`(^|[^0-9a-fA-F])[0-9]{11}($|[^0-9a-fA-F])`)
	address      = regexp.MustCompile(`[^\s@=/:]@[^\s@/]+\.[A-Za-z]{2,}`)
	password     = regexp.MustCompile(`://[^/\s:@]*:[^/\s@]+@`)
)

// exposed refuses arguments that hold what others must not see: a password in a URL, a PESEL, an e-mail address. A file of
// that name is a file. The argument itself is not repeated. An empty one is refused, too: it names nothing.
func exposed(args []string) error {
	for i, arg := range args {
		switch {
		case arg == "":
			return usagef("a variable that is not set, perhaps", "argument %d is empty", i+1)
		case password.MatchString(arg):
			return usagef("give it as name=@FILE, name='${ENV}', or in DOSSIER_STATE", "argument %d holds a password, and others can see arguments", i+1)
		case exists(arg) || strings.ContainsAny(arg, `/\`):
		case elevenDigits.MatchString(arg), address.MatchString(arg):
			return usagef("requests are named by their ids; identifiers stand in the request's file, or are read by -", "argument %d looks like an identifier of a person, and others can see arguments", i+1)
		}
	}
	return nil
}
