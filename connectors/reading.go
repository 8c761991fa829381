package connectors

import "maps"

// SettingRead is the setting by which a system of the map names a copy of itself, a replica, that plans may be read from. Where a
// connector's card has it and the map gives it, the host opens a second store, with `url` taken from it, and plans by that one. Nothing is
// carried out, looked at once more before that, or verified by a copy: it may lag behind. Connectors do nothing about it themselves.
const SettingRead = "read_url"

// Reading is the config of the copy; ok is false where none is named.
func (c Config) Reading() (copied Config, ok bool) {
	url := c[SettingRead]
	if url == "" {
		return nil, false
	}
	copied = maps.Clone(c)
	delete(copied, SettingRead)
	copied["url"] = url
	return copied, true
}
