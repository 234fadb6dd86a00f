package glue

import (
	"context"

	api "unyo/api/glue"
)

// GetCatalogImportStatus tells that there is nothing to import: no Athena catalogue older than this one was ever here.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogImportStatus.html
func (s *Service) GetCatalogImportStatus(ctx context.Context, in *api.GetCatalogImportStatusInput) (*api.GetCatalogImportStatusOutput, error) {
	return &api.GetCatalogImportStatusOutput{ImportStatus: &api.CatalogImportStatus{ImportCompleted: new(true)}}, own(ctx, in.CatalogId)
}
