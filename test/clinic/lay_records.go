package clinic

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

// forApplications lets the account applications use come to the tables, as it does in the schema public.
const forApplications = `
	DO $$ BEGIN
		EXECUTE format('GRANT USAGE ON SCHEMA clinic TO %I', current_database() || '_app');
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA clinic TO %I', current_database() || '_app');
	END $$;`

func (s *Stores) layRecords(ctx context.Context) error {
	if _, err := s.records.Exec(ctx, sample.RecordsSQL+forApplications); err != nil {
		return err
	}
	var doctors, patients, visits, entries, referrals, plans, guarantees, disputes, orders, disclosures [][]any
	for i, name := range sample.Doctors {
		doctors = append(doctors, []any{i + 1, name})
	}
	for _, p := range s.Patients {
		for _, o := range p.Orders {
			orders = append(orders, []any{o.No, p.PESEL, o.Region, day(o.Made)})
		}
		if p.No == "" {
			continue
		}
		patients = append(patients, []any{p.ID, p.No, text(p.PESEL), text(p.PayerNo), text(p.Email), text(p.Phone), p.First, p.Last, day(p.Born), day(p.Died), p.Kind,
			day(p.LastContact), text(p.Guardian), text(p.Authorised), text(p.AuthorisedPhone), text(p.Statement)})
		for _, v := range p.Visits {
			visits = append(visits, []any{v.ID, p.ID, v.At, v.Doctor, v.Service, v.Complaint})
			for _, e := range v.Entries {
				entries = append(entries, []any{v.ID, e.No, e.At, v.Doctor, e.Diagnosis, e.Text, e.Private, e.Findings})
			}
		}
		for _, x := range p.Referrals {
			referrals = append(referrals, []any{x.No, p.ID, day(x.Issued), day(x.Served), x.Outcome, x.By})
		}
		for _, x := range p.Plans {
			plans = append(plans, []any{x.No, p.ID, day(x.Started), day(x.Ended), x.Appliance})
		}
		for _, x := range p.Guarantees {
			guarantees = append(guarantees, []any{x.No, p.ID, day(x.Given), x.Work})
		}
		for _, x := range p.Disputes {
			disputes = append(disputes, []any{x.No, p.ID, day(x.Opened), x.Subject})
		}
		for _, x := range p.Disclosures {
			disclosures = append(disclosures, []any{p.ID, x.Recipient, day(x.Sent)})
		}
	}
	for _, x := range []struct {
		table   string
		columns string
		rows    [][]any
	}{
		{"doctors", "doctor_id name", doctors},
		{"patients", "patient_id patient_no pesel payer_no email phone first_name last_name born_on died_on record_kind last_contact_on guardian_name authorised_name authorised_phone statement", patients},
		{"visits", "visit_id patient_id held_at doctor_id service complaint", visits},
		{"record_entries", "visit_id entry_no entered_at doctor_id diagnosis text private_note findings", entries},
		{"referrals", "referral_no patient_id issued_on served_on outcome issued_by", referrals},
		{"treatment_plans", "plan_no patient_id started_on ended_on appliance", plans},
		{"guarantees", "guarantee_no patient_id given_on work", guarantees},
		{"disputes", "case_no patient_id opened_on subject", disputes},
		{"imaging_orders", "order_no pesel region made_on", orders},
		{"disclosures", "patient_id recipient sent_on", disclosures},
	} {
		if _, err := s.records.CopyFrom(ctx, pgx.Identifier{"clinic", x.table}, strings.Fields(x.columns), pgx.CopyFromRows(x.rows)); err != nil {
			return fmt.Errorf("%s: %w", x.table, err)
		}
	}
	return nil
}
