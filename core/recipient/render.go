package recipient

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/state"
)

// Format of the list's JSON form.
const Format = "dossier.recipients/v1"

// Row is one row as it is shown: to the operator in full, to the person without what is not theirs to know.
type Row struct {
	Recipient      string          `json:"recipient,omitempty"`
	Name           string          `json:"name"`
	Category       string          `json:"category,omitempty"`
	Role           string          `json:"role"`
	Country        string          `json:"country,omitempty"`
	TransferGround string          `json:"transfer_ground,omitempty"`
	Categories     []string        `json:"categories"`
	FirstOn        string          `json:"first_on,omitempty"`
	LastOn         string          `json:"last_on,omitempty"`
	Event          string          `json:"event"`
	State          string          `json:"state"`
	SentAt         string          `json:"sent_at,omitempty"` // instants; for the person, days
	AcknowledgedAt string          `json:"acknowledged_at,omitempty"`
	DoneAt         string          `json:"done_at,omitempty"`
	Exemption      *ShownExemption `json:"exemption,omitempty"`
	Efforts        []ShownEffort   `json:"efforts,omitempty"`
	KnownFrom      string          `json:"known_from,omitempty"`
	NotARecipient  string          `json:"not_a_recipient,omitempty"`
	Channel        string          `json:"channel,omitempty"`
	Attempts       int             `json:"attempts,omitempty"`
	ToldSubjectAt  string          `json:"told_subject_at,omitempty"`
	KeepUntil      string          `json:"keep_until,omitempty"`
}

// ShownExemption is why a recipient was not told.
type ShownExemption struct {
	Limb      string `json:"limb"`
	Letter    string `json:"letter"`
	Reasoning string `json:"reasoning"`
	Evidence  string `json:"evidence,omitempty"`
	DecidedBy string `json:"decided_by,omitempty"`
	At        string `json:"at,omitempty"`
}

// ShownEffort is something that was tried.
type ShownEffort struct {
	At   string `json:"at"`
	What string `json:"what"`
	By   string `json:"by,omitempty"`
}

// ForOperator shows everything but the sealed reference.
func ForOperator(rows []state.Notice, language string) []Row {
	out := make([]Row, 0, len(rows))
	for _, n := range rows {
		r := shown(n, language, instant)
		r.Recipient, r.KnownFrom, r.NotARecipient, r.Channel, r.Attempts = n.Recipient, n.KnownFrom, n.NotOne, n.Channel, n.Attempts
		r.ToldSubjectAt, r.KeepUntil = instant(n.ToldSubjectAt), n.KeepUntil
		if x := n.Exemption; r.Exemption != nil {
			r.Exemption.Evidence, r.Exemption.DecidedBy, r.Exemption.At = x.Evidence, x.DecidedBy, instant(x.At)
		}
		r.Efforts = nil
		for _, e := range n.Efforts {
			r.Efforts = append(r.Efforts, ShownEffort{instant(e.At), e.What, e.By})
		}
		out = append(out, r)
	}
	return out
}

// ForSubject shows the person their recipients (art. 19, second sentence; Code B.VII.3): the actual names, what each had, how far telling it has
// come, and the reasoning where it was not told. Authorities in a particular inquiry are no recipients and do not appear. Days are those of zone.
func ForSubject(rows []state.Notice, language string, zone *time.Location) []Row {
	out := make([]Row, 0, len(rows))
	for _, n := range rows {
		if n.NotOne != "" {
			continue
		}
		out = append(out, shown(n, language, func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.In(zone).Format(time.DateOnly)
		}))
	}
	return out
}

func shown(n state.Notice, language string, when func(time.Time) string) Row {
	r := Row{Name: n.Name, Category: datamap.Label(n.Category).In(language), Role: n.Role, Country: n.Country, TransferGround: n.TransferGround, Categories: n.Categories,
		FirstOn: n.FirstOn, LastOn: n.LastOn, Event: n.Event, State: n.State, SentAt: when(n.SentAt), AcknowledgedAt: when(n.AcknowledgedAt), DoneAt: when(n.DoneAt)}
	if r.Categories == nil {
		r.Categories = []string{}
	}
	if x := n.Exemption; n.State == Exempt && x.Letter != "" {
		r.Exemption = &ShownExemption{Limb: x.Limb, Letter: x.Letter, Reasoning: x.Reasoning}
	}
	for _, e := range n.Efforts {
		if e.By != "" { // what a person tried and wrote down; the program's own tries tell of its connections
			r.Efforts = append(r.Efforts, ShownEffort{At: when(e.At), What: e.What})
		}
	}
	return r
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// JSON is the list of a request as one value.
func JSON(request string, rows []Row) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(struct {
		Format     string `json:"format"`
		Request    string `json:"request"`
		Recipients []Row  `json:"recipients"`
	}{Format, request, rows})
	return b.Bytes(), err
}

// CSV writes the list as RFC 4180 with a header line.
func CSV(w io.Writer, rows []Row) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write([]string{"name", "category", "role", "country", "transfer_ground", "categories", "first_on", "last_on", "event", "state", "sent_at", "acknowledged_at", "done_at",
		"exemption_limb", "exemption_letter", "exemption_reasoning", "efforts"}); err != nil {
		return err
	}
	for _, r := range rows {
		x := r.Exemption
		if x == nil {
			x = &ShownExemption{}
		}
		efforts := make([]string, len(r.Efforts))
		for i, e := range r.Efforts {
			efforts[i] = e.At + " " + e.What
		}
		if err := c.Write([]string{r.Name, r.Category, r.Role, r.Country, r.TransferGround, strings.Join(r.Categories, "; "), r.FirstOn, r.LastOn, r.Event, r.State, r.SentAt,
			r.AcknowledgedAt, r.DoneAt, x.Limb, x.Letter, x.Reasoning, strings.Join(efforts, "; ")}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
