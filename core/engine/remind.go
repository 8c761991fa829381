package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// remindBefore are the days before a request is due on which its owner is reminded.
var remindBefore = []int{7, 2}

// The flags of an open request.
const (
	FlagDueSoon = "due_soon"
	FlagOverdue = "overdue"
)

// dueFlags says what is to be said of an open request that is due on that day (2006-01-02, in the controller's zone).
func (e *Engine) dueFlags(due string) []string {
	today := e.Now().In(e.Planner.Graph.Map.Zone)
	switch {
	case due == "":
		return nil
	case due < today.Format(time.DateOnly):
		return []string{FlagOverdue}
	case due <= today.AddDate(0, 0, remindBefore[0]).Format(time.DateOnly):
		return []string{FlagDueSoon}
	}
	return nil
}

// Remind queues a reminder for every open request that is due within 7, and again within 2 days: an entry of the outbox with the
// request's id and its day, each once, however often and on however many nodes this runs.
func (e *Engine) Remind(ctx context.Context) (reminded int, err error) {
	now := e.Now()
	today := now.In(e.Planner.Graph.Map.Zone)
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		open, err := tx.Requests(state.RequestFilter{States: []string{string(request.Received), string(request.Waiting), string(request.Planned),
			string(request.Approved), string(request.Running)}})
		if err != nil {
			return err
		}
		for _, x := range open {
			days, ok := nearest(today, x.DueStrict)
			if !ok {
				continue
			}
			ref := fmt.Sprintf("%s/%d", x.DueStrict, days)
			payload, err := json.Marshal(map[string]any{"request": x.ID, "due": x.DueStrict, "days": days})
			if err != nil {
				return err
			}
			added, err := tx.AddEvent(state.Event{Request: x.ID, Type: "due_soon", At: dayOf(x.DueStrict, today.Location()).AddDate(0, 0, -days), NotedAt: now, Ref: ref, Detail: payload})
			if err != nil || !added {
				if err != nil {
					return err
				}
				continue
			}
			reminded++
			if err := tx.AddOut(state.Out{Type: "request.due_soon", Request: x.ID, Payload: payload, Ref: ref, NotBefore: now}, now); err != nil {
				return err
			}
		}
		return nil
	})
	return reminded, err
}

// nearest is the latest of the reminders whose day has come.
func nearest(today time.Time, due string) (days int, ok bool) {
	for _, n := range remindBefore {
		if due != "" && due <= today.AddDate(0, 0, n).Format(time.DateOnly) {
			days, ok = n, true
		}
	}
	return days, ok
}

func dayOf(date string, zone *time.Location) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, date, zone) // as the register writes it
	return at
}
