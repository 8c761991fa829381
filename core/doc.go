// Package core holds no code: its rooms do. ARCHITECTURE.md says what each protects, and the test here
// that none imports what it may not.
package core
