package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
)

// Restrictions prints the restrictions in force, the longest first.
func Restrictions(w io.Writer, list []engine.Restraint, zone *time.Location, now time.Time) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is restricted.")
		return err
	}
	t := Table{Head: []string{"RESTRICTION", "GROUND", "SINCE", "ROWS", "REVIEW BY", "PERMITS", "USES"}, Right: []bool{false, false, false, true, false, true, true}}
	var notes [][2]string
	for _, r := range list {
		var rows int64
		for _, p := range r.Places {
			if p.LiftedAt == nil {
				rows += p.Rows
			}
		}
		review := "-"
		switch {
		case r.LiftedAt != nil:
			review = "lifted " + Near(r.LiftedAt.In(zone), now)
		case r.ReviewBy != nil:
			review = Date(r.ReviewBy.In(zone))
			if r.ReviewDue {
				review += ", passed"
				notes = append(notes, [2]string{r.ID, "somebody decides: the ground stands, or it is lifted after notice (art. 18(3))"})
			}
		}
		ground := strings.TrimPrefix(grounds[r.Ground], "art. 18(1)")
		t.Add(r.ID, ground, Near(r.Since.In(zone), now), Number(rows), review, Number(int64(r.Permits)), Number(int64(r.Uses)))
	}
	if err := t.Print(w); err != nil {
		return err
	}
	for _, n := range notes {
		_, _ = fmt.Fprintln(w, wrap(n[0]+": "+n[1], Width-2, "  "))
	}
	return nil
}

// Uses prints the permits of a restriction with the uses made of each.
func Uses(w io.Writer, id string, list []engine.Permitted, zone *time.Location, now time.Time, asJSON bool) error {
	type use struct {
		At   time.Time `json:"at"`
		By   string    `json:"by"`
		What string    `json:"for"`
	}
	type permit struct {
		N       int64      `json:"permit"`
		Basis   string     `json:"basis"`
		Law     string     `json:"law,omitempty"`
		Account string     `json:"account"`
		Until   string     `json:"until"`
		By      string     `json:"by"`
		Open    bool       `json:"open"`
		Revoked *time.Time `json:"revoked_at,omitempty"`
		Uses    []use      `json:"uses"`
	}
	if asJSON {
		out := []permit{}
		for _, p := range list {
			x := permit{N: p.ID, Basis: p.Basis, Law: p.Law, Account: p.Account, Until: p.Until, By: p.By, Open: p.Open, Uses: []use{}}
			if !p.RevokedAt.IsZero() {
				x.Revoked = &p.RevokedAt
			}
			for _, u := range p.Uses {
				x.Uses = append(x.Uses, use{u.At, u.By, u.What})
			}
			out = append(out, x)
		}
		return JSON(w, Document{"format": "dossier.permits/v1", "restriction": id, "permits": out})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "No use of what "+id+" restricts was permitted.")
		return err
	}
	for _, p := range list {
		st := "open until " + Day(p.Until)
		switch {
		case !p.RevokedAt.IsZero():
			st = "revoked " + Near(p.RevokedAt.In(zone), now)
		case !p.Open:
			st = "ended " + Day(p.Until)
		}
		text := fmt.Sprintf("permit %d: %s, for %s, %s", p.ID, strings.ReplaceAll(p.Basis, "_", " "), p.Account, st)
		if p.Law != "" {
			text += " (" + p.Law + ")"
		}
		_, _ = fmt.Fprintln(w, wrap(text, Width, "          "))
		for _, u := range p.Uses {
			_, _ = fmt.Fprintln(w, "  "+wrap("used "+Near(u.At.In(zone), now)+" by "+u.By+": "+u.What, Width-2, "    "))
		}
		if len(p.Uses) == 0 {
			_, _ = fmt.Fprintln(w, "  not used")
		}
	}
	return nil
}

// restrained says in request show since when a restriction is in force, and when somebody has to look at it.
func restrained(w io.Writer, r *engine.Restraint, zone *time.Location) {
	if r == nil {
		return
	}
	say := func(name, text string) {
		_, _ = fmt.Fprintln(w, strings.TrimRight(pad(name, 13)+text, " "))
	}
	if r.LiftedAt != nil {
		say("lifted", Moment(r.LiftedAt.In(zone))+"    by "+r.EndedBy)
		return
	}
	say("in force", Moment(r.Since.In(zone)))
	if r.ReviewBy != nil {
		text := Date(r.ReviewBy.In(zone))
		if r.ReviewDue {
			text += ": passed. It does not end by itself; somebody decides whether its ground still stands"
		}
		say("review by", wrap(text, Width-13, strings.Repeat(" ", 13)))
	}
}
