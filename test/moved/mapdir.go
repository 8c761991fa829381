package moved

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Stores are the databases of the sample, by the name of their system.
var Stores = []string{"register", "ledger"}

// Map names another connector for a system of a map's folder. Its address is then what ${REGISTER_URL} stands for, and what an ordinary
// account would use ${REGISTER_APP_URL}; of the ledger likewise.
func Map(dir, system, connector string) error {
	file := filepath.Join(dir, system+".yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	name := strings.ToUpper(system)
	before := fmt.Sprintf("connector: sqlite\nconfig: { file: \"${%s_FILE}\" }\n", name)
	if !strings.Contains(string(text), before) {
		return fmt.Errorf("%s does not name its connector as it did", file)
	}
	after := fmt.Sprintf("connector: %s\nconfig: { url: \"${%[2]s_URL}\", ordinary_url: \"${%[2]s_APP_URL}\" }\n", connector, name)
	return os.WriteFile(file, []byte(strings.Replace(string(text), before, after, 1)), 0o600)
}
