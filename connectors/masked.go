package connectors

import (
	"fmt"
	"log/slog"
)

// masked stands for what must not be read in logs and errors. Everything that holds values of rows, keys
// or settings prints masked, whatever verb or handler prints it; what takes values out of it does not.
const masked = "•••"

func (r Row) mask() string       { return fmt.Sprintf("row of %d fields %s", len(r), masked) }
func (t Tuple) mask() string     { return fmt.Sprintf("tuple of %d %s", len(t.Values), masked) }
func (k *Keys) mask() string     { return fmt.Sprintf("keys %v %s", k.Fields, masked) }
func (a Assign) mask() string    { return fmt.Sprintf("%s: %s%s", a.Field, a.How, masked) }
func (c Cond) mask() string      { return fmt.Sprintf("%s %s %s", c.Field, c.Op, masked) }
func (c Config) mask() string    { return fmt.Sprintf("config of %d settings %s", len(c), masked) }
func (b Batch) mask() string     { return fmt.Sprintf("batch of %d rows %s", len(b.Values), masked) }
func (b Blob) mask() string      { return fmt.Sprintf("blob of %d bytes %s", b.Size, masked) }
func (s Selection) mask() string { return fmt.Sprintf("selection of %s %s", s.Collection.Name, masked) }
func (t Treatment) mask() string {
	return fmt.Sprintf("%s %s of %s %s", t.ID, t.Verb, t.On.Collection.Name, masked)
}
func (o Outcome) mask() string {
	return fmt.Sprintf("outcome of %s: changed %d, already %d, conflicts %d", o.ID, o.Changed, o.Already, len(o.Conflicts))
}

func put(f fmt.State, s string) { _, _ = fmt.Fprint(f, s) }

// Format prints masked.
func (r Row) Format(f fmt.State, _ rune) { put(f, r.mask()) }

// Format prints masked.
func (t Tuple) Format(f fmt.State, _ rune) { put(f, t.mask()) }

// Format prints masked.
func (k *Keys) Format(f fmt.State, _ rune) { put(f, k.mask()) }

// Format prints masked.
func (a Assign) Format(f fmt.State, _ rune) { put(f, a.mask()) }

// Format prints masked.
func (c Cond) Format(f fmt.State, _ rune) { put(f, c.mask()) }

// Format prints masked.
func (c Config) Format(f fmt.State, _ rune) { put(f, c.mask()) }

// Format prints masked.
func (b Batch) Format(f fmt.State, _ rune) { put(f, b.mask()) }

// Format prints masked: names of files and handles may name a person.
func (b Blob) Format(f fmt.State, _ rune) { put(f, b.mask()) }

// LogValue logs masked; so do the others, for handlers that do not print but encode.
func (r Row) LogValue() slog.Value { return slog.StringValue(r.mask()) }

// LogValue logs masked.
func (t Tuple) LogValue() slog.Value { return slog.StringValue(t.mask()) }

// LogValue logs masked.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.mask()) }

// LogValue logs masked.
func (a Assign) LogValue() slog.Value { return slog.StringValue(a.mask()) }

// LogValue logs masked.
func (c Cond) LogValue() slog.Value { return slog.StringValue(c.mask()) }

// LogValue logs masked.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.mask()) }

// LogValue logs masked.
func (b Batch) LogValue() slog.Value { return slog.StringValue(b.mask()) }

// LogValue logs masked.
func (b Blob) LogValue() slog.Value { return slog.StringValue(b.mask()) }

// LogValue logs what it is about, masked.
func (s Selection) LogValue() slog.Value { return slog.StringValue(s.mask()) }

// LogValue logs what it is about, masked.
func (t Treatment) LogValue() slog.Value { return slog.StringValue(t.mask()) }

// LogValue logs the counts.
func (o Outcome) LogValue() slog.Value { return slog.StringValue(o.mask()) }
