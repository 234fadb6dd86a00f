package world

import (
	"strings"
	"time"

	athenaapi "unyo/api/athena"
	glueapi "unyo/api/glue"
	s3api "unyo/api/s3"
)

// crawl has a crawler find tables and partitions, find them changed, and find them gone.
func (e *errands) crawl() {
	t := e.T
	done[*glueapi.CreateCrawlerOutput](t)(e.glue.CreateCrawler(e.ann(), &glueapi.CreateCrawlerInput{Name: new("c"), Role: new("worker"), DatabaseName: new("found"),
		SchemaChangePolicy: &glueapi.SchemaChangePolicy{UpdateBehavior: new(glueapi.UpdateBehaviorUpdateInDatabase), DeleteBehavior: new(glueapi.DeleteBehaviorDeleteFromDatabase)},
		Targets:            &glueapi.CrawlerTargets{S3Targets: []glueapi.S3Target{{Path: new("s3://archive/data/")}, {Path: new("s3://archive/parts/")}}}}))
	start := func() {
		done[*glueapi.StartCrawlerOutput](t)(e.glue.StartCrawler(e.ann(), &glueapi.StartCrawlerInput{Name: new("c")}))
		e.w.advance(t, time.Hour)
		last := done[*glueapi.GetCrawlerOutput](t)(e.glue.GetCrawler(e.ann(), &glueapi.GetCrawlerInput{Name: new("c")})).Crawler.LastCrawl
		if *last.Status != glueapi.LastCrawlStatusSucceeded {
			t.Fatalf("%s: %v", *last.Status, *last.ErrorMessage)
		}
	}
	start()
	for _, key := range []string{"parts/day=1/a.csv", "parts/day=2/a.csv"} {
		e.object(e.a, "archive", key, "id,name,age\n1,ann,30\n2,bob,31\n")
	}
	start()
	e.drop("parts/day=2/a.csv")
	start()
	e.drop("data/a.csv")
	start()
	e.object(e.a, "archive", "data/a.csv", "id,name\n1,ann\n2,bob\n")
	start()
}

func (e *errands) drop(key string) {
	done[*s3api.DeleteObjectOutput](e.T)(e.a.s3.DeleteObject(e.a.ctx(), &s3api.DeleteObjectInput{Bucket: new("archive"), Key: &key}))
}

