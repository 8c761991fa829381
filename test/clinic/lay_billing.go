package clinic

import (
	"context"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

func (s *Stores) layBilling(ctx context.Context) error {
	statements := append(strings.Split(sample.BillingSQL, ";"), "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'")
	for _, text := range statements {
		if strings.TrimSpace(text) == "" {
			continue
		}
		if _, err := s.billing.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	var payers, invoices, items [][]any
	payers = append(payers, []any{sample.NobodyPayer, "zbiorczy", nil, nil, 0})
	for _, p := range s.Patients {
		if p.PayerNo == "" {
			continue
		}
		if len(p.Invoices) > 0 {
			payers = append(payers, []any{p.PayerNo, p.First + " " + p.Last, p.Address, p.IBAN, len(p.Invoices)})
		}
		for _, f := range p.Invoices {
			invoices = append(invoices, []any{f.Series, f.Number, p.PayerNo, f.Tax, f.Due, Money(f.Total), f.State})
			for i, x := range f.Items {
				items = append(items, []any{f.Series, f.Number, i + 1, x.Service, Money(x.Price)})
			}
		}
	}
	for _, x := range []struct {
		table string
		rows  [][]any
	}{{"payers", payers}, {"invoices", invoices}, {"items", items}} {
		if err := s.insert(ctx, x.table, x.rows); err != nil {
			return fmt.Errorf("%s: %w", x.table, err)
		}
	}
	return nil
}

// Money is an amount as the accounts write it.
func Money(grosze int64) string { return fmt.Sprintf("%d.%02d", grosze/100, grosze%100) }

// insert writes rows, some hundred with each statement.
func (s *Stores) insert(ctx context.Context, table string, rows [][]any) error {
	for len(rows) > 0 {
		n := min(len(rows), 500)
		one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(rows[0])), ", ") + ")"
		var args []any
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		statement := "INSERT INTO " + table + " VALUES " + strings.TrimSuffix(strings.Repeat(one+", ", n), ", ")
		if _, err := s.billing.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
