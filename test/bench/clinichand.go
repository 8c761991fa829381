package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/jackc/pgx/v5"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
	"github.com/dossier-dsr/dossier/test/servers"
)

// clinicHand is what one would write for the clinic: all stores at once, what is prepared kept prepared, in as few round trips as the stores allow.
type clinicHand struct {
	records *pgx.Conn
	billing *sql.DB
	desk    *mongo.Database
	images  *awss3.Client
	bucket  *string
}

// recordsOf are the queries of what the records hold of a patient, by number; the first gives what leads to the accounts.
var recordsOf = []struct{ name, text string }{
	{"Patients", "SELECT patient_no, pesel, payer_no, email, phone, first_name, last_name, born_on, died_on, record_kind, last_contact_on, statement FROM clinic.patients WHERE patient_no = $1 OR pesel = $2"},
	{"Visits", "SELECT v.patient_id, v.held_at, v.service, v.complaint FROM clinic.visits v JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
	{"Entries of the medical record", "SELECT e.visit_id, e.entered_at, e.diagnosis, e.text, e.findings, e.annotation FROM clinic.record_entries e JOIN clinic.visits v USING (visit_id) JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
	{"Referrals", "SELECT r.referral_no, r.patient_id, r.issued_on, r.served_on, r.outcome FROM clinic.referrals r JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
	{"Contracts of orthodontic treatment", "SELECT t.plan_no, t.patient_id, t.started_on, t.ended_on, t.appliance FROM clinic.treatment_plans t JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
	{"Guarantees", "SELECT g.guarantee_no, g.patient_id, g.given_on, g.work FROM clinic.guarantees g JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
	{"Disputes", "SELECT d.case_no, d.patient_id, d.opened_on, d.subject FROM clinic.disputes d JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
	{"Disclosures of records", "SELECT d.patient_id, d.recipient, d.sent_on FROM clinic.disclosures d JOIN clinic.patients p USING (patient_id) WHERE p.patient_no = $1"},
}

// billsOf are those of the accounts, by payer number.
var billsOf = []struct{ name, text string }{
	{"Payers", "SELECT payer_no, name, address, iban, invoice_count FROM payers WHERE payer_no = ?"},
	{"Invoices", "SELECT series, number, payer_no, tax_on, due_on, total, state FROM invoices WHERE payer_no = ?"},
	{"Lines of invoices", "SELECT i.line, i.service, i.price FROM items i JOIN invoices f USING (series, number) WHERE f.payer_no = ?"},
}

func openClinicHand(ctx context.Context, s *clinic.Stores) (*clinicHand, error) {
	h := &clinicHand{desk: s.Desk.Client.Database(s.Desk.Database), images: s.Images.Client, bucket: &s.Images.Name}
	var err error
	if h.records, err = pgx.Connect(ctx, s.Records.URL); err != nil {
		return nil, err
	}
	h.billing, err = servers.OpenMySQL(s.Billing.URL)
	return h, err
}

func (h *clinicHand) close() {
	_ = h.records.Close(context.Background())
	_ = h.billing.Close()
}

// export writes everything of a patient into a folder, and says how many rows stand in each file.
func (h *clinicHand) export(ctx context.Context, p *sample.Patient, dir string) (map[string]int, error) {
	all, ctx := errgroup.WithContext(ctx)
	var mu sync.Mutex
	n := map[string]int{}
	note := func(name string, rows int) {
		mu.Lock()
		defer mu.Unlock()
		n[name] += rows
	}
	payer := make(chan string, 1)
	all.Go(func() error {
		defer close(payer)
		return h.exportRecords(ctx, p, dir, payer, note)
	})
	all.Go(func() error { return h.exportBilling(ctx, payer, dir, note) })
	all.Go(func() error { return h.exportDesk(ctx, p.No, dir, note) })
	all.Go(func() error { return h.exportImages(ctx, p.No, dir, note) })
	all.Go(func() error { return h.exportDoses(ctx, p.No, dir, note) })
	return n, all.Wait()
}

// exportRecords asks everything in one round trip.
func (h *clinicHand) exportRecords(ctx context.Context, p *sample.Patient, dir string, payer chan<- string, note func(string, int)) error {
	b := &pgx.Batch{}
	for i, q := range recordsOf {
		args := []any{p.No, p.PESEL}[:1]
		if i == 0 {
			args = []any{p.No, p.PESEL}
		}
		b.Queue(q.text, args...).Query(func(rows pgx.Rows) error {
			n := 0
			err := inCSV(filepath.Join(dir, q.name+".csv"), func(w *csv.Writer) error {
				var record []string
				for _, f := range rows.FieldDescriptions() {
					record = append(record, f.Name)
				}
				if err := w.Write(record); err != nil {
					return err
				}
				for ; rows.Next(); n++ {
					values, err := rows.Values()
					if err != nil {
						return err
					}
					for j, v := range values {
						if record[j] = ""; v != nil {
							record[j] = fmt.Sprint(v)
						}
					}
					if i == 0 {
						payer <- record[2]
					}
					if err := w.Write(record); err != nil {
						return err
					}
				}
				return rows.Err()
			})
			note(q.name, n)
			return err
		})
	}
	return h.records.SendBatch(ctx, b).Close()
}

func inCSV(file string, write func(*csv.Writer) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	err = write(w)
	w.Flush()
	return errors.Join(err, w.Error(), f.Close())
}

func (h *clinicHand) exportBilling(ctx context.Context, payer <-chan string, dir string, note func(string, int)) error {
	no, ok := <-payer
	if !ok {
		return nil
	}
	all, ctx := errgroup.WithContext(ctx)
	for _, q := range billsOf {
		all.Go(func() error {
			rows, err := h.billing.QueryContext(ctx, q.text, no)
			if err != nil {
				return err
			}
			defer rows.Close()
			f, err := os.Create(filepath.Join(dir, q.name+".csv"))
			if err != nil {
				return err
			}
			n, err := rowsToCSV(f, rows)
			note(q.name, n)
			return errors.Join(err, f.Close())
		})
	}
	return all.Wait()
}

// exportDesk writes documents as JSON, one a line; of conversations what the patient wrote.
func (h *clinicHand) exportDesk(ctx context.Context, no, dir string, note func(string, int)) error {
	all, ctx := errgroup.WithContext(ctx)
	is := func(field string) bson.D { return bson.D{{Key: field, Value: no}} }
	all.Go(func() error {
		return h.documents(ctx, "appointments", is("patient.no"), filepath.Join(dir, "Appointments.json"), func(d bson.D) bson.D { note("Appointments", 1); return d })
	})
	all.Go(func() error {
		either := bson.D{{Key: "$or", Value: bson.A{is("opened_by.patient_no"), is("messages.author_no")}}}
		return h.documents(ctx, "threads", either, filepath.Join(dir, "Conversations.json"), func(d bson.D) bson.D { return ownPart(d, no, note) })
	})
	all.Go(func() error {
		return h.documents(ctx, "photos.files", is("metadata.patient_no"), filepath.Join(dir, "Photographs sent in.json"), func(d bson.D) bson.D { note("Photographs sent in", 1); return d })
	})
	return all.Wait()
}

// ownPart is a conversation with what others wrote left out.
func ownPart(d bson.D, no string, note func(string, int)) bson.D {
	for i, e := range d {
		switch x := e.Value.(type) {
		case bson.D:
			if e.Key == "opened_by" && len(x) > 0 && x[0].Value == no {
				note("Conversations", 1)
			}
		case bson.A:
			left := bson.A{}
			for _, m := range x {
				if slices.ContainsFunc(m.(bson.D), func(f bson.E) bool { return f.Key == "author_no" && f.Value == no }) {
					left = append(left, m)
				}
			}
			note("Messages", len(left))
			d[i].Value = left
		}
	}
	return d
}

func (h *clinicHand) documents(ctx context.Context, from string, filter bson.D, file string, each func(bson.D) bson.D) error {
	cur, err := h.desk.Collection(from).Find(ctx, filter)
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for cur.Next(ctx) {
		var d bson.D
		if err = cur.Decode(&d); err != nil {
			break
		}
		var text []byte
		if text, err = bson.MarshalExtJSON(each(d), false, false); err != nil {
			break
		}
		_, _ = w.Write(append(text, '\n')) // Flush says it
	}
	return errors.Join(err, cur.Err(), cur.Close(ctx), w.Flush(), f.Close())
}

// exportImages downloads what lies below the patient's number.
func (h *clinicHand) exportImages(ctx context.Context, no, dir string, note func(string, int)) error {
	return h.objects(ctx, "xrays/"+no+"/", func(ctx context.Context, key string, body io.Reader) error {
		note("X-ray images", 1)
		f, err := os.Create(filepath.Join(dir, "image-"+filepath.Base(key)))
		if err != nil {
			return err
		}
		_, err = io.Copy(f, body)
		return errors.Join(err, f.Close())
	})
}

// exportDoses reads the exports of all months.
func (h *clinicHand) exportDoses(ctx context.Context, no, dir string, note func(string, int)) error {
	var mu sync.Mutex
	return inCSV(filepath.Join(dir, "List of doses.csv"), func(w *csv.Writer) error {
		if err := w.Write([]string{"patient_no", "exposed_on", "dose_mgy"}); err != nil {
			return err
		}
		return h.objects(ctx, "exports/", func(_ context.Context, key string, body io.Reader) error {
			content, err := io.ReadAll(body)
			if err != nil {
				return err
			}
			rows, err := dosesOf(content, no)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			mu.Lock()
			defer mu.Unlock()
			note("List of doses", len(rows))
			return w.WriteAll(rows)
		})
	})
}

// objects visits all objects below a prefix, several at a time.
func (h *clinicHand) objects(ctx context.Context, prefix string, visit func(ctx context.Context, key string, body io.Reader) error) error {
	all, inner := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	pages := awss3.NewListObjectsV2Paginator(h.images, &awss3.ListObjectsV2Input{Bucket: h.bucket, Prefix: aws.String(prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return errors.Join(err, all.Wait())
		}
		for _, o := range page.Contents {
			all.Go(func() error {
				got, err := h.images.GetObject(inner, &awss3.GetObjectInput{Bucket: h.bucket, Key: o.Key})
				if err != nil {
					return err
				}
				defer got.Body.Close()
				return visit(inner, aws.ToString(o.Key), got.Body)
			})
		}
	}
	return all.Wait()
}
