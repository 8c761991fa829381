package sqlite

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

const (
	settingFile = "file"
	settingBusy = "busy_timeout"
)

const defaultBusy = 2 * time.Second

// place is where the database is and how patient to be.
type place struct {
	file string
	busy time.Duration
}

func wrong(setting, summary, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + setting, Summary: summary, Detail: hint}}
}

// settings reads the config; no message holds a value of it.
func settings(c connectors.Config) (place, error) {
	p := place{busy: defaultBusy}
	if text := c[settingBusy]; text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return p, wrong(settingBusy, "busy_timeout is no time", "write it like 500ms or 2s")
		}
		p.busy = d
	}
	file, err := filepath.Abs(c[settingFile])
	if err != nil {
		return p, wrong(settingFile, "file is no path", "give the path of the database file")
	}
	switch info, err := os.Stat(file); {
	case os.IsNotExist(err):
		return p, wrong(settingFile, "there is no file where file points", "check the path; the connector creates no database")
	case err != nil:
		return p, wrong(settingFile, "the database file cannot be looked at", "check that this account may read it and its folder")
	case !info.Mode().IsRegular():
		return p, wrong(settingFile, "file does not point to a file", "give the path of the database file, not of its folder")
	}
	p.file = file
	return p, nil
}

// source is the data source name: the file as a URI, never created, and the pragmas of every connection.
func (p place) source(pragmas ...string) string {
	q := url.Values{"mode": {"rw"}, "_error_rc": {"1"}}
	q.Add("_pragma", "busy_timeout("+strconv.FormatInt(p.busy.Milliseconds(), 10)+")")
	for _, x := range pragmas {
		q.Add("_pragma", x)
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(p.file), RawQuery: q.Encode()}
	return u.String()
}
