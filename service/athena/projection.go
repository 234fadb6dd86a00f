package athena

import (
	"unyo/engine/sql"
)

func (s *source) projected() bool { return s.table.Parameters["projection.enabled"] == "true" }

func (s *source) project(want sql.Scan) ([]piece, error) {
	return nil, unsupported("partition projection")
}
