package sample

import (
	"context"
	_ "embed"
)

//go:embed ledger.sql
var ledgerSchema string

// ledgerFile writes the ledger.
type ledgerFile struct {
	*bulk
	accounts, entries, readings, arrears, balances *table
	arrearsID                                      int64
}

func newLedger(ctx context.Context, file string) (*ledgerFile, error) {
	b, err := newBulk(ctx, file, ledgerSchema)
	if err != nil {
		return nil, err
	}
	return &ledgerFile{
		bulk:     b,
		accounts: b.table("accounts", "account_no", "member_no", "holder", "iban"),
		entries: b.table("entries", "book", "entry_no", "account_no", "payer", "title", "amount", "booked_on", "due_on", "status",
			"corrects_book", "corrects_no"),
		readings: b.table("readings", "flat_no", "meter", "read_on", "value"),
		arrears:  b.table("arrears_letters", "id", "account_no", "sent_on", "body"),
		balances: b.table("balances", "account_no", "total"),
	}, nil
}

func (l *ledgerFile) write(h *household) error {
	for _, a := range h.accounts {
		if err := l.accounts.add(a.no, a.memberNo, a.holder, a.iban); err != nil {
			return err
		}
	}
	for _, e := range h.entries {
		var book, no any
		if e.corrects != nil {
			book, no = e.corrects.book, e.corrects.no
		}
		if err := l.entries.add(e.book, e.no, e.account, e.payer, e.title, float64(e.cents)/100, e.bookedOn, e.dueOn, e.status, book, no); err != nil {
			return err
		}
	}
	for _, r := range h.readings {
		if err := l.readings.add(r.flat, r.meter, r.readOn, float64(r.litres)/1000); err != nil {
			return err
		}
	}
	for _, a := range h.arrears {
		l.arrearsID++
		if err := l.arrears.add(l.arrearsID, a.account, a.sentOn, a.body); err != nil {
			return err
		}
	}
	for _, b := range h.balances {
		if err := l.balances.add(b.account, float64(b.cents)/100); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledgerFile) finish() error { return l.bulk.finish(ledgerSchema) }
