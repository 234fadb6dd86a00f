package glue

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/classify"
	"unyo/kernel/store"
)

// classifier is a classifier of one's own: one of the three.
type classifier struct {
	Grok                 *lean[api.CreateGrokClassifierRequest] `json:",omitempty"`
	JSON                 *lean[api.CreateJsonClassifierRequest] `json:",omitempty"`
	CSV                  *lean[api.CreateCsvClassifierRequest]  `json:",omitempty"`
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// CreateClassifier makes a classifier.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreateClassifier.html
func (s *Service) CreateClassifier(ctx context.Context, in *api.CreateClassifierInput) (*api.CreateClassifierOutput, error) {
	now := s.k.Clock.Now()
	row := classifier{Version: 1, CreatedAt: now, UpdatedAt: now}
	var name *string
	given := 0
	if g := in.GrokClassifier; g != nil {
		row.Grok, name = &lean[api.CreateGrokClassifierRequest]{*g}, g.Name
		given++
	}
	if g := in.JsonClassifier; g != nil {
		row.JSON, name = &lean[api.CreateJsonClassifierRequest]{*g}, g.Name
		given++
	}
	if g := in.CsvClassifier; g != nil {
		row.CSV, name = &lean[api.CreateCsvClassifierRequest]{*g}, g.Name
		given++
	}
	if err := oneOf(given, in.XMLClassifier != nil); err != nil {
		return nil, err
	}
	if _, err := row.made(); err != nil {
		return nil, err
	}
	return &api.CreateClassifierOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		if s.classifiers.Has(tx, *name) {
			return api.NewAlreadyExistsException("Classifier with name %s already exists", *name)
		}
		s.classifiers.Put(tx, *name, row)
		return nil
	})
}

func oneOf(given int, xml bool) error {
	switch {
	case xml:
		return unsupported("XMLClassifier")
	case given != 1:
		return invalid("Exactly one classifier must be given.")
	}
	return nil
}

// made is the classifier as it is used; an error is of what it was made of.
func (row *classifier) made() (classify.Classifier, error) {
	switch {
	case row.Grok != nil:
		g := &row.Grok.V
		c, err := classify.NewGrok(*g.Classification, *g.GrokPattern, rt.Val(g.CustomPatterns))
		if err != nil {
			return nil, invalid("The grok pattern is not valid: %v", err)
		}
		return c, nil
	case row.JSON != nil:
		path := *row.JSON.V.JsonPath
		if !classify.ValidPath(path) {
			return nil, invalid("The JSON path %s is not valid.", path)
		}
		return classify.JSON{Path: path}, nil
	}
	g := &row.CSV.V
	types := map[string]string{
		"BINARY": "binary", "BOOLEAN": "boolean", "DATE": "date", "DECIMAL": "decimal(10,0)", "DOUBLE": "double", "FLOAT": "float", "INT": "int", "LONG": "bigint", "SHORT": "smallint",
		"STRING": "string", "TIMESTAMP": "timestamp",
	}
	c := classify.CSV{
		Delimiter: rt.Val(g.Delimiter), Quote: rt.Val(g.QuoteSymbol), Header: rt.Val(g.ContainsHeader), Names: g.Header, SingleColumn: rt.Val(g.AllowSingleColumn),
		Untrimmed: rt.Val(g.DisableValueTrimming), SerDe: rt.Val(g.Serde),
	}
	if c.Delimiter != "" && c.Delimiter == c.Quote {
		return nil, invalid("The quote symbol must be different from the delimiter.")
	}
	for _, t := range g.CustomDatatypes {
		kind, ok := types[strings.ToUpper(t)]
		if !ok {
			return nil, invalid("%s is no data type of a CSV classifier.", t)
		}
		if rt.Val(g.CustomDatatypeConfigured) {
			c.Types = append(c.Types, kind)
		}
	}
	return c, nil
}

// UpdateClassifier changes what is given of a classifier.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateClassifier.html
func (s *Service) UpdateClassifier(ctx context.Context, in *api.UpdateClassifierInput) (*api.UpdateClassifierOutput, error) {
	given := 0
	var name *string
	if g := in.GrokClassifier; g != nil {
		name = g.Name
		given++
	}
	if g := in.JsonClassifier; g != nil {
		name = g.Name
		given++
	}
	if g := in.CsvClassifier; g != nil {
		name = g.Name
		given++
	}
	if err := oneOf(given, in.XMLClassifier != nil); err != nil {
		return nil, err
	}
	return &api.UpdateClassifierOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		row, err := s.inClassifier(tx, *name)
		if err != nil {
			return err
		}
		if (in.GrokClassifier != nil) != (row.Grok != nil) || (in.JsonClassifier != nil) != (row.JSON != nil) || (in.CsvClassifier != nil) != (row.CSV != nil) {
			return invalid("Classifier %s is of another type.", *name)
		}
		switch {
		case row.Grok != nil:
			taken(&row.Grok.V.Classification, in.GrokClassifier.Classification)
			taken(&row.Grok.V.GrokPattern, in.GrokClassifier.GrokPattern)
			taken(&row.Grok.V.CustomPatterns, in.GrokClassifier.CustomPatterns)
		case row.JSON != nil:
			taken(&row.JSON.V.JsonPath, in.JsonClassifier.JsonPath)
		default:
			changeCSV(&row.CSV.V, in.CsvClassifier)
		}
		if _, err := row.made(); err != nil {
			return err
		}
		row.Version, row.UpdatedAt = row.Version+1, s.k.Clock.Now()
		s.classifiers.Put(tx, *name, row)
		return nil
	})
}

