package logs

import (
	"slices"

	api "unyo/api/logs"
)

// entityKeys are the key attributes that each type of entity must have beside its type.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/adding-your-own-related-telemetry.html
var entityKeys = map[string][]string{
	"AWS::Resource": {"ResourceType", "Identifier"},
	"AWS::Service":  {"Name"},
	"Service":       {"Name", "Environment"},
	"Resource":      {"ResourceType", "Identifier"},
	"RemoteService": {"Name"},
}

// allowedKeys are the names of key attributes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Entity.html
var allowedKeys = []string{"Type", "ResourceType", "Identifier", "Name", "Environment"}

// rejectedEntity says why the entity that is sent with a batch is rejected; nil when it is not. The events are kept all the same. What is too
// long or too much has not come this far: the shape's constraints refuse the call.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedEntityInfo.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html (StrictEntityValidation: what the types of error mean)
func rejectedEntity(e *api.Entity, class string) *api.RejectedEntityInfo {
	because := func(kind string) *api.RejectedEntityInfo { return &api.RejectedEntityInfo{ErrorType: &kind} }
	if e == nil {
		return nil
	}
	if class == classInfrequent { // AWS does not say which types; this one has little of what Standard has
		return because(api.EntityRejectionErrorTypeUnsupportedLogGroupType)
	}
	if e.KeyAttributes == nil {
		return because(api.EntityRejectionErrorTypeInvalidEntity)
	}
	for name := range e.KeyAttributes {
		if !slices.Contains(allowedKeys, name) {
			return because(api.EntityRejectionErrorTypeInvalidKeyAttributes)
		}
	}
	kind, typed := e.KeyAttributes["Type"]
	if !typed {
		return because(api.EntityRejectionErrorTypeMissingRequiredFields)
	}
	required, known := entityKeys[kind]
	if !known {
		return because(api.EntityRejectionErrorTypeInvalidTypeValue)
	}
	for _, name := range required {
		if _, there := e.KeyAttributes[name]; !there {
			return because(api.EntityRejectionErrorTypeMissingRequiredFields)
		}
	}
	return nil
}
