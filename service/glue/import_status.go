package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// GetCatalogImportStatus tells that there is nothing to import: no Athena catalogue older than this one was ever here.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogImportStatus.html
func (s *Service) GetCatalogImportStatus(ctx context.Context, in *api.GetCatalogImportStatusInput) (*api.GetCatalogImportStatusOutput, error) {
	return &api.GetCatalogImportStatusOutput{ImportStatus: &api.CatalogImportStatus{ImportCompleted: new(true)}}, s.view(ctx, in.CatalogId, func(*store.Tx) error { return nil })
}
