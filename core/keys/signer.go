package keys

import "golang.org/x/mod/sumdb/note"

// Signer signs the journal's checkpoints (Ed25519, in the form of x/mod/sumdb/note). Its name is the journal's.
func (r *Ring) Signer() (note.Signer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return note.NewSigner(r.in.Journal)
}

// VerifierKey is the public half, to be given to whoever verifies receipts.
func (r *Ring) VerifierKey() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in.Verifier
}
