package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

//go:embed completions/*
var completions embed.FS

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script for the shell. It asks `dossier completion-words` for what may follow, so that it never falls behind
// the program.
func (c completionCmd) Run(_ context.Context, a *app) error {
	b, err := completions.ReadFile("completions/dossier." + c.Shell)
	if err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}

type completionWordsCmd struct {
	Before []string `arg:"" optional:"" passthrough:""`
}

// Run prints the words that may follow those before the cursor: commands, else flags, each with its help after a tab.
func (c completionWordsCmd) Run(_ context.Context, a *app) error {
	parser, err := newParser(&root{}, io.Discard, io.Discard, func(int) {})
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, w := range follow(parser.Model.Node, c.Before) {
		_, _ = fmt.Fprintf(&b, "%s\t%s\n", w.word, w.help)
	}
	_, err = io.WriteString(a.out, b.String())
	return err
}

type word struct{ word, help string }

// follow walks the words typed down the commands, and lists what may come next.
func follow(n *kong.Node, before []string) []word {
	skip := false
	for _, w := range before {
		next := child(n, w)
		switch {
		case skip:
			skip = false
		case next != nil:
			n = next
		case n.DefaultCmd != nil && (!strings.HasPrefix(w, "-") || flagOf(n, w) == nil):
			n = n.DefaultCmd
			fallthrough
		default:
			f := flagOf(n, w)
			skip = f != nil && !f.IsBool() && !strings.Contains(w, "=")
		}
	}
	if skip {
		return nil // a value: files, as the shell completes them
	}
	var out []word
	for _, x := range n.Children {
		if !x.Hidden {
			out = append(out, word{x.Name, x.Help})
		}
	}
	for at := n; at != nil; at = at.Parent {
		for _, f := range at.Flags {
			if !f.Hidden {
				out = append(out, word{"--" + f.Name, f.Help})
			}
		}
		if len(n.Children) > 0 {
			break // above a leaf, only its own
		}
	}
	return out
}

func child(n *kong.Node, name string) *kong.Node {
	for _, x := range n.Children {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// flagOf finds the flag an argument gives, at a command or above it.
func flagOf(n *kong.Node, arg string) *kong.Flag {
	name, _, _ := strings.Cut(arg, "=")
	for at := n; at != nil; at = at.Parent {
		for _, f := range at.Flags {
			if "--"+f.Name == name || f.Short != 0 && "-"+string(f.Short) == name {
				return f
			}
		}
	}
	return nil
}
