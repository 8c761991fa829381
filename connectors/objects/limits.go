package objects

import (
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// RowGroupSetting is the setting by which a connector is told how large a row group of a Parquet file may be.
var RowGroupSetting = connectors.Setting{Name: "row_group_mib",
	Help: "how many MiB a row group of a Parquet file may hold uncompressed, as much as is held in memory of each that is changed; " + strconv.Itoa(rowfile.RowGroup>>20) + " unless set"}

// Limits are those of one system.
type Limits struct {
	rowGroup int64
	bounds   Bounds
}

// LimitsOf reads the settings of a system, whose store has names within the bounds.
func LimitsOf(c connectors.Config, b Bounds) (Limits, error) {
	s := c[RowGroupSetting.Name]
	if s == "" {
		return Limits{bounds: b}, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return Limits{}, connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + RowGroupSetting.Name, Summary: "row_group_mib is no number of MiB", Detail: "write 512, for example"}}
	}
	return Limits{n << 20, b}, nil
}

// Understand is [Understand] within the limits.
func (l Limits) Understand(c connectors.Collection) (*Source, error) {
	s, err := Understand(c)
	if err == nil {
		s.Path.Bounds = l.bounds
		rowfile.WithRowGroup(s.Codec, l.rowGroup)
	}
	return s, err
}
