package glue

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	stsapi "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
)

// crawlService is who takes on a crawler's role.
const crawlService = "glue.amazonaws.com"

// settle gives a crawler's settings their defaults.
// https://docs.aws.amazon.com/glue/latest/webapi/API_SchemaChangePolicy.html
func settle(is *api.CreateCrawlerInput) {
	p := api.SchemaChangePolicy{}
	if is.SchemaChangePolicy != nil {
		p = *is.SchemaChangePolicy
	}
	if p.UpdateBehavior == nil {
		p.UpdateBehavior = new(api.UpdateBehaviorUpdateInDatabase)
	}
	if p.DeleteBehavior == nil {
		p.DeleteBehavior = new(api.DeleteBehaviorDeprecateInDatabase)
	}
	is.SchemaChangePolicy = &p
	if is.RecrawlPolicy == nil || is.RecrawlPolicy.RecrawlBehavior == nil {
		is.RecrawlPolicy = &api.RecrawlPolicy{RecrawlBehavior: new(api.RecrawlBehaviorCrawlEverything)}
	}
	if is.LineageConfiguration == nil {
		is.LineageConfiguration = &api.LineageConfiguration{CrawlerLineageSettings: new(api.CrawlerLineageSettingsDisable)}
	}
}

// checkCrawler judges a crawler's settings, and whether Glue is let into its role.
func (s *Service) checkCrawler(ctx context.Context, is *api.CreateCrawlerInput) error {
	err := refuse(
		member{"CrawlerSecurityConfiguration", rt.Val(is.CrawlerSecurityConfiguration) != ""},
		member{"LakeFormationConfiguration.UseLakeFormationCredentials", is.LakeFormationConfiguration != nil && rt.Val(is.LakeFormationConfiguration.UseLakeFormationCredentials)},
		member{"LakeFormationConfiguration.AccountId", is.LakeFormationConfiguration != nil && rt.Val(is.LakeFormationConfiguration.AccountId) != ""},
		member{"CrawlerLineageSettings", rt.Val(is.LineageConfiguration.CrawlerLineageSettings) == api.CrawlerLineageSettingsEnable},
		member{"RecrawlBehavior " + api.RecrawlBehaviorCrawlEventMode, *is.RecrawlPolicy.RecrawlBehavior == api.RecrawlBehaviorCrawlEventMode},
	)
	if err == nil {
		err = checkTargets(is)
	}
	if err == nil {
		_, err = configurationOf(is.Configuration)
	}
	if err == nil {
		_, err = scheduleOf(rt.Val(is.Schedule))
	}
	if err == nil && len(rt.Val(is.TablePrefix)) > 64 {
		err = invalid("The table prefix must be at most 64 characters long.") // https://docs.aws.amazon.com/glue/latest/dg/define-crawler-set-output-and-scheduling.html
	}
	if err != nil {
		return err
	}
	c := call.From(ctx)
	ctx = call.AsService(ctx, crawlService, s.crawlerARN(c.Scope, *is.Name), c.Account)
	_, err = s.peers.STS.AssumeRole(ctx, &stsapi.AssumeRoleInput{RoleArn: new(s.roleARN(c.Scope, *is.Role)), RoleSessionName: new(crawlSession)})
	if code := awserr.Code(err); code != "" && code != "InternalFailure" {
		return invalid("Service is unable to assume provided role. Please verify role's TrustPolicy")
	}
	return err
}

// roleARN is a role that is given by its ARN or by its name, with its path.
func (s *Service) roleARN(scope call.Scope, role string) string {
	if strings.HasPrefix(role, "arn:") {
		return role
	}
	return "arn:" + s.k.Partition + ":iam::" + scope.Account + ":role/" + role
}