// query has Athena do all that it asks others for, in ann's name: here, and with a catalog and a bucket over the border.
func (e *errands) query() {
	t := e.T
	for _, text := range []string{
		"SELECT count(*) FROM found.data", "SELECT count(*) FROM found.parts", "SHOW DATABASES", "SHOW TABLES IN found",
		"CREATE DATABASE made", "ALTER DATABASE made SET DBPROPERTIES ('a'='b')",
		"CREATE EXTERNAL TABLE made.t (id int, name string) PARTITIONED BY (day int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://archive/parts/'",
		"ALTER TABLE made.t SET TBLPROPERTIES ('a'='b')",
		"ALTER TABLE made.t ADD PARTITION (day=1) PARTITION (day=2)", "SHOW PARTITIONS made.t", "ALTER TABLE made.t PARTITION (day=2) RENAME TO PARTITION (day=3)", "ALTER TABLE made.t DROP PARTITION (day=3)",
		"CREATE OR REPLACE VIEW made.v AS SELECT id FROM made.t", "CREATE OR REPLACE VIEW made.v AS SELECT name FROM made.t", "DROP VIEW made.v", "DROP TABLE made.t", "DROP DATABASE made",
		"SELECT rpad('x', 1000000, 'x') FROM UNNEST(sequence(1, 20))",
	} {
		e.ask(text, "s3://archive/answers/", true)
	}
	e.ask("SELECT rpad('x', 1000, 'x'), 1/(30000-m*n) FROM UNNEST(sequence(1, 3)) AS a(m) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(n)", "s3://archive/answers/", false)

	const admit = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"glue:*","Resource":["arn:aws:glue:eu-central-1:222222222222:catalog","arn:aws:glue:eu-central-1:222222222222:database/*","arn:aws:glue:eu-central-1:222222222222:table/*"]}}`
	b := e.b.ctx
	done[*glueapi.PutResourcePolicyOutput](t)(e.glue.PutResourcePolicy(b(), &glueapi.PutResourcePolicyInput{PolicyInJson: new(admit)}))
	done[*glueapi.CreateDatabaseOutput](t)(e.glue.CreateDatabase(b(), &glueapi.CreateDatabaseInput{DatabaseInput: &glueapi.DatabaseInput{Name: new("far")}}))
	e.object(e.b, "vault", "rows/day=1/a.csv", "1,ann\n")
	done[*glueapi.CreateTableOutput](t)(e.glue.CreateTable(b(), &glueapi.CreateTableInput{DatabaseName: new("far"), TableInput: &glueapi.TableInput{Name: new("t"), TableType: new("EXTERNAL_TABLE"), PartitionKeys: []glueapi.Column{{Name: new("day"), Type: new("int")}}, StorageDescriptor: e.csv("rows/")}}))
	done[*glueapi.CreatePartitionOutput](t)(e.glue.CreatePartition(b(), &glueapi.CreatePartitionInput{DatabaseName: new("far"), TableName: new("t"), PartitionInput: &glueapi.PartitionInput{Values: []string{"1"}, StorageDescriptor: e.csv("rows/day=1/")}}))
	done[*athenaapi.CreateDataCatalogOutput](t)(e.athena.CreateDataCatalog(e.ann(), &athenaapi.CreateDataCatalogInput{Name: new("theirs"), Type: new(athenaapi.DataCatalogTypeGlue), Parameters: map[string]string{"catalog-id": logAccount}}))
	e.ask("SELECT count(*) FROM theirs.far.t", "s3://vault/answers/", true)
	done[*athenaapi.ListTableMetadataOutput](t)(e.athena.ListTableMetadata(e.ann(), &athenaapi.ListTableMetadataInput{CatalogName: new("theirs"), DatabaseName: new("far")}))
	done[*athenaapi.ListDatabasesOutput](t)(e.athena.ListDatabases(e.ann(), &athenaapi.ListDatabasesInput{CatalogName: new("theirs")}))
}

func (e *errands) csv(folder string) *glueapi.StorageDescriptor {
	return &glueapi.StorageDescriptor{
		Columns: []glueapi.Column{{Name: new("id"), Type: new("int")}, {Name: new("name"), Type: new("string")}}, Location: new("s3://vault/" + folder),
		InputFormat: new("org.apache.hadoop.mapred.TextInputFormat"), OutputFormat: new("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
		SerdeInfo: &glueapi.SerDeInfo{SerializationLibrary: new("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"), Parameters: map[string]string{"field.delim": ","}},
	}
}

// ask has a query answered, or fail.
func (e *errands) ask(text, output string, succeeds bool) {
	e.Helper()
	id := done[*athenaapi.StartQueryExecutionOutput](e.T)(e.athena.StartQueryExecution(e.ann(), &athenaapi.StartQueryExecutionInput{QueryString: &text, ResultConfiguration: &athenaapi.ResultConfiguration{OutputLocation: &output}})).QueryExecutionId
	e.w.advance(e.T, time.Minute)
	x := done[*athenaapi.GetQueryExecutionOutput](e.T)(e.athena.GetQueryExecution(e.ann(), &athenaapi.GetQueryExecutionInput{QueryExecutionId: id})).QueryExecution
	if (*x.Status.State == athenaapi.QueryExecutionStateSucceeded) != succeeds {
		e.Fatalf("%s: %s %s", text, *x.Status.State, strings.Join(reasons(x), " "))
	}
}

func reasons(x *athenaapi.QueryExecution) (list []string) {
	if x.Status.StateChangeReason != nil {
		list = append(list, *x.Status.StateChangeReason)
	}
	return list
}
