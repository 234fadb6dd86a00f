package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/transform"
	"unyo/kernel/store"
)

// transformer is the row of a group's own.
type transformer struct {
	Created, Updated int64  // ms
	Document         string // the processors, as JSON
}

// maxTransformer is how long a document may be, in bytes: a row's room. AWS names no such limit; what its others allow is rarely longer.
const maxTransformer = 60 << 10

func tooLong() error {
	return invalid("The transformer has more than %d bytes, which is more than this estate keeps.", maxTransformer)
}

// sumOf names a configuration.
func sumOf(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:8])
}

// PutTransformer has what comes into a group from now on transformed.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutTransformer.html
func (s *Service) PutTransformer(ctx context.Context, in *api.PutTransformerInput) (*api.PutTransformerOutput, error) {
	if _, err := compileTransformer(in.TransformerConfig); err != nil {
		return nil, err
	}
	document, err := json.Marshal(in.TransformerConfig)
	if err != nil {
		return nil, err
	}
	if len(document) > maxTransformer {
		return nil, tooLong()
	}
	return &api.PutTransformerOutput{}, s.reshape(ctx, *in.LogGroupIdentifier, func(tx *store.Tx, name string, g *group) (chapter, error) {
		row := transformer{Created: s.nowMs(), Updated: s.nowMs(), Document: string(document)}
		if old, ok := s.transformers.Get(tx, g.ID); ok {
			row.Created = old.Created
		}
		s.transformers.Put(tx, g.ID, row)
		g.Transformer = "own " + sumOf(row.Document)
		return chapter{Document: row.Document}, nil
	})
}

// DeleteTransformer leaves what comes in from now on as it is, or to the account's transformer. What has been transformed stays so.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteTransformer.html
func (s *Service) DeleteTransformer(ctx context.Context, in *api.DeleteTransformerInput) (*api.DeleteTransformerOutput, error) {
	return &api.DeleteTransformerOutput{}, s.reshape(ctx, *in.LogGroupIdentifier, func(tx *store.Tx, name string, g *group) (chapter, error) {
		if g.Transformer == "" {
			return chapter{}, noTransformer()
		}
		s.transformers.Delete(tx, g.ID)
		g.Transformer = ""
		policy, _ := s.accountTransformerOf(tx, name, g)
		return policy.chapter(), nil
	})
}

func noTransformer() error {
	return api.NewResourceNotFoundException("The specified log group has no transformer.")
}

// GetTransformer shows a group's own transformer.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetTransformer.html
func (s *Service) GetTransformer(ctx context.Context, in *api.GetTransformerInput) (*api.GetTransformerOutput, error) {
	name, err := identified(ctx, *in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	out := &api.GetTransformerOutput{LogGroupIdentifier: in.LogGroupIdentifier}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		row, ok := s.transformers.Get(tx, g.ID)
		if !ok {
			return noTransformer()
		}
		out.CreationTime, out.LastModifiedTime, out.TransformerConfig = &row.Created, &row.Updated, nil
		return json.Unmarshal([]byte(row.Document), &out.TransformerConfig)
	})
}

// TestTransformer shows what a transformer would make of messages.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestTransformer.html
func (s *Service) TestTransformer(ctx context.Context, in *api.TestTransformerInput) (*api.TestTransformerOutput, error) {
	p, err := compileTransformer(in.TransformerConfig)
	if err != nil {
		return nil, err
	}
	scope := call.ScopeOf(ctx)
	out := &api.TestTransformerOutput{}
	for i, m := range in.LogEventMessages { // of no group and no stream
		shaped := shape(p, []byte(m), &transform.Origin{Account: scope.Account, Region: scope.Region})
		if shaped.fault != "" {
			text, err := json.Marshal(map[string]string{"@transformationError": shaped.fault})
			if err != nil {
				return nil, err
			}
			shaped.fields = text
		}
		out.TransformedLogs = append(out.TransformedLogs, api.TransformedLogRecord{EventNumber: new(int64(i + 1)), EventMessage: new(m), TransformedEventMessage: new(string(shaped.fields))})
	}
	return out, nil
}

// reshape begins a new chapter of a group's transformation, behind what has come in so far.
func (s *Service) reshape(ctx context.Context, identifier string, change func(tx *store.Tx, name string, g *group) (chapter, error)) error {
	name, err := identified(ctx, identifier)
	if err != nil {
		return err
	}
	return s.behind(ctx, name, func(tx *store.Tx, g *group, head uint64) error {
		if g.Class == classInfrequent {
			return api.NewInvalidOperationException("Log groups of the class %s do not support log transformers.", classInfrequent)
		}
		c, err := change(tx, name, g)
		if err != nil {
			return err
		}
		c.From = head
		s.begin(tx, name, g, c)
		return nil
	})
}

// processorsIn reads a document of an account's policy, which has the names that AWS's API has.
func processorsIn(document string) ([]api.Processor, error) {
	var config []api.Processor
	if err := strictJSON(document, &config); err != nil {
		return nil, invalid("The transformer policy is not valid: it must be a JSON list of processors.")
	}
	return config, nil
}

// programOf makes a configuration that has been taken ready; those asked for lately are kept so.
func (s *Service) programOf(document string) (*transform.Program, error) {
	if document == "" {
		return nil, nil
	}
	s.programs.mu.Lock()
	defer s.programs.mu.Unlock()
	if p, ok := s.programs.ready[document]; ok {
		return p, nil
	}
	config, err := processorsIn(document)
	if err != nil {
		return nil, err
	}
	p, err := compileTransformer(config)
	if err != nil {
		return nil, err
	}
	if len(s.programs.ready) >= maxPrograms {
		clear(s.programs.ready)
	}
	s.programs.ready[document] = p
	return p, nil
}

// transformerNeeds names what transformers are asked by.
func (s *Service) transformerNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	var identifier *string
	switch in := in.(type) {
	case *api.PutTransformerInput:
		identifier = in.LogGroupIdentifier
	case *api.GetTransformerInput:
		identifier = in.LogGroupIdentifier
	case *api.DeleteTransformerInput:
		identifier = in.LogGroupIdentifier
	case *api.TestTransformerInput:
		return []rt.Need{{Action: "logs:TestTransformer", Resources: []string{"*"}}}, true
	default:
		return nil, false
	}
	return s.need(ctx, op, nil, identifier, ":log-stream:"), true
}
