package cloudtrail

import (
	"context"
	"fmt"
	"iter"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// importsPerPage is how many imports or failures are listed unless told otherwise.
const importsPerPage = 1000

// ListImports lists imports, of a state or into an event data store if that is asked.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListImports.html
func (s *Service) ListImports(ctx context.Context, in *api.ListImportsInput) (*api.ListImportsOutput, error) {
	sum := fmt.Sprint("imports", rt.Val(in.Destination), rt.Val(in.ImportStatus))
	after, limit, err := turned(sum, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &api.ListImportsOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		into := ""
		if in.Destination != nil {
			d, err := s.dataStoreNamed(tx, *in.Destination)
			if err != nil {
				return err
			}
			into = d.ID
		}
		out.Imports, out.NextToken = page.Collect(sum, limit, s.imports.From(tx, after), func(_ string, m lakeImport) (api.ImportsListItem, bool) {
			v := s.showImport(ctx, &m)
			return api.ImportsListItem{CreatedTimestamp: v.CreatedTimestamp, Destinations: v.Destinations, ImportId: v.ImportId, ImportStatus: v.ImportStatus, UpdatedTimestamp: v.UpdatedTimestamp},
				(into == "" || m.Store == into) && (in.ImportStatus == nil || *in.ImportStatus == m.State)
		})
		return nil
	})
	return out, err
}

// turned reads where a list goes on, and how long a page is.
func turned(sum string, token *string, most *int32) (after string, limit int, err error) {
	if after, err = page.After(sum, rt.Val(token)); err != nil {
		return "", 0, api.NewInvalidNextTokenException("Invalid token provided.")
	}
	if limit = importsPerPage; most != nil {
		limit = int(*most)
	}
	return after, limit, nil
}

// ListImportFailures lists the files that an import could not take, and what has become of them since.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListImportFailures.html
func (s *Service) ListImportFailures(ctx context.Context, in *api.ListImportFailuresInput) (*api.ListImportFailuresOutput, error) {
	sum := "failures of " + *in.ImportId
	after, limit, err := turned(sum, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &api.ListImportFailuresOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		m, ok := s.imports.Get(tx, *in.ImportId)
		if !ok {
			return noImport(*in.ImportId)
		}
		var list iter.Seq2[string, importFailure] = s.failures.Prefix(tx, store.Key(m.ID, ""), after)
		out.Failures, out.NextToken = page.Collect(sum, limit, list, func(_ string, f importFailure) (api.ImportFailureListItem, bool) {
			return api.ImportFailureListItem{ErrorType: &f.Type, ErrorMessage: &f.Message, Location: new("s3://" + m.Bucket + "/" + f.Key), Status: new(f.State), LastUpdatedTime: new(f.At)}, true
		})
		return nil
	})
	return out, err
}
