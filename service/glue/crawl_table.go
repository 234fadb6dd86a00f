package glue

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// crawlIndex is the partition index that a crawler makes.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-configure-partition-indexes.html
const crawlIndex = "crawler_partition_index"

// owned is a table that a crawler has found, as it was then, and the crawl that found it last.
type owned struct {
	Run string
	As  planned
}

// current is the planned table that the crawl is at.
func (c *step) current() (p planned, err error) {
	err = c.s.k.View(c.ctx, func(tx *store.Tx) error {
		p, _ = c.s.planned.Get(tx, c.planKey(c.run.Table))
		return nil
	})
	return p, err
}

func (c *step) put(p planned, also ...func(tx *store.Tx)) error {
	return c.settle(func(tx *store.Tx) error {
		c.s.planned.Put(tx, c.planKey(c.run.Table), p)
		for _, f := range also {
			f(tx)
		}
		return nil
	})
}

// existing is a table of the catalogue, or nil.
func (c *step) existing(db, name string) (*api.Table, error) {
	got, err := c.s.peers.Glue.GetTable(c.as, &api.GetTableInput{DatabaseName: &db, Name: &name})
	if awserr.Code(err) == "EntityNotFoundException" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return got.Table, nil
}

// table compares the next planned table with the catalogue's, and writes down what is to be done.
func (c *step) table() error {
	if c.run.Table >= c.run.Tables {
		c.run.Phase, c.run.After = "gone", ""
		if c.fresh() || len(c.is.Targets.S3Targets) == 0 {
			return c.end(api.CrawlerHistoryStateCompleted, "")
		}
		return c.settle(nil)
	}
	p, err := c.current()
	if err != nil {
		return err
	}
	old, err := c.existing(p.Database, p.Name)
	if err == nil && old != nil && !sameLocation(old, p.location()) {
		p.Name = distinct(p.Name, p.location())
		old, err = c.existing(p.Database, p.Name)
	}
	if err != nil {
		return err
	}
	switch {
	case old == nil:
		p.Action = "create"
	case c.fresh() || *c.is.SchemaChangePolicy.UpdateBehavior == api.UpdateBehaviorLog:
		if changes(old, c.changed(old, &p)) {
			c.say("INFO", "Table %s in database %s is not updated, as the SchemaChangePolicy is LOG", p.Name, p.Database)
		}
	case changes(old, c.changed(old, &p)):
		p.Action, p.Version = "update", *old.VersionId
	}
	c.run.Phase = "write"
	return c.put(p)
}

func sameLocation(t *api.Table, location string) bool {
	if t.StorageDescriptor == nil {
		return false
	}
	return strings.TrimSuffix(rt.Val(t.StorageDescriptor.Location), "/") == strings.TrimSuffix(location, "/")
}

// made is the definition of a planned table.
func (c *step) made(p *planned) *api.TableInput {
	m := parameters(&p.Format, p.Objects, p.Size, c.run.Crawler)
	in := &api.TableInput{
		Name: &p.Name, Owner: new("owner"), Retention: new(int32(0)), TableType: new("EXTERNAL_TABLE"), Parameters: m, StorageDescriptor: storage(&p.Format, p.location(), maps.Clone(m)),
		PartitionKeys: []api.Column{}, LastAccessTime: new(c.run.Started),
	}
	for _, key := range p.Levels {
		in.PartitionKeys = append(in.PartitionKeys, api.Column{Name: new(key), Type: new("string")})
	}
	if len(p.Levels) > 0 && c.indexed() {
		m["partition_filtering.enabled"] = "true"
	}
	in.StorageDescriptor.Columns = slices.DeleteFunc(in.StorageDescriptor.Columns, func(col api.Column) bool { return slices.Contains(p.Levels, *col.Name) })
	return in
}

func (c *step) indexed() bool {
	return c.conf.CreatePartitionIndex == nil || *c.conf.CreatePartitionIndex
}

