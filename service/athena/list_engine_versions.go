package athena

import (
	"context"

	api "unyo/api/athena"
)

// ListEngineVersions lists the versions that a work group may select. Version 2 and the notebooks' Spark are not here.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListEngineVersions.html
func (s *Service) ListEngineVersions(context.Context, *api.ListEngineVersionsInput) (*api.ListEngineVersionsOutput, error) {
	return &api.ListEngineVersionsOutput{EngineVersions: []api.EngineVersion{
		{SelectedEngineVersion: new("AUTO"), EffectiveEngineVersion: new(engineVersion)},
		{SelectedEngineVersion: new(engineVersion), EffectiveEngineVersion: new(engineVersion)},
	}}, nil
}
