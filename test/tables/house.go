package tables

import (
	"context"
	"fmt"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// App is an application's connection.
type App interface {
	// Run runs statements; one alone may have parameters, written as the server writes them.
	Run(ctx context.Context, statements string, args ...any) error
	// Text is what a query of one value gives, as the server writes it; "" for NULL.
	Text(ctx context.Context, query string) (string, error)
}

// House is a database of a test, seen by an application and by the connector.
type House struct {
	*testing.T
	App   App
	Store connectors.Store
	// Connect connects once more, as the application does, until the test ends.
	Connect func() App
	// Waits waits until a statement that holds these words waits for another's lock.
	Waits func(ctx context.Context, words string) error
	// Forget has the connector read the schema anew, as it does in two seconds.
	Forget func()
}

// Run runs statements as the application.
func (h *House) Run(statements string, args ...any) {
	h.Helper()
	if err := h.App.Run(h.Context(), statements, args...); err != nil {
		h.Fatalf("%s: %v", statements, err)
	}
}

// Read is one text the application reads.
func (h *House) Read(query string) string {
	h.Helper()
	got, err := h.App.Text(h.Context(), query)
	if err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	return got
}

// Says compares what the application reads, as one text, with what it should be.
func (h *House) Says(query, want string) {
	h.Helper()
	if got := h.Read(query); got != want {
		h.Errorf("%s: %s, want %s", query, got, want)
	}
}

// Apply carries out treatments.
func (h *House) Apply(do ...connectors.Treatment) ([]connectors.Outcome, error) {
	h.Helper()
	return h.ApplyWith(connectors.ApplyOptions{Confirm: Yes}, do...)
}

// ApplyWith carries out treatments as opt says.
func (h *House) ApplyWith(opt connectors.ApplyOptions, do ...connectors.Treatment) ([]connectors.Outcome, error) {
	h.Helper()
	for i := range do {
		do[i].ID = fmt.Sprintf("t%d", i+1)
		if do[i].AtMost == 0 {
			do[i].AtMost = 1000
		}
	}
	return h.Store.(connectors.Writer).Apply(h.Context(), do, opt)
}

// Changes applies treatments and compares how many rows each changed.
func (h *House) Changes(want []int64, do ...connectors.Treatment) {
	h.Helper()
	out, err := h.Apply(do...)
	if err != nil {
		h.Fatal(err)
	}
	for i, o := range out {
		if o.Changed != want[i] {
			h.Errorf("%s changed %d rows, want %d: %+v", o.ID, o.Changed, want[i], o)
		}
	}
}

// Located gives the rows of a selection as texts.
func (h *House) Located(sel connectors.Selection) []string {
	h.Helper()
	out, err := found(h.Context(), h.Store, sel)
	if err != nil {
		h.Fatal(err)
	}
	return out
}

// Install runs what the connector says is to be granted and installed for uses, and gives it.
func (h *House) Install(uses []connectors.Use) []string {
	h.Helper()
	var out []string
	asks := []func(context.Context, []connectors.Use) ([]string, error){h.Store.(connectors.Granter).Grants, h.Store.(connectors.Installer).Install}
	for _, ask := range asks {
		texts, err := ask(h.Context(), uses)
		if err != nil {
			h.Fatal(err)
		}
		for _, text := range texts {
			h.Run(text)
		}
		out = append(out, texts...)
	}
	h.Forget()
	return out
}
