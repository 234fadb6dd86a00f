// Package glue is the AWS Glue Data Catalog: databases, tables with their versions, partitions, column statistics, user-defined functions;
// and the crawlers that make tables of what lies in S3.
//
// Real here: the catalogue whole, as one account and region knows it. Names are folded to lower case; a table's versions
// are kept, or skipped, as UpdateTable says; partitions are found by AWS's expressions, typed by their keys; a deleted
// database takes all below it along at once; catalogue, database and table must all be permitted. Column types are kept as
// they are given, as in AWS: who reads the data judges them. Partition indexes are kept and ACTIVE at once, and a search
// does without them. Crawlers read S3, write tables and their log in their own role, as durable jobs (crawl.go), when they
// are told to or on a schedule. A catalog's resource policy is given to the chain, so that other accounts
// act in it where both sides permit it. Modelled: nothing. Not here: catalogs within catalogs, federated and linked databases, Lake Formation's permissions, Iceberg's metadata, views in several dialects, time travel
// and transactions, and crawls of anything but S3, refused by member; and answered 501 as operations: jobs, workflows,
// connections, schema registries. Settings that would encrypt the catalogue are refused: keys of KMS are not here.
//
// State: rows per account and region. database, table (its present version), version (every version kept, the present one
// too), partition, index, statistic, function; all below a database lie under its name, so that one step removes them. A
// definition must fit into a row (64 KiB). policy is the catalog's own. crawler, classifier; and under a crawler's name crawl (its history), folder and
// crawled (what it has found), planned (what the crawl under way is to do). Later run sweep.go, which takes what a large
// deleted database held out of the estate's index; wake, which starts a crawler on its schedule; and crawl, a step of a crawl.
package glue
