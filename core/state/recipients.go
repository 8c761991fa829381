package state

import (
	"strings"
	"time"
)

// Notice is one row of the art. 19 list: a request, a recipient, an event. The fields and their rules are those of core/recipient.
type Notice struct {
	Request        string
	Recipient      string // id of the map, or as the disclosure log names it
	Event          string // rectification completion erasure restriction lifting
	Name           string
	Category       map[string]string // label by language
	Role           string
	Country        string
	TransferGround string
	Categories     []string
	FirstOn        string
	LastOn         string
	KnownFrom      string
	NotOne         string // the law, where it is no recipient
	Channel        string
	Template       string
	State          string // queued sent acknowledged done failed exempt
	Attempts       int
	NotBefore      time.Time
	SentAt,
	AcknowledgedAt,
	DoneAt time.Time
	Exemption     Exemption
	Efforts       []Effort
	ToldSubjectAt time.Time
	KeepUntil     string
	Sealed        []byte // what the recipient calls the person
	DEK           []byte
	Month         string
	CreatedAt     time.Time
}

// Exemption is why a recipient is not told.
type Exemption struct {
	Limb      string    `json:"limb"`
	Letter    string    `json:"letter"`
	Reasoning string    `json:"reasoning"`
	Evidence  string    `json:"evidence"`
	DecidedBy string    `json:"decided_by"`
	At        time.Time `json:"at"`
}

// Effort is something that was tried (Code B.VII.4).
type Effort struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by,omitempty"`
}

const noticeColumns = `request, recipient, event, name, category, role, country, transfer_ground, categories, first_on, last_on, known_from, not_one, channel, template, state,
	attempts, not_before, sent_at, acknowledged_at, done_at, exempt_limb, exempt_letter, exempt_reasoning, exempt_evidence, exempt_by, exempt_at, efforts, told_subject_at,
	keep_until, sealed, dek, month, created_at`

func scanNotice(s scanner) (Notice, error) {
	var n Notice
	x := &n.Exemption
	err := s.Scan(&n.Request, &n.Recipient, &n.Event, &n.Name, jsInto{&n.Category}, &n.Role, &n.Country, &n.TransferGround, jsInto{&n.Categories}, &n.FirstOn, &n.LastOn,
		&n.KnownFrom, &n.NotOne, &n.Channel, &n.Template, &n.State, &n.Attempts, stampInto{&n.NotBefore}, stampInto{&n.SentAt}, stampInto{&n.AcknowledgedAt}, stampInto{&n.DoneAt},
		&x.Limb, &x.Letter, &x.Reasoning, &x.Evidence, &x.DecidedBy, stampInto{&x.At}, jsInto{&n.Efforts}, stampInto{&n.ToldSubjectAt}, &n.KeepUntil,
		&n.Sealed, &n.DEK, &n.Month, stampInto{&n.CreatedAt})
	return n, err
}

// PutNotice stores a row, replacing the earlier one of the same request, recipient and event; read it in the same transaction.
func (tx *Tx) PutNotice(n Notice) error {
	x := n.Exemption
	efforts := any(n.Efforts)
	if n.Efforts == nil {
		efforts = []Effort{}
	}
	return tx.do("recipient "+n.Recipient+" of "+n.Request, `INSERT OR REPLACE INTO recipient_notice (`+noticeColumns+`) VALUES (?`+strings.Repeat(", ?", 33)+`)`,
		n.Request, n.Recipient, n.Event, n.Name, js{n.Category}, n.Role, n.Country, n.TransferGround, js{n.Categories}, n.FirstOn, n.LastOn, n.KnownFrom, n.NotOne, n.Channel,
		n.Template, n.State, n.Attempts, stamp(n.NotBefore), stamp(n.SentAt), stamp(n.AcknowledgedAt), stamp(n.DoneAt), x.Limb, x.Letter, x.Reasoning, x.Evidence, x.DecidedBy,
		stamp(x.At), js{efforts}, stamp(n.ToldSubjectAt), n.KeepUntil, n.Sealed, n.DEK, n.Month, stamp(n.CreatedAt))
}

// Notice reads one row, or [ErrNotFound].
func (tx *Tx) Notice(request, recipient, event string) (Notice, error) {
	return get(tx, "recipient "+recipient+" of "+request, scanNotice, `SELECT `+noticeColumns+` FROM recipient_notice WHERE request = ? AND recipient = ? AND event = ?`,
		request, recipient, event)
}

// Notices is a request's list, by name.
func (tx *Tx) Notices(request string) ([]Notice, error) {
	return all(tx, "recipients of "+request, scanNotice, `SELECT `+noticeColumns+` FROM recipient_notice WHERE request = ? ORDER BY name, recipient, event`, request)
}

// DueNotices lists what is to be sent now: queued or failed ones whose time has come.
func (tx *Tx) DueNotices(now time.Time, limit int) ([]Notice, error) {
	return all(tx, "recipients", scanNotice, `SELECT `+noticeColumns+` FROM recipient_notice WHERE state IN ('queued','failed') AND not_one = '' AND not_before <= ?
		ORDER BY not_before, request, recipient LIMIT ?`, stamp(now), limit)
}