// changed is what a table becomes: as it was found; or, with MergeNewColumns, as it is, with the columns that are new.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
func (c *step) changed(old *api.Table, p *planned) *api.TableInput {
	in := c.made(p)
	if old.StorageDescriptor == nil {
		return in
	}
	in.Description, in.Owner, in.Retention, in.LastAccessTime, in.LastAnalyzedTime = old.Description, old.Owner, old.Retention, old.LastAccessTime, old.LastAnalyzedTime
	in.PartitionKeys, in.TableType = old.PartitionKeys, old.TableType
	found := in.Parameters
	in.Parameters = maps.Clone(old.Parameters)
	if in.Parameters == nil {
		in.Parameters = map[string]string{}
	}
	maps.Copy(in.Parameters, found)
	delete(in.Parameters, "DEPRECATED_BY_CRAWLER")
	if c.conf.CrawlerOutput.Tables.AddOrUpdateBehavior != "MergeNewColumns" && len(c.is.Targets.CatalogTargets) == 0 {
		return in
	}
	if _, ok := old.Parameters["skip.header.line.count"]; !ok && len(old.Parameters) > 0 {
		delete(in.Parameters, "skip.header.line.count")
	}
	fresh := in.StorageDescriptor.Columns
	kept := *old.StorageDescriptor
	kept.Columns = slices.Clone(kept.Columns)
	for _, col := range fresh {
		known := func(k api.Column) bool { return strings.EqualFold(*k.Name, *col.Name) }
		if !slices.ContainsFunc(kept.Columns, known) && !slices.ContainsFunc(in.PartitionKeys, known) {
			kept.Columns = append(kept.Columns, col)
		}
	}
	in.StorageDescriptor = &kept
	return in
}

// changes tells whether a table would be another.
func changes(old *api.Table, in *api.TableInput) bool {
	text := func(v ...any) string { b, _ := json.Marshal(v); return string(b) }
	return text(old.StorageDescriptor, old.Parameters, old.PartitionKeys) != text(in.StorageDescriptor, in.Parameters, in.PartitionKeys)
}

// write makes or changes the table.
func (c *step) write() error {
	p, err := c.current()
	if err != nil {
		return err
	}
	switch p.Action {
	case "create":
		in := &api.CreateTableInput{DatabaseName: &p.Database, TableInput: c.made(&p)}
		if len(p.Levels) > 0 && c.indexed() {
			in.PartitionIndexes = []api.PartitionIndex{{IndexName: new(crawlIndex), Keys: p.Levels}}
		}
		if _, err := c.s.peers.Glue.CreateTable(c.as, in); err != nil && awserr.Code(err) != "AlreadyExistsException" {
			return err
		}
		c.run.Added.table(p.Name)
		c.say("INFO", "Created table %s in database %s", p.Name, p.Database)
	case "update":
		if err := c.update(&p); err != nil {
			return err
		}
		c.run.Updated.table(p.Name)
		c.say("INFO", "Updated table %s in database %s", p.Name, p.Database)
	}
	c.run.Phase, c.run.After = "parts", ""
	if len(p.Levels) == 0 {
		c.run.Phase, c.run.Table = "table", c.run.Table+1
	}
	run := c.run.ID
	p.Action, p.Version = "", ""
	return c.settle(func(tx *store.Tx) error {
		if len(c.is.Targets.S3Targets) > 0 {
			c.s.crawled.Put(tx, store.Key(c.run.Crawler, p.Database, p.Name), owned{run, p})
		}
		return nil
	})
}

// update changes the table, if it is still of the version that it was compared with; if not, it has been changed.
func (c *step) update(p *planned) error {
	old, err := c.existing(p.Database, p.Name)
	if err != nil || old == nil || *old.VersionId != p.Version {
		return err
	}
	_, err = c.s.peers.Glue.UpdateTable(c.as, &api.UpdateTableInput{DatabaseName: &p.Database, TableInput: c.changed(old, p), VersionId: &p.Version})
	if awserr.Code(err) == "ConcurrentModificationException" {
		return nil
	}
	return err
}

