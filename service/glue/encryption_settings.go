package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// PutDataCatalogEncryptionSettings takes the settings that hold anyway: nothing is encrypted. Keys of KMS are not here, and a catalog that claimed to be
// encrypted with one would lie.
// https://docs.aws.amazon.com/glue/latest/webapi/API_PutDataCatalogEncryptionSettings.html
func (s *Service) PutDataCatalogEncryptionSettings(ctx context.Context, in *api.PutDataCatalogEncryptionSettingsInput) (*api.PutDataCatalogEncryptionSettingsOutput, error) {
	is := in.DataCatalogEncryptionSettings
	if e := is.EncryptionAtRest; e != nil {
		if err := refuse(member{"CatalogEncryptionMode " + *e.CatalogEncryptionMode, *e.CatalogEncryptionMode != api.CatalogEncryptionModeDisabled},
			member{"SseAwsKmsKeyId", e.SseAwsKmsKeyId != nil}, member{"CatalogEncryptionServiceRole", e.CatalogEncryptionServiceRole != nil}); err != nil {
			return nil, err
		}
	}
	if e := is.ConnectionPasswordEncryption; e != nil {
		if err := refuse(member{"ReturnConnectionPasswordEncrypted", *e.ReturnConnectionPasswordEncrypted}, member{"AwsKmsKeyId", e.AwsKmsKeyId != nil}); err != nil {
			return nil, err
		}
	}
	return &api.PutDataCatalogEncryptionSettingsOutput{}, s.view(ctx, in.CatalogId, func(*store.Tx) error { return nil })
}

// GetDataCatalogEncryptionSettings tells that nothing is encrypted.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetDataCatalogEncryptionSettings.html
func (s *Service) GetDataCatalogEncryptionSettings(ctx context.Context, in *api.GetDataCatalogEncryptionSettingsInput) (*api.GetDataCatalogEncryptionSettingsOutput, error) {
	return &api.GetDataCatalogEncryptionSettingsOutput{DataCatalogEncryptionSettings: &api.DataCatalogEncryptionSettings{
		EncryptionAtRest:             &api.EncryptionAtRest{CatalogEncryptionMode: new(api.CatalogEncryptionModeDisabled)},
		ConnectionPasswordEncryption: &api.ConnectionPasswordEncryption{ReturnConnectionPasswordEncrypted: new(false)},
	}}, s.view(ctx, in.CatalogId, func(*store.Tx) error { return nil })
}
