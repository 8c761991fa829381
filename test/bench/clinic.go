package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
	"github.com/dossier-dsr/dossier/test/servers"
)

// clinicMap is the clinic's map, from the root of the repository.
var clinicMap = filepath.Join("manifests", "clinic")

// An image of a tooth takes from one to three hundred KiB.
const (
	imageLeast = 100 << 10
	imageMost  = 300 << 10
)

// theClinic is the controller the patients ask.
const theClinic = "Centrum Stomatologii „Pod Dębem” sp. z o.o."

// indexSecret is the key of the index of a bucket, where there is to be one.
const indexSecret = "a key for measurements, which guards nothing"

// threeWays is a clinic on four servers with an engine, and what one would write in its place.
type threeWays struct {
	*house
	*clinic.Stores
	hand *clinicHand
	who  []*sample.Patient
}

// benchClinic gives patients of the clinic their copies, from all four of its stores, beside queries written by hand that run in parallel: once as the map
// stands, and once with an index of which exports hold whom.
func benchClinic(ctx context.Context, set settings) error {
	servers.Lasting()
	stores, err := layClinic(ctx, set.members)
	if err != nil {
		return err
	}
	defer stores.Close()
	debug.FreeOSMemory() // what the images took
	who := patients(stores.Clinic, set.n+warming)
	images, months := count(stores.Clinic)
	fmt.Printf("A clinic: %d patients in PostgreSQL, MariaDB, FerretDB and MinIO; %d images, %d exports of a month\n\n", len(stores.Patients), images, months)
	hand, err := openClinicHand(ctx, stores)
	if err != nil {
		return err
	}
	defer hand.close()
	t := &table{}
	for _, x := range []struct{ name, config string }{{"plain", ""}, {"indexed", "index_key: \"" + indexSecret + "\", "}} {
		if !set.wants(x.name) {
			continue
		}
		h, err := openClinic(ctx, set, stores, x.config)
		if err != nil {
			return err
		}
		b := &threeWays{h, stores, hand, who}
		err = b.copies(ctx, t, x.name)
		h.close()
		if err != nil {
			return err
		}
	}
	t.print("four stores")
	return nil
}

// layClinic fills a clinic's stores.
func layClinic(ctx context.Context, members int) (*clinic.Stores, error) {
	s := &clinic.Stores{Clinic: sample.Make(sample.Options{Patients: members})}
	pool := make([]byte, 16<<20)
	noise := rand.New(rand.NewPCG(1, 2))
	for i := range pool {
		pool[i] = byte(noise.Uint32())
	}
	for _, p := range s.Patients { // no two alike, and nothing that can be compressed
		for i := range p.XRays {
			size := imageLeast + noise.IntN(imageMost-imageLeast)
			at := noise.IntN(len(pool) - size)
			p.XRays[i].Contents = pool[at : at+size]
		}
	}
	err := openStores(s)
	if err == nil {
		err = s.Fill(ctx)
	}
	for _, p := range s.Patients {
		for i := range p.XRays {
			p.XRays[i].Contents = nil
		}
	}
	return s, err
}

// openStores starts the servers.
func openStores(s *clinic.Stores) (err error) {
	if s.Records, err = servers.NewPostgres("clinic"); err != nil {
		return err
	}
	if s.Billing, err = servers.NewMySQL("clinic"); err != nil {
		return err
	}
	if s.Desk, err = servers.NewMongo(); err != nil {
		return err
	}
	s.Images, err = servers.NewS3("clinic", servers.Versioned)
	return err
}

