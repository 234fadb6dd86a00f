package athena

import (
	"strings"

	api "unyo/api/athena"
	"unyo/api/rt"
)

// engineVersion is the one that is here: Trino's dialect.
// https://docs.aws.amazon.com/athena/latest/ug/engine-versions-reference-0003.html
const engineVersion = "Athena engine version 3"

// defaults fills in what a configuration leaves open.
func defaults(c api.WorkGroupConfiguration) api.WorkGroupConfiguration {
	if c.EnforceWorkGroupConfiguration == nil {
		c.EnforceWorkGroupConfiguration = new(true)
	}
	if c.PublishCloudWatchMetricsEnabled == nil {
		c.PublishCloudWatchMetricsEnabled = new(true)
	}
	if c.RequesterPaysEnabled == nil {
		c.RequesterPaysEnabled = new(false)
	}
	if c.ResultConfiguration == nil {
		c.ResultConfiguration = &api.ResultConfiguration{}
	}
	selected := "AUTO"
	if c.EngineVersion != nil && c.EngineVersion.SelectedEngineVersion != nil {
		selected = *c.EngineVersion.SelectedEngineVersion
	}
	c.EngineVersion = &api.EngineVersion{SelectedEngineVersion: &selected, EffectiveEngineVersion: new(engineVersion)}
	return c
}

// checkConfiguration refuses what has no behaviour here, and locations that are none.
func checkConfiguration(c *api.WorkGroupConfiguration) error {
	if v := *c.EngineVersion.SelectedEngineVersion; v != "AUTO" && v != engineVersion {
		return unsupported("engine version " + v)
	}
	if err := refuse(
		member{"AdditionalConfiguration", c.AdditionalConfiguration != nil},
		member{"CustomerContentEncryptionConfiguration", c.CustomerContentEncryptionConfiguration != nil},
		member{"EnableMinimumEncryptionConfiguration", rt.Val(c.EnableMinimumEncryptionConfiguration)},
		member{"EngineConfiguration", c.EngineConfiguration != nil},
		member{"ExecutionRole", c.ExecutionRole != nil},
		member{"IdentityCenterConfiguration", c.IdentityCenterConfiguration != nil && rt.Val(c.IdentityCenterConfiguration.EnableIdentityCenter)},
		member{"ManagedQueryResultsConfiguration", c.ManagedQueryResultsConfiguration != nil && rt.Val(c.ManagedQueryResultsConfiguration.Enabled)},
		member{"MonitoringConfiguration", c.MonitoringConfiguration != nil},
		member{"QueryResultsS3AccessGrantsConfiguration", c.QueryResultsS3AccessGrantsConfiguration != nil},
		member{"RequesterPaysEnabled", rt.Val(c.RequesterPaysEnabled)},
		member{"SystemTableStatuses", c.SystemTableStatuses != nil},
	); err != nil {
		return err
	}
	return checkResults(c.ResultConfiguration)
}

// checkResults refuses a place for results that is none, and ways of keeping them that S3 has not here.
func checkResults(c *api.ResultConfiguration) error {
	if c == nil {
		return nil
	}
	if c.OutputLocation != nil && *c.OutputLocation != "" {
		if _, _, ok := place(*c.OutputLocation); !ok {
			return invalid("outputLocation is not a valid S3 path.")
		}
	}
	if e := c.EncryptionConfiguration; e != nil && rt.Val(e.EncryptionOption) != api.EncryptionOptionSseS3 {
		return unsupported("EncryptionOption " + rt.Val(e.EncryptionOption))
	}
	return nil
}

// place is the bucket and the prefix of a location; the prefix ends with a slash unless it is empty.
func place(location string) (bucket, prefix string, ok bool) {
	rest, ok := strings.CutPrefix(location, "s3://")
	bucket, prefix, _ = strings.Cut(rest, "/")
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	return bucket, prefix, ok && bucket != ""
}

// change applies an update.
func change(c *api.WorkGroupConfiguration, u *api.WorkGroupConfigurationUpdates) error {
	if u == nil {
		return nil
	}
	set(&c.EnforceWorkGroupConfiguration, u.EnforceWorkGroupConfiguration)
	set(&c.PublishCloudWatchMetricsEnabled, u.PublishCloudWatchMetricsEnabled)
	set(&c.RequesterPaysEnabled, u.RequesterPaysEnabled)
	set(&c.BytesScannedCutoffPerQuery, u.BytesScannedCutoffPerQuery)
	set(&c.EngineVersion, u.EngineVersion)
	set(&c.AdditionalConfiguration, u.AdditionalConfiguration)
	set(&c.CustomerContentEncryptionConfiguration, u.CustomerContentEncryptionConfiguration)
	set(&c.EnableMinimumEncryptionConfiguration, u.EnableMinimumEncryptionConfiguration)
	set(&c.EngineConfiguration, u.EngineConfiguration)
	set(&c.ExecutionRole, u.ExecutionRole)
	set(&c.MonitoringConfiguration, u.MonitoringConfiguration)
	set(&c.QueryResultsS3AccessGrantsConfiguration, u.QueryResultsS3AccessGrantsConfiguration)
	if rt.Val(u.RemoveBytesScannedCutoffPerQuery) {
		c.BytesScannedCutoffPerQuery = nil
	}
	if m := u.ManagedQueryResultsConfigurationUpdates; m != nil {
		c.ManagedQueryResultsConfiguration = &api.ManagedQueryResultsConfiguration{Enabled: m.Enabled}
	}
	if r := u.ResultConfigurationUpdates; r != nil {
		changeResults(c.ResultConfiguration, r)
	}
	*c = defaults(*c)
	return checkConfiguration(c)
}

func changeResults(c *api.ResultConfiguration, u *api.ResultConfigurationUpdates) {
	set(&c.OutputLocation, u.OutputLocation)
	set(&c.EncryptionConfiguration, u.EncryptionConfiguration)
	set(&c.ExpectedBucketOwner, u.ExpectedBucketOwner)
	set(&c.AclConfiguration, u.AclConfiguration)
	if rt.Val(u.RemoveOutputLocation) {
		c.OutputLocation = nil
	}
	if rt.Val(u.RemoveEncryptionConfiguration) {
		c.EncryptionConfiguration = nil
	}
	if rt.Val(u.RemoveExpectedBucketOwner) {
		c.ExpectedBucketOwner = nil
	}
	if rt.Val(u.RemoveAclConfiguration) {
		c.AclConfiguration = nil
	}
}

// set replaces what is given.
func set[T any](member **T, given *T) {
	if given != nil {
		*member = given
	}
}