// gone decides what becomes of a table of this crawler's that it has not found again.
// https://docs.aws.amazon.com/glue/latest/webapi/API_SchemaChangePolicy.html
func (c *step) gone() error {
	var key string
	more := false
	err := c.s.k.View(c.ctx, func(tx *store.Tx) error {
		for k, v := range c.s.crawled.Prefix(tx, store.Key(c.run.Crawler, ""), c.run.After) {
			if key, more = k, v.Run != c.run.ID; more {
				break
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !more {
		c.say("BENCHMARK", "Finished writing to Catalog")
		return c.end(api.CrawlerHistoryStateCompleted, "")
	}
	c.run.After = key
	parts, _ := store.Split(key, 3)
	p := planned{Database: parts[1], Name: parts[2]}
	old, err := c.existing(p.Database, p.Name)
	if err != nil {
		return err
	}
	mine := old != nil && old.Parameters["UPDATED_BY_CRAWLER"] == c.run.Crawler
	switch behavior := *c.is.SchemaChangePolicy.DeleteBehavior; {
	case !mine:
	case behavior == api.DeleteBehaviorDeleteFromDatabase:
		p.Action = "delete"
	case behavior == api.DeleteBehaviorDeprecateInDatabase && old.Parameters["DEPRECATED_BY_CRAWLER"] == "":
		p.Action, p.Version = "deprecate", *old.VersionId
	case behavior == api.DeleteBehaviorLog:
		c.say("INFO", "Table %s in database %s has no data any more; it is not deleted, as the SchemaChangePolicy is LOG", p.Name, p.Database)
	}
	c.run.Phase, c.run.Table = "drop", c.run.Tables
	return c.put(p)
}

// drop deletes or deprecates the table.
func (c *step) drop() error {
	p, err := c.current()
	if err != nil {
		return err
	}
	forget := p.Action != "deprecate"
	switch p.Action {
	case "delete":
		if _, err := c.s.peers.Glue.DeleteTable(c.as, &api.DeleteTableInput{DatabaseName: &p.Database, Name: &p.Name}); err != nil && awserr.Code(err) != "EntityNotFoundException" {
			return err
		}
		c.run.Deleted.table(p.Name)
		c.say("INFO", "Deleted table %s in database %s", p.Name, p.Database)
	case "deprecate":
		if err := c.deprecate(&p); err != nil {
			return err
		}
		c.run.Updated.table(p.Name)
		c.say("INFO", "Deprecated table %s in database %s", p.Name, p.Database)
	}
	c.run.Phase = "gone"
	return c.settle(func(tx *store.Tx) error {
		if forget && *c.is.SchemaChangePolicy.DeleteBehavior != api.DeleteBehaviorLog {
			c.s.crawled.Delete(tx, store.Key(c.run.Crawler, p.Database, p.Name))
		}
		return nil
	})
}

// deprecate marks a table: since when, in milliseconds.
func (c *step) deprecate(p *planned) error {
	old, err := c.existing(p.Database, p.Name)
	if err != nil || old == nil || *old.VersionId != p.Version {
		return err
	}
	in := &api.TableInput{
		Name: old.Name, Description: old.Description, Owner: old.Owner, Retention: old.Retention, TableType: old.TableType, Parameters: maps.Clone(old.Parameters),
		StorageDescriptor: old.StorageDescriptor, PartitionKeys: old.PartitionKeys, LastAccessTime: old.LastAccessTime, LastAnalyzedTime: old.LastAnalyzedTime,
	}
	in.Parameters["DEPRECATED_BY_CRAWLER"] = strconv.FormatInt(c.run.Started.Truncate(time.Millisecond).UnixMilli(), 10)
	_, err = c.s.peers.Glue.UpdateTable(c.as, &api.UpdateTableInput{DatabaseName: &p.Database, TableInput: in, VersionId: &p.Version})
	if awserr.Code(err) == "ConcurrentModificationException" {
		return nil
	}
	return err
}
