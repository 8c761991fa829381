package keys

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// apart refuses a key file in the state's folder or below it: a backup or a copy of that folder would carry the keys along. State
// is a path; "" and a URL of a database server are apart from every file.
func apart(path, state string) error {
	if state == "" || strings.Contains(state, "://") {
		return nil
	}
	k, err := folder(path)
	if err != nil {
		return err
	}
	s, err := folder(state)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(s, k)
	if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return fmt.Errorf("the key file %s would lie in the folder of the state (%s), and every copy of the one would carry the other; give --keys or DOSSIER_KEYS a place apart", path, s)
	}
	return nil
}

// folder is the real folder a file stands in, links resolved as far as it exists.
func folder(file string) (string, error) {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	rest := ""
	for d := dir; ; d = filepath.Dir(d) {
		real, err := filepath.EvalSymlinks(d)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !os.IsNotExist(err) || d == filepath.Dir(d) {
			return "", err
		}
		rest = filepath.Join(filepath.Base(d), rest)
	}
}
