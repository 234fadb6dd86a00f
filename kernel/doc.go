// Package kernel is what every service is given: rows, time and work, the journal, tags, the index of resources, the meter
// and chance. It knows no service by name.
//
// An estate is opened with Open, services register their jobs and watches with what For gives them, and Start lets
// work run. Under a held clock the same seed and the same calls give the same rows, which Hash proves.
package kernel