// checkTargets refuses targets that have no behaviour here, and those that AWS refuses.
// https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
func checkTargets(is *api.CreateCrawlerInput) error {
	t := is.Targets
	err := refuse(
		member{"JdbcTargets", len(t.JdbcTargets) > 0}, member{"DynamoDBTargets", len(t.DynamoDBTargets) > 0}, member{"MongoDBTargets", len(t.MongoDBTargets) > 0},
		member{"DeltaTargets", len(t.DeltaTargets) > 0}, member{"IcebergTargets", len(t.IcebergTargets) > 0}, member{"HudiTargets", len(t.HudiTargets) > 0},
	)
	if err != nil {
		return err
	}
	logs := *is.SchemaChangePolicy.DeleteBehavior == api.DeleteBehaviorLog
	fresh := *is.RecrawlPolicy.RecrawlBehavior == api.RecrawlBehaviorCrawlNewFoldersOnly
	switch {
	case len(t.S3Targets)+len(t.CatalogTargets) == 0:
		return invalid("At least one crawl target is required")
	case len(t.S3Targets) > 0 && len(t.CatalogTargets) > 0:
		return invalid("Catalog targets cannot be mixed with other targets")
	case len(t.S3Targets) > 0 && rt.Val(is.DatabaseName) == "":
		return invalid("Database name cannot be null or empty")
	case len(t.CatalogTargets) > 0 && !logs:
		return invalid("The SchemaChangePolicy for Catalog targets can only have LOG DeleteBehavior value.")
	case fresh && len(t.CatalogTargets) > 0:
		return invalid("Recrawl policy CRAWL_NEW_FOLDERS_ONLY is not supported for Catalog targets.")
	case fresh && (!logs || *is.SchemaChangePolicy.UpdateBehavior != api.UpdateBehaviorLog):
		return invalid("The SchemaChangePolicy for S3 crawls with new folder only recrawl behavior can only have LOG DeleteBehavior value and LOG UpdateBehavior value.")
	}
	for i := range t.S3Targets {
		if err := checkS3Target(&t.S3Targets[i]); err != nil {
			return err
		}
	}
	for _, g := range t.CatalogTargets {
		if err := refuse(member{"ConnectionName", rt.Val(g.ConnectionName) != ""}, member{"EventQueueArn", rt.Val(g.EventQueueArn) != ""}); err != nil {
			return err
		}
	}
	return nil
}

func checkS3Target(t *api.S3Target) error {
	err := refuse(member{"ConnectionName", rt.Val(t.ConnectionName) != ""}, member{"EventQueueArn", rt.Val(t.EventQueueArn) != ""}, member{"DlqEventQueueArn", rt.Val(t.DlqEventQueueArn) != ""})
	if err != nil {
		return err
	}
	bucket, _ := bucketOf(rt.Val(t.Path))
	switch {
	case bucket == "":
		return invalid("The S3 path %s is not valid.", rt.Val(t.Path))
	case t.SampleSize != nil && (*t.SampleSize < 1 || *t.SampleSize > 249): // https://docs.aws.amazon.com/glue/latest/webapi/API_S3Target.html
		return invalid("The sample size must be an integer between 1 and 249.")
	}
	for _, x := range t.Exclusions {
		if _, err := globOf(x); err != nil {
			return invalid("The exclude pattern %s is not valid.", x)
		}
	}
	return nil
}

// bucketOf parts an S3 path into bucket and key.
func bucketOf(path string) (bucket, key string) {
	for _, scheme := range []string{"s3://", "s3a://", "s3n://"} {
		if rest, ok := strings.CutPrefix(path, scheme); ok {
			bucket, key, _ = strings.Cut(rest, "/")
			return bucket, key
		}
	}
	return "", ""
}

// configuration is what a crawler's Configuration says.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
type configuration struct {
	Version       float64
	CrawlerOutput struct {
		Partitions, Tables struct {
			AddOrUpdateBehavior string
			TableThreshold      int
		}
	}
	Grouping struct {
		TableGroupingPolicy     string
		TableLevelConfiguration int
	}
	CreatePartitionIndex *bool
}

func configurationOf(text *string) (c configuration, err error) {
	if rt.Val(text) == "" {
		return c, nil
	}
	d := json.NewDecoder(strings.NewReader(*text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, invalid("Configuration is not valid: %v", err)
	}
	switch {
	case c.Version != 1:
		return c, invalid("Configuration is not valid: Version must be 1.0.")
	case !slices.Contains([]string{"", "InheritFromTable"}, c.CrawlerOutput.Partitions.AddOrUpdateBehavior):
		return c, invalid("Configuration is not valid: AddOrUpdateBehavior of Partitions must be InheritFromTable.")
	case !slices.Contains([]string{"", "MergeNewColumns"}, c.CrawlerOutput.Tables.AddOrUpdateBehavior):
		return c, invalid("Configuration is not valid: AddOrUpdateBehavior of Tables must be MergeNewColumns.")
	case !slices.Contains([]string{"", "CombineCompatibleSchemas"}, c.Grouping.TableGroupingPolicy):
		return c, invalid("Configuration is not valid: TableGroupingPolicy must be CombineCompatibleSchemas.")
	case c.Grouping.TableLevelConfiguration < 0 || c.CrawlerOutput.Tables.TableThreshold < 0:
		return c, invalid("Configuration is not valid: a level or threshold below 0.")
	}
	return c, nil
}

// classifiersThere refuses classifiers that are not there.
func (s *Service) classifiersThere(tx *store.Tx, names []string) error {
	for _, name := range names {
		if !s.classifiers.Has(tx, name) {
			return api.NewEntityNotFoundException("Classifier with name %s does not exist", name)
		}
	}
	return nil
}
