package host

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// words is what a process writes to its standard error. Until it is told the first setting it knows
// nothing of anybody, and its words help to see why it does not start. After that, only log entries of
// the protocol pass, as their message and method; anything else may be a row and is withheld.
type words struct {
	log   *slog.Logger
	clean func(string) string

	mu       sync.Mutex
	trusted  bool // nothing was told yet
	early    []string
	withheld int
}

func newWords(log *slog.Logger, clean func(string) string) *words {
	return &words{log: log, clean: clean, trusted: true}
}

// told says that from now on the process may know something.
func (w *words) told() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trusted, w.early = false, nil
}

// said is what the process wrote before it was told anything.
func (w *words) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clean(strings.Join(w.early, " "))
}

func (w *words) read(r io.Reader) {
	lines := bufio.NewReaderSize(r, 16<<10)
	for {
		line, more, err := lines.ReadLine()
		if err != nil {
			break
		}
		w.line(line, more)
		for more && err == nil { // the rest of a line too long to be an entry
			_, more, err = lines.ReadLine()
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.withheld > 0 {
		w.log.Warn("the connector wrote to its standard error; withheld, it may be data", "lines", w.withheld)
	}
}

func (w *words) line(line []byte, cut bool) {
	var entry struct {
		Level   string `json:"@level"`
		Message string `json:"@message"`
		Method  string `json:"method"`
		Error   string `json:"error"`
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !cut && json.Unmarshal(line, &entry) == nil && entry.Message != "":
		if w.trusted && entry.Level == "error" && len(w.early) < 5 {
			w.early = append(w.early, strings.TrimSpace(entry.Message+" "+entry.Error))
		}
		args := []any{"said", w.clean(entry.Message)}
		if entry.Method != "" {
			args = append(args, "method", w.clean(entry.Method))
		}
		if entry.Level == "error" || entry.Level == "warn" {
			w.log.Warn("connector", args...)
		} else {
			w.log.Debug("connector", args...)
		}
	case w.trusted && len(w.early) < 5:
		w.early = append(w.early, string(line))
	default:
		w.withheld++
	}
}
