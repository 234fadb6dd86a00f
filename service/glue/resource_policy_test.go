package glue

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/glue"
	"unyo/engine/policy"
)

const sharing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"glue:Get*","Resource":"*"}]}`

// A catalog has one policy, and who has not seen it as it is changes nothing.
// https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html
func TestResourcePolicy(t *testing.T) {
	f := setUp(t)
	put := func(in api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
		if in.PolicyInJson == nil {
			in.PolicyInJson = new(sharing)
		}
		return f.s.PutResourcePolicy(f.call(), &in)
	}
	_, err := f.s.GetResourcePolicy(f.call(), &api.GetResourcePolicyInput{})
	wantCode(t, err, "EntityNotFoundException")
	_, err = f.s.DeleteResourcePolicy(f.call(), &api.DeleteResourcePolicyInput{})
	wantCode(t, err, "EntityNotFoundException")
	_, err = put(api.PutResourcePolicyInput{PolicyExistsCondition: new(api.ExistConditionMustExist)})
	wantCode(t, err, "EntityNotFoundException")
	_, err = put(api.PutResourcePolicyInput{PolicyInJson: new(`{"Statement":[{"Effect":"Perhaps"}]}`)})
	wantCode(t, err, "InvalidInputException")
	_, err = put(api.PutResourcePolicyInput{PolicyInJson: new(strings.Replace(sharing, "glue:Get*", "glue:"+strings.Repeat("x", maxPolicy), 1))})
	wantCode(t, err, "InvalidInputException")
	_, err = put(api.PutResourcePolicyInput{ResourceArn: new("arn:aws:glue:eu-central-1:111111111111:database/d")})
	wantCode(t, err, "NotImplemented")

	first := ok[*api.PutResourcePolicyOutput](t)(put(api.PutResourcePolicyInput{PolicyExistsCondition: new(api.ExistConditionNotExist), EnableHybrid: new("TRUE")}))
	_, err = put(api.PutResourcePolicyInput{PolicyExistsCondition: new(api.ExistConditionNotExist)})
	wantCode(t, err, "ConditionCheckFailureException")
	f.advance(time.Hour)
	second := ok[*api.PutResourcePolicyOutput](t)(put(api.PutResourcePolicyInput{PolicyInJson: new(strings.Replace(sharing, "Get*", "*", 1)), PolicyHashCondition: first.PolicyHash, PolicyExistsCondition: new(api.ExistConditionMustExist)}))
	_, err = put(api.PutResourcePolicyInput{PolicyHashCondition: first.PolicyHash})
	wantCode(t, err, "ConditionCheckFailureException")
	_, err = f.s.DeleteResourcePolicy(f.call(), &api.DeleteResourcePolicyInput{PolicyHashCondition: first.PolicyHash})
	wantCode(t, err, "ConditionCheckFailureException")
	got := ok[*api.GetResourcePolicyOutput](t)(f.s.GetResourcePolicy(f.call(), &api.GetResourcePolicyInput{ResourceArn: new("arn:aws:glue:eu-central-1:111111111111:catalog")}))
	if *got.PolicyHash != *second.PolicyHash || !strings.Contains(*got.PolicyInJson, "glue:*") || got.UpdateTime.Sub(*got.CreateTime) != time.Hour {
		t.Errorf("%+v", got)
	}
	if list := ok[*api.GetResourcePoliciesOutput](t)(f.s.GetResourcePolicies(f.call(), &api.GetResourcePoliciesInput{})).GetResourcePoliciesResponseList; len(list) != 1 || *list[0].PolicyHash != *second.PolicyHash {
		t.Errorf("%+v", list)
	}

	// The chain is given it for what lies in the catalog, and for nothing else.
	for resource, want := range map[string]bool{
		"arn:aws:glue:eu-central-1:111111111111:catalog": true, "arn:aws:glue:eu-central-1:111111111111:table/d/t": true, "arn:aws:glue:eu-central-1:111111111111:userDefinedFunction/d/f": true,
		"arn:aws:glue:eu-central-1:111111111111:crawler/c": false, "arn:aws:glue:eu-west-1:111111111111:catalog": false, "arn:aws:glue:eu-central-1:222222222222:catalog": false,
	} {
		d := ok[*policy.Document](t)(f.s.ResourcePolicy(f.call(), resource))
		if (d != nil) != want {
			t.Errorf("%s: %v", resource, d)
		}
	}
	ok[*api.DeleteResourcePolicyOutput](t)(f.s.DeleteResourcePolicy(f.call(), &api.DeleteResourcePolicyInput{PolicyHashCondition: second.PolicyHash}))
	_, err = f.s.GetResourcePolicy(f.call(), &api.GetResourcePolicyInput{})
	wantCode(t, err, "EntityNotFoundException")
}

// What is made in another account's catalog is that account's.
func TestCatalogOfAnotherAccount(t *testing.T) {
	f := setUp(t)
	theirs := new("222222222222")
	ok[*api.CreateDatabaseOutput](t)(f.s.CreateDatabase(f.call(), &api.CreateDatabaseInput{CatalogId: theirs, DatabaseInput: &api.DatabaseInput{Name: new("d")}}))
	ok[*api.CreateTableOutput](t)(f.s.CreateTable(f.call(), &api.CreateTableInput{CatalogId: theirs, DatabaseName: new("d"), TableInput: definition("t")}))
	got := ok[*api.GetTableOutput](t)(f.s.GetTable(f.call(), &api.GetTableInput{CatalogId: theirs, DatabaseName: new("d"), Name: new("t")})).Table
	if *got.CatalogId != *theirs || *got.CreatedBy != "arn:aws:iam::111111111111:user/ann" {
		t.Errorf("%+v", got)
	}
	_, err := f.s.GetTable(f.call(), &api.GetTableInput{DatabaseName: new("d"), Name: new("t")})
	wantCode(t, err, "EntityNotFoundException")
	if mine := f.indexed("AWS::Glue::Table"); len(mine) != 0 {
		t.Error(mine)
	}
	_, err = f.s.GetTable(f.call(), &api.GetTableInput{CatalogId: new("s3tablescatalog/b"), DatabaseName: new("d"), Name: new("t")})
	wantCode(t, err, "NotImplemented")
	_, err = f.s.UpdateCrawler(f.call(), &api.UpdateCrawlerInput{CatalogId: theirs, Name: new("c")})
	wantCode(t, err, "NotImplemented")
}

// Nothing is encrypted, and what would have to be is refused.
func TestEncryptionSettings(t *testing.T) {
	f := setUp(t)
	put := func(is api.DataCatalogEncryptionSettings) error {
		_, err := f.s.PutDataCatalogEncryptionSettings(f.call(), &api.PutDataCatalogEncryptionSettingsInput{DataCatalogEncryptionSettings: &is})
		return err
	}
	if err := put(api.DataCatalogEncryptionSettings{EncryptionAtRest: &api.EncryptionAtRest{CatalogEncryptionMode: new("DISABLED")}, ConnectionPasswordEncryption: &api.ConnectionPasswordEncryption{ReturnConnectionPasswordEncrypted: new(false)}}); err != nil {
		t.Error(err)
	}
	wantCode(t, put(api.DataCatalogEncryptionSettings{EncryptionAtRest: &api.EncryptionAtRest{CatalogEncryptionMode: new("SSE-KMS")}}), "NotImplemented")
	wantCode(t, put(api.DataCatalogEncryptionSettings{ConnectionPasswordEncryption: &api.ConnectionPasswordEncryption{ReturnConnectionPasswordEncrypted: new(true), AwsKmsKeyId: new("k")}}), "NotImplemented")
	got := ok[*api.GetDataCatalogEncryptionSettingsOutput](t)(f.s.GetDataCatalogEncryptionSettings(f.call(), &api.GetDataCatalogEncryptionSettingsInput{})).DataCatalogEncryptionSettings
	if *got.EncryptionAtRest.CatalogEncryptionMode != "DISABLED" || *got.ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted {
		t.Errorf("%+v", got)
	}
}
