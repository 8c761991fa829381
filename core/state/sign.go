package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// applicationID in the header of the file says that it is a state ("DsSt"): some other program's database is never touched.
const applicationID = 0x44735374

// sign writes the id into the header of a new file, before the log takes over.
func sign(ctx context.Context, path string) error {
	db, err := connect(path, 1, "journal_mode(DELETE)")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return errors.Join(err, db.Close())
}

// signed reads the header without opening the database, which would already write.
func signed(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 72)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.HasPrefix(head, []byte("SQLite format 3\x00")) || binary.BigEndian.Uint32(head[68:]) != applicationID {
		return fmt.Errorf("%s is no state of dossier, and is left as it is; `dossier init` makes one elsewhere", path)
	}
	return nil
}
