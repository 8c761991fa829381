package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/bench/peak"
)

// crowded lets one person have all rows of the ledger.
var crowded = map[string]string{
	"ledger.yaml: key: [book, entry_no]\n":          "key: [book, entry_no]\n    guards: { share: 100 %, because: one person has very many rows }\n",
	"ledger.yaml: key: [flat_no, meter, read_on]\n": "key: [flat_no, meter, read_on]\n    guards: { share: 100 %, because: one person has very many rows }\n",
}

// benchArchive compares the archive of a person of very many rows with a plain SELECT into CSV, and says what memory all
// processes took.
func benchArchive(ctx context.Context, s settings) error {
	fmt.Println("Archive of a person of many rows")
	fmt.Printf("  %10s %12s %12s %10s %10s %12s %10s\n", "rows", "SELECT/s", "archive/s", "of SELECT", "plan", "look again", "memory")
	for _, n := range s.rows {
		if err := archiveOf(ctx, s, n); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

func archiveOf(ctx context.Context, s settings, n int) error {
	h, err := open(ctx, s, sample.Options{Members: 60, Heavy: sample.Heavy{Readings: n / 2, Entries: n / 2}}, crowded)
	if err != nil {
		return err
	}
	defer h.close()
	times := 3
	if n <= 100_000 {
		times = 9
	}
	plain, packed, planned, again := &series{}, &series{}, &series{}, &series{}
	for range times {
		d, err := plainSelect(h)
		if err != nil {
			return err
		}
		plain.add(d)
		if err := archiveOnce(ctx, h, planned, again, packed); err != nil {
			return err
		}
	}
	ratios := make([]float64, times)
	for i := range ratios {
		ratios[i] = float64(plain.took[i]) / float64(packed.took[i])
	}
	memory, err := memoryOf(ctx, s, h)
	if err != nil {
		return err
	}
	rate := func(x *series) int { return int(float64(n) / quantile(x.took, 0.5).Seconds()) }
	fmt.Printf("  %10d %12d %12d %8.0f %% %10s %12s %6.1f MiB\n", n, rate(plain), rate(packed), 100*quantile(ratios, 0.5),
		short(quantile(planned.took, 0.5)), short(quantile(again.took, 0.5)), float64(memory)/1024)
	return nil
}

// plainSelect reads the person's entries and readings into two CSV files.
func plainSelect(h *house) (time.Duration, error) {
	led, err := database(h.LedgerFile)
	if err != nil {
		return 0, err
	}
	defer led.Close()
	who := h.Persons.Heavy
	begun := time.Now()
	if _, err := toCSV(filepath.Join(h.dir, "entries.csv"), led, "SELECT account_no, amount, booked_on, due_on, status FROM entries WHERE account_no = ?", who.Account); err != nil {
		return 0, err
	}
	flat := ""
	if err := led.QueryRow("SELECT flat_no FROM readings WHERE meter = 'P000' LIMIT 1").Scan(&flat); err != nil {
		return 0, err
	}
	_, err = toCSV(filepath.Join(h.dir, "readings.csv"), led, "SELECT flat_no, meter, read_on, value FROM readings WHERE flat_no = ? AND read_on BETWEEN '1996-01-01' AND '2015-06-30'", flat)
	return time.Since(begun), err
}

func archiveOnce(ctx context.Context, h *house, planned, again, packed *series) error {
	id, err := h.ask(ctx, "access", h.Persons.Heavy.PESEL, nil)
	if err != nil {
		return err
	}
	begun := time.Now()
	p, err := h.engine.Plan(ctx, id, engine.PlanOptions{})
	if err != nil {
		return err
	}
	planned.add(time.Since(begun))
	begun = time.Now()
	if err := h.engine.Start(ctx, id, p.Digest); err != nil {
		return err
	}
	again.add(time.Since(begun))
	begun = time.Now()
	if err := h.release(ctx, id); err != nil {
		return err
	}
	packed.add(time.Since(begun))
	var x state.Request
	err = h.engine.DB.Read(ctx, func(tx *state.Tx) (err error) { x, err = tx.Request(id); return err })
	if err == nil && x.State != "done" {
		err = fmt.Errorf("the archive is %s, not done", x.State)
	}
	return err
}

// memoryOf carries an access out by the program itself and gives the peaks of its processes together, in KiB.
func memoryOf(ctx context.Context, s settings, h *house) (int64, error) {
	at := sample.ReferenceDay.Add(11 * time.Hour)
	env := append(os.Environ(), "DOSSIER_MAP="+h.mapDir, "DOSSIER_STATE="+filepath.Join(h.dir, "own", "state.db"),
		"DOSSIER_KEYS="+filepath.Join(h.dir, "own-keys", "ring.json"), "DOSSIER_NOW="+at.Format(time.RFC3339))
	for name, v := range h.Env() {
		env = append(env, name+"="+v)
	}
	requests, err := h.WriteRequests(filepath.Join(h.dir, "requests"))
	if err != nil {
		return 0, err
	}
	dossier := func(args ...string) (int64, error) {
		cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "dossier"), args...)
		cmd.Dir, cmd.Env, cmd.Stderr = h.dir, env, os.Stderr
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		watch := peak.Tree(cmd.Process.Pid)
		err := cmd.Wait()
		return peak.Sum(watch.Stop()), err
	}
	if _, err := dossier("-q", "init"); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(requests["heavy-access"])
	if err != nil {
		return 0, err
	}
	var heavy struct{ ID string }
	if err := json.Unmarshal(text, &heavy); err != nil {
		return 0, err
	}
	most, err := dossier("-q", "run", requests["heavy-access"])
	for task := 1; waits(err); task++ { // what is to be reviewed is answered, task by task; with the last the package is made
		var n int64
		if n, err = dossier("-q", "task", "done", strconv.Itoa(task)); err != nil {
			return most, err
		}
		most = max(most, n)
		_, err = dossier("-q", "request", "show", heavy.ID)
	}
	return most, err
}

// waits says whether a command ended because something is waited for.
func waits(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 4
}
