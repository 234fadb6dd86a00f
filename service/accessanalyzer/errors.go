package accessanalyzer

// This file is the only place that turns what an engine or the store refuses into errors of api/accessanalyzer.
