package glue

import (
	"context"
	"iter"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// CreateUserDefinedFunction makes a function.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreateUserDefinedFunction.html
func (s *Service) CreateUserDefinedFunction(ctx context.Context, in *api.CreateUserDefinedFunctionInput) (*api.CreateUserDefinedFunctionOutput, error) {
	if in.FunctionInput.FunctionName == nil {
		return nil, invalid("FunctionName must be given.")
	}
	return &api.CreateUserDefinedFunctionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.FunctionInput.FunctionName)
		if _, err := s.inDatabase(tx, db); err != nil {
			return err
		}
		n := 0
		for range s.functions.Prefix(tx, store.Key(db, ""), "") {
			n++
		}
		switch key := store.Key(db, name); {
		case s.functions.Has(tx, key):
			return api.NewAlreadyExistsException("Function already exists.")
		case n >= maxFunctions:
			return api.NewResourceNumberLimitExceededException("A database can have at most %d functions.", maxFunctions)
		default:
			s.putFunction(tx, db, name, function{lean[api.UserDefinedFunctionInput]{*in.FunctionInput}, s.k.Clock.Now()})
		}
		return nil
	})
}

func (s *Service) putFunction(tx *store.Tx, db, name string, row function) {
	row.Is.V.FunctionName = &name
	s.functions.Put(tx, store.Key(db, name), row)
}

// inFunction finds a function that must be there.
func (s *Service) inFunction(tx *store.Tx, db, name string) (function, error) {
	row, ok := s.functions.Get(tx, store.Key(db, name))
	if ok {
		return row, nil
	}
	if _, err := s.inDatabase(tx, db); err != nil {
		return row, err
	}
	return row, api.NewEntityNotFoundException("Function %s not found.", name)
}

// UpdateUserDefinedFunction defines a function anew, under its name.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateUserDefinedFunction.html
func (s *Service) UpdateUserDefinedFunction(ctx context.Context, in *api.UpdateUserDefinedFunctionInput) (*api.UpdateUserDefinedFunctionOutput, error) {
	return &api.UpdateUserDefinedFunctionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.FunctionName)
		if given := in.FunctionInput.FunctionName; given != nil && fold(given) != name {
			return unsupported("giving a function another name")
		}
		row, err := s.inFunction(tx, db, name)
		if err != nil {
			return err
		}
		s.putFunction(tx, db, name, function{lean[api.UserDefinedFunctionInput]{*in.FunctionInput}, row.CreatedAt})
		return nil
	})
}

// DeleteUserDefinedFunction deletes a function.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteUserDefinedFunction.html
func (s *Service) DeleteUserDefinedFunction(ctx context.Context, in *api.DeleteUserDefinedFunctionInput) (*api.DeleteUserDefinedFunctionOutput, error) {
	return &api.DeleteUserDefinedFunctionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.FunctionName)
		if _, err := s.inFunction(tx, db, name); err != nil {
			return err
		}
		s.functions.Delete(tx, store.Key(db, name))
		return nil
	})
}

// GetUserDefinedFunction describes a function.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunction.html
func (s *Service) GetUserDefinedFunction(ctx context.Context, in *api.GetUserDefinedFunctionInput) (*api.GetUserDefinedFunctionOutput, error) {
	out := &api.GetUserDefinedFunctionOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		db := fold(in.DatabaseName)
		row, err := s.inFunction(tx, db, fold(in.FunctionName))
		if err != nil {
			return err
		}
		out.UserDefinedFunction = row.shape(tx.Scope(), db)
		return nil
	})
}

// GetUserDefinedFunctions lists the functions whose name matches a pattern: of a database, or of all.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunctions.html
func (s *Service) GetUserDefinedFunctions(ctx context.Context, in *api.GetUserDefinedFunctionsInput) (*api.GetUserDefinedFunctionsOutput, error) {
	match, err := namePattern(in.Pattern)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if in.DatabaseName != nil {
		prefix = store.Key(fold(in.DatabaseName), "")
	}
	query := "functions\x00" + prefix + *in.Pattern + "\x00" + rt.Val(in.FunctionType)
	out := &api.GetUserDefinedFunctionsOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) (err error) {
		if in.DatabaseName != nil {
			if _, err := s.inDatabase(tx, fold(in.DatabaseName)); err != nil {
				return err
			}
		}
		rows := func(after string) iter.Seq2[string, function] { return s.functions.Prefix(tx, prefix, after) }
		out.UserDefinedFunctions, out.NextToken, err = listed(query, in.NextToken, limitOf(in.MaxResults, 100), rows, func(key string, row function) (api.UserDefinedFunction, bool) {
			parts, _ := store.Split(key, 2)
			fits := match(parts[1]) && (in.FunctionType == nil || rt.Val(row.Is.V.FunctionType) == *in.FunctionType)
			return *row.shape(tx.Scope(), parts[0]), fits
		})
		return err
	})
}

func (row *function) shape(c call.Scope, db string) *api.UserDefinedFunction {
	is := &row.Is.V
	return &api.UserDefinedFunction{
		CatalogId: &c.Account, DatabaseName: &db, FunctionName: is.FunctionName, ClassName: is.ClassName, OwnerName: is.OwnerName, OwnerType: is.OwnerType,
		ResourceUris: is.ResourceUris, FunctionType: is.FunctionType, GovernanceMode: is.GovernanceMode, ArtifactLocation: is.ArtifactLocation, CreateTime: &row.CreatedAt,
	}
}
