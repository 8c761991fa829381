package connectors

import "testing"

// TestReading: the copy is the system at another address, and has no copy itself.
func TestReading(t *testing.T) {
	if _, ok := (Config{"url": "a"}).Reading(); ok {
		t.Error("a copy nobody named")
	}
	given := Config{"url": "a", SettingRead: "b", "lock_timeout": "1s"}
	copied, ok := given.Reading()
	if !ok || len(copied) != 2 || copied["url"] != "b" || copied["lock_timeout"] != "1s" || given["url"] != "a" {
		t.Errorf("%d settings of the copy, %t", len(copied), ok)
	}
}
