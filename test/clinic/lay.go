package clinic

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/servers"
)

// Stores are the clinic's, as its own people reach them.
type Stores struct {
	*sample.Clinic
	Records servers.Database
	Billing servers.Database
	Desk    servers.Mongo
	records *pgx.Conn
	billing *sql.DB
}

// Lay makes a clinic up and puts it into stores of the test's own.
func Lay(t testing.TB, opt sample.Options) *Stores {
	t.Helper()
	s := &Stores{Clinic: sample.Make(opt), Records: servers.Postgres(t), Billing: servers.MySQL(t), Desk: servers.MongoDB(t)}
	ctx := context.Background()
	var err error
	if s.records, err = pgx.Connect(ctx, s.Records.URL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.records.Close(ctx) })
	if s.billing, err = servers.OpenMySQL(s.Billing.URL); err != nil {
		t.Fatal(err)
	}
	s.billing.SetMaxOpenConns(1) // its settings are the session's
	t.Cleanup(func() { s.billing.Close() })
	for name, lay := range map[string]func(context.Context) error{"records": s.layRecords, "billing": s.layBilling, "desk": s.layDesk} {
		if err := lay(ctx); err != nil {
			t.Fatalf("laying out %s: %v", name, err)
		}
	}
	return s
}

// text is NULL for nothing.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// day is a date of a text, and NULL for nothing.
func day(s string) any {
	if s == "" {
		return nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err) // of the sample's own
	}
	return t
}

func (s *Stores) layRecords(ctx context.Context) error {
	if _, err := s.records.Exec(ctx, sample.RecordsSQL); err != nil {
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
			day(p.LastContact), text(p.Guardian), text(p.Authorised), text(p.AuthorisedPhone)})
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
		{"patients", "patient_id patient_no pesel payer_no email phone first_name last_name born_on died_on record_kind last_contact_on guardian_name authorised_name authorised_phone", patients},
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
			invoices = append(invoices, []any{f.Series, f.Number, p.PayerNo, f.Tax, f.Due, money(f.Total), f.State})
			for i, x := range f.Items {
				items = append(items, []any{f.Series, f.Number, i + 1, x.Service, money(x.Price)})
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

func money(grosze int64) string { return fmt.Sprintf("%d.%02d", grosze/100, grosze%100) }

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

func (s *Stores) layDesk(ctx context.Context) error {
	db := s.Desk.Client.Database(s.Desk.Database)
	docs := map[string][]any{}
	add := func(to string, d bson.D) { docs[to] = append(docs[to], d) }
	for _, p := range s.Patients {
		for i, a := range p.Appointments {
			add("appointments", bson.D{{Key: "_id", Value: objectID(p.ID, i)}, {Key: "patient", Value: bson.D{{Key: "no", Value: p.No}, {Key: "phone", Value: p.Phone}}},
				{Key: "starts_at", Value: a.Starts}, {Key: "reason", Value: a.Reason}, {Key: "booked_by", Value: bson.D{{Key: "name", Value: a.BookedBy}}}, {Key: "minutes", Value: int64(30)}})
		}
		for i, th := range p.Threads {
			var messages bson.A
			for _, m := range th.Messages {
				d := bson.D{{Key: "no", Value: int32(m.No)}, {Key: "sent_at", Value: m.At}, {Key: "text", Value: m.Text}}
				switch m.Author {
				case "":
					d = append(d, bson.E{Key: "author_no", Value: p.No})
				case "-": // the clinic's own
				default:
					d = append(d, bson.E{Key: "author_no", Value: m.Author})
				}
				messages = append(messages, d)
			}
			d := bson.D{{Key: "_id", Value: threadID(p, i)}, {Key: "opened_by", Value: bson.D{{Key: "patient_no", Value: p.No}}}, {Key: "topic", Value: th.Topic}, {Key: "messages", Value: messages}}
			if !th.Closed.IsZero() {
				d = append(d, bson.E{Key: "closed_at", Value: th.Closed})
			}
			add("threads", d)
		}
		for i, f := range p.Photos {
			id := objectID(p.ID, 700+i)
			add("photos.files", bson.D{{Key: "_id", Value: id}, {Key: "length", Value: int64(len(f.Contents))}, {Key: "chunkSize", Value: int32(255 * 1024)},
				{Key: "uploadDate", Value: f.At}, {Key: "filename", Value: f.Name}, {Key: "metadata", Value: bson.D{{Key: "patient_no", Value: p.No}}}})
			add("photos.chunks", bson.D{{Key: "_id", Value: objectID(p.ID, 800+i)}, {Key: "files_id", Value: id}, {Key: "n", Value: int32(0)}, {Key: "data", Value: f.Contents}})
		}
		for i, q := range p.Questions {
			add("questions", bson.D{{Key: "_id", Value: objectID(p.ID, 500+i)}, {Key: "email", Value: p.Email}, {Key: "asked_at", Value: q.At}, {Key: "text", Value: q.Text}})
		}
		if p.Newsletter != "" {
			add("newsletter", bson.D{{Key: "_id", Value: objectID(p.ID, 900)}, {Key: "email", Value: p.Email}, {Key: "topics", Value: p.Newsletter}})
		}
	}
	for to, all := range docs {
		if _, err := db.Collection(to).InsertMany(ctx, all); err != nil {
			return fmt.Errorf("%s: %w", to, err)
		}
	}
	return nil
}

// objectID is the i-th of a patient, the same each time.
func objectID(patient int64, i int) bson.ObjectID {
	var id bson.ObjectID
	copy(id[:], fmt.Sprintf("%08d%04d", patient, i))
	return id
}

func threadID(p *sample.Patient, i int) string { return fmt.Sprintf("T-%s-%d", p.No, i) }

// Administer runs what the store's administrator is asked to run.
func (s *Stores) Administer(t testing.TB, system, text string) {
	t.Helper()
	var err error
	switch system {
	case "records":
		_, err = s.records.Exec(context.Background(), text)
	case "billing":
		_, err = s.billing.ExecContext(context.Background(), text)
	}
	if err != nil {
		t.Fatalf("administering %s: %v", system, err)
	}
}
