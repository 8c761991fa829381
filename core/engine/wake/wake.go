// Package wake lets a node work steps as they come due. River, on the executor's own database, only wakes: a
// job is the number of a step and nothing else, and never the record. A lost, doubled or discarded job does not
// matter, because every node sweeps for steps that are due and that nobody holds.
package wake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

// SweepEvery is how often a node looks for due steps itself.
const SweepEvery = 10 * time.Second

// longest is far beyond a slice of work; a job that runs longer is given to another worker, which finds the
// step's lease held and does nothing.
const longest = 30 * time.Minute

// stepJob wakes one step.
type stepJob struct {
	Step int64 `json:"step"`
}

// Kind names the job in the queue.
func (stepJob) Kind() string { return "step" }

// sweepJob looks for due steps.
type sweepJob struct{}

// Kind names the job in the queue.
func (sweepJob) Kind() string { return "sweep" }

// forgetJob ends what has lapsed, once a day.
type forgetJob struct{}

// Kind names the job in the queue.
func (forgetJob) Kind() string { return "forget" }

// expireJob ends the archives whose time is over, every hour.
type expireJob struct{}

// Kind names the job in the queue.
func (expireJob) Kind() string { return "expire" }

// remindJob reminds of what is due soon, every hour.
type remindJob struct{}

// Kind names the job in the queue.
func (remindJob) Kind() string { return "remind" }

// once keeps a step from being queued twice while a job of it is there.
var once = &river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}}}

// Node works steps until its context ends.
type Node struct {
	engine *engine.Engine
	client *river.Client[*sql.Tx]
}

// New makes a node; workers is how many steps it works at a time.
func New(e *engine.Engine, workers int) (*Node, error) {
	n := &Node{engine: e}
	all := river.NewWorkers()
	river.AddWorker(all, &stepWorker{node: n})
	river.AddWorker(all, &sweepWorker{node: n})
	river.AddWorker(all, chore[forgetJob](e.Forget))
	river.AddWorker(all, chore[expireJob](e.ExpireArchives))
	river.AddWorker(all, chore[remindJob](e.Remind))
	var err error
	n.client, err = river.NewClient(riversqlite.New(e.DB.Writer()), &river.Config{
		Logger:  slog.New(slog.DiscardHandler), // the engine logs what is done; River's own lines say nothing a person needs
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers: all, MaxAttempts: 1, FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 200 * time.Millisecond,
		JobTimeout: longest, RescueStuckJobsAfter: longest + time.Minute,
		PeriodicJobs: []*river.PeriodicJob{every(SweepEvery, sweepJob{}), every(24*time.Hour, forgetJob{}), every(time.Hour, expireJob{}), every(time.Hour, remindJob{})},
	})
	if err != nil {
		return nil, fmt.Errorf("make the queue: %w", err)
	}
	return n, nil
}

func every(d time.Duration, job river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) { return job, once }, &river.PeriodicJobOpts{RunOnStart: true})
}

// Run works until ctx ends; steps in hand are finished or their leases run out.
func (n *Node) Run(ctx context.Context) error {
	if err := n.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := n.client.Stop(stop); err != nil {
		if err := n.client.StopAndCancel(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("stop the queue: %w", err)
		}
	}
	return nil
}

// sweep queues a job for every due step.
func (n *Node) sweep(ctx context.Context) error {
	return n.engine.DB.Write(ctx, func(tx *state.Tx) error {
		due, err := tx.DueSteps(n.engine.Now(), 1000)
		if err != nil {
			return err
		}
		for _, s := range due {
			if _, err := n.client.InsertTx(ctx, tx.SQL(), stepJob{s.ID}, once); err != nil {
				return fmt.Errorf("wake step %d: %w", s.ID, err)
			}
		}
		return nil
	})
}

type stepWorker struct {
	river.WorkerDefaults[stepJob]
	node *Node
}

// Work works one step, and wakes what became due by it.
func (w *stepWorker) Work(ctx context.Context, job *river.Job[stepJob]) error {
	worked, err := w.node.engine.Step(ctx, job.Args.Step)
	if err != nil || !worked {
		return err
	}
	return w.node.sweep(ctx)
}

type sweepWorker struct {
	river.WorkerDefaults[sweepJob]
	node *Node
}

// Work looks for due steps.
func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[sweepJob]) error {
	return w.node.sweep(ctx)
}

// chore makes a worker of what is done from time to time; what it says it did matters to nobody here.
func chore[T river.JobArgs, R any](do func(context.Context) (R, error)) river.Worker[T] {
	return river.WorkFunc(func(ctx context.Context, _ *river.Job[T]) error {
		_, err := do(ctx)
		return err
	})
}