func changeCSV(is *api.CreateCsvClassifierRequest, in *api.UpdateCsvClassifierRequest) {
	taken(&is.AllowSingleColumn, in.AllowSingleColumn)
	taken(&is.ContainsHeader, in.ContainsHeader)
	taken(&is.CustomDatatypeConfigured, in.CustomDatatypeConfigured)
	taken(&is.Delimiter, in.Delimiter)
	taken(&is.DisableValueTrimming, in.DisableValueTrimming)
	taken(&is.QuoteSymbol, in.QuoteSymbol)
	taken(&is.Serde, in.Serde)
	if in.CustomDatatypes != nil {
		is.CustomDatatypes = in.CustomDatatypes
	}
	if in.Header != nil {
		is.Header = in.Header
	}
}

// taken takes over what is given.
func taken[T any](to **T, from *T) {
	if from != nil {
		*to = from
	}
}

func (s *Service) inClassifier(tx *store.Tx, name string) (classifier, error) {
	row, ok := s.classifiers.Get(tx, name)
	if !ok {
		return row, api.NewEntityNotFoundException("Classifier with name %s does not exist", name)
	}
	return row, nil
}

// DeleteClassifier deletes a classifier that no crawler uses.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteClassifier.html
func (s *Service) DeleteClassifier(ctx context.Context, in *api.DeleteClassifierInput) (*api.DeleteClassifierOutput, error) {
	return &api.DeleteClassifierOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		if _, err := s.inClassifier(tx, *in.Name); err != nil {
			return err
		}
		for name, row := range s.crawlers.From(tx, "") {
			if slices.Contains(row.Is.V.Classifiers, *in.Name) {
				return invalid("Classifier %s is used by crawler %s.", *in.Name, name)
			}
		}
		s.classifiers.Delete(tx, *in.Name)
		return nil
	})
}

// GetClassifier describes a classifier.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetClassifier.html
func (s *Service) GetClassifier(ctx context.Context, in *api.GetClassifierInput) (*api.GetClassifierOutput, error) {
	out := &api.GetClassifierOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) error {
		row, err := s.inClassifier(tx, *in.Name)
		if err == nil {
			out.Classifier = row.shape()
		}
		return err
	})
}

// GetClassifiers describes all classifiers.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetClassifiers.html
func (s *Service) GetClassifiers(ctx context.Context, in *api.GetClassifiersInput) (*api.GetClassifiersOutput, error) {
	out := &api.GetClassifiersOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, classifier] { return s.classifiers.From(tx, after) }
		out.Classifiers, out.NextToken, err = listed("classifiers", in.NextToken, limitOf(in.MaxResults, 100), rows, func(_ string, row classifier) (api.Classifier, bool) {
			return *row.shape(), true
		})
		return err
	})
}

func (row *classifier) shape() *api.Classifier {
	made, changed, version := &row.CreatedAt, &row.UpdatedAt, &row.Version
	switch {
	case row.Grok != nil:
		g := &row.Grok.V
		return &api.Classifier{GrokClassifier: &api.GrokClassifier{
			Name: g.Name, Classification: g.Classification, GrokPattern: g.GrokPattern, CustomPatterns: g.CustomPatterns, CreationTime: made, LastUpdated: changed, Version: version,
		}}
	case row.JSON != nil:
		g := &row.JSON.V
		return &api.Classifier{JsonClassifier: &api.JsonClassifier{Name: g.Name, JsonPath: g.JsonPath, CreationTime: made, LastUpdated: changed, Version: version}}
	}
	g := &row.CSV.V
	return &api.Classifier{CsvClassifier: &api.CsvClassifier{
		Name: g.Name, AllowSingleColumn: g.AllowSingleColumn, ContainsHeader: g.ContainsHeader, CustomDatatypeConfigured: g.CustomDatatypeConfigured, CustomDatatypes: g.CustomDatatypes,
		Delimiter: g.Delimiter, DisableValueTrimming: g.DisableValueTrimming, Header: g.Header, QuoteSymbol: g.QuoteSymbol, Serde: g.Serde, CreationTime: made, LastUpdated: changed, Version: version,
	}}
}

// ownClassifiers are those of the crawler, in its order.
func (c *step) ownClassifiers() (list []classify.Classifier, err error) {
	err = c.s.k.View(c.ctx, func(tx *store.Tx) error {
		list = nil
		for _, name := range c.is.Classifiers {
			row, err := c.s.inClassifier(tx, name)
			if err != nil {
				return err
			}
			made, err := row.made()
			if err != nil {
				return err
			}
			list = append(list, made)
		}
		return nil
	})
	return list, err
}
