package keys

// RawKey is a data key's bytes, for the test that looks for them.
func RawKey(k DataKey) []byte { return append([]byte(nil), k.key[:]...) }
