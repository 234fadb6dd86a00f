package accessanalyzer

import "time"

type preview struct {
	CreatedAt time.Time
}
