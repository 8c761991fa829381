package main

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap"
)

type manifestCmd struct {
	Check manifestCheckCmd `cmd:"" help:"Check the map; all mistakes at once."`
}

type manifestCheckCmd struct {
	Strict bool `help:"Warnings are mistakes too."`
}

// Run checks the map.
func (c manifestCheckCmd) Run(_ context.Context, a *app) error {
	dir, err := a.mapDir()
	if err != nil {
		return err
	}
	m, problems := datamap.Load(dir)
	summary := datamap.Summary(dir, m, problems)
	bad := problems.Errors() > 0 || c.Strict && len(problems) > 0
	if a.JSON {
		if err := view.JSON(a.out, map[string]any{"format": "dossier.check/v1", "ok": !bad, "problems": problems, "summary": summary}); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprint(a.out, problems.String())
		if len(problems) > 0 {
			_, _ = fmt.Fprintln(a.out)
		}
		_, _ = fmt.Fprintln(a.out, summary)
	}
	if bad {
		return shown{exitUsage}
	}
	return nil
}