// patients are n of the crowd who have something in every store.
func patients(c *sample.Clinic, n int) (out []*sample.Patient) {
	for _, p := range c.Patients {
		if crowd := p.About == ""; crowd && len(out) < n && len(p.Invoices) > 0 && len(p.Appointments) > 0 && len(p.Threads) > 0 && len(p.XRays) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func count(c *sample.Clinic) (images, months int) {
	seen := map[string]bool{}
	for _, p := range c.Patients {
		images += len(p.XRays)
		for _, d := range p.Doses {
			seen[d.Day[:len("2006-01")]] = true
		}
	}
	return images, len(seen)
}

// openClinic opens an engine on the stores. config is said of the images beside what the map says.
func openClinic(ctx context.Context, set settings, s *clinic.Stores, config string) (*house, error) {
	dir, err := os.MkdirTemp("", "dossier-bench-")
	if err != nil {
		return nil, err
	}
	env := s.Env()
	env["RECORDS_URL"], env["BILLING_URL"] = s.Records.URL, s.Billing.URL // as who may read everything
	h := &house{dir: dir, mapDir: filepath.Join(dir, "map"), kind: "patient_no", env: func(n string) string { return env[n] }}
	h.closers = append(h.closers, func() error { return os.RemoveAll(dir) })
	err = os.Mkdir(h.mapDir, 0o700)
	for _, name := range []string{"controller", "records", "billing", "desk", "images"} { // paper waits for people
		text, rerr := os.ReadFile(filepath.Join(clinicMap, name+".yaml"))
		if err = errors.Join(err, rerr); err != nil {
			break
		}
		if name == "images" {
			text = []byte(strings.Replace(string(text), "config: { ", "config: { "+config, 1))
		}
		err = os.WriteFile(filepath.Join(h.mapDir, name+".yaml"), text, 0o600)
	}
	if err == nil {
		err = h.start(ctx, set)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// copies gives every patient a copy, both ways, by turns, and wants both to have found the same.
func (b *threeWays) copies(ctx context.Context, t *table, name string) error {
	hand, our, collect := &series{name: "by hand: queries in parallel, to files"}, newStages(), &series{name: "archive"}
	var handMost, most float64
	rows, files := 0, 0
	for i, p := range b.who {
		var theirs, ours *found
		err := beside(i, func() (err error) {
			dir, err := os.MkdirTemp(b.dir, "hand-")
			if err != nil {
				return err
			}
			watch, stop := watchMemory(), start()
			n, err := b.hand.export(ctx, p, dir)
			spent := stop()
			if i >= warming {
				handMost = max(handMost, watch())
			}
			hand.addSpent(spent)
			if err == nil {
				theirs, err = foundByHand(dir, n)
			}
			return errors.Join(err, os.RemoveAll(dir))
		}, func() (err error) {
			watch := watchMemory()
			id, err := b.copy(ctx, p, our, collect)
			if err != nil {
				return err
			}
			if i >= warming {
				most = max(most, watch())
			}
			ours, err = b.foundIn(ctx, id)
			return err
		})
		if err != nil {
			return err
		}
		if err := theirs.same(ours); err != nil {
			return fmt.Errorf("patient %s: %w", p.No, err)
		}
		rows, files = rows+theirs.all(), files+len(theirs.files)
	}
	for _, x := range []*series{hand, our.plan, our.start, collect} {
		x.warm(warming)
	}
	whole := sum("the whole access", our.plan, our.start, collect)
	report(fmt.Sprintf("Access of one patient, %s; %d rows, documents and elements and %d files in the mean; patients instead of", name, rows/len(b.who), files/len(b.who)), hand, whole, our.plan, our.start, collect)
	report("The same, by the processors' time", hand.processors(), whole.processors(), our.plan.processors(), our.start.processors(), collect.processors())
	t.add("access of one patient, whole, "+name, hand, whole, "1.3")
	t.add("… plan", hand, our.plan, "–")
	t.add("… look again, record", hand, our.start, "–")
	t.add("… archive", hand, collect, "–")
	t.note("%s: both found the same for %d patients. Peak memory of Dossier's processes %.0f MiB; of this one, which the program by hand is in, %.0f.", name, len(b.who), most, handMost)
	return nil
}

// copy carries an access out.
func (b *threeWays) copy(ctx context.Context, p *sample.Patient, our stages, collect *series) (string, error) {
	id, err := b.ask(ctx, "access", p.No, map[string]any{"controller": theClinic, "reply": map[string]any{"channel": "post", "language": "en"},
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": p.PESEL, "verified": true}, map[string]any{"kind": "patient_no", "value": p.No, "verified": true}}}})
	if err != nil {
		return "", err
	}
	stop := start()
	made, err := b.engine.Plan(ctx, id, engine.PlanOptions{})
	if err != nil {
		return "", err
	}
	our.plan.addSpent(stop())
	if !made.Applicable || !made.Complete {
		return "", fmt.Errorf("the copy cannot be made: %v", made.Blockers)
	}
	if made.Asks() {
		if err := b.engine.Approve(ctx, id, made.Digest); err != nil {
			return "", err
		}
	}
	stop = start()
	if err := b.engine.Start(ctx, id, made.Digest); err != nil {
		return "", err
	}
	our.start.addSpent(stop())
	stop = start()
	if err := b.release(ctx, id); err != nil {
		return "", err
	}
	collect.addSpent(stop())
	return id, b.isDone(ctx, id)
}
