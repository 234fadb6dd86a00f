package glue

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/classify"
	"unyo/kernel/store"
)

// partsAtOnce is how many partitions one step compares.
const partsAtOnce = 25

// part is a partition that was found: its folder, and what lies in it.
type part struct {
	path    string
	values  []string
	format  classify.Format
	objects int64
	size    int64
}

// partsOf are the next partitions behind a folder of a planned table, or those of the paths that are given.
func (c *step) partsOf(p *planned, behind string, paths []string) (list []part, err error) {
	want := map[string]bool{}
	for _, path := range paths {
		want[path] = true
	}
	from := p.Path
	switch {
	case paths != nil:
		from = paths[0]
	case behind != "":
		from = behind + "\xff"
	}
	err = c.s.k.View(c.ctx, func(tx *store.Tx) error {
		list = nil
		for key, row := range c.s.folders.Between(tx, c.folderKey(p.Target, from), c.folderKey(p.Target, p.Path+"\xff")) {
			parts, _ := store.Split(key, 3)
			path, values, ok := p.partition(parts[2])
			if ok && paths != nil && path > paths[len(paths)-1] {
				break
			}
			if !ok || paths != nil && !want[path] {
				continue
			}
			if n := len(list) - 1; n < 0 || list[n].path != path {
				if len(list) == partsAtOnce {
					break
				}
				list = append(list, part{path: path, values: values, format: classify.Format{}})
			}
			list[len(list)-1].add(&row)
		}
		return nil
	})
	return list, err
}

// partition is the partition in which a folder lies.
func (p *planned) partition(folder string) (path string, values []string, ok bool) {
	if slices.ContainsFunc(p.Not, func(own string) bool { return strings.HasPrefix(folder, own) }) {
		return "", nil, false
	}
	rest := strings.TrimPrefix(folder, p.Path)
	path = p.Path
	for i := range p.Levels {
		name, after, cut := strings.Cut(rest, "/")
		if !cut {
			return "", nil, false
		}
		rest = after
		path += name + "/"
		if key, value, named := strings.Cut(name, "="); named && strings.EqualFold(key, p.Levels[i]) {
			name = value
			if plain, err := url.PathUnescape(value); err == nil {
				name = plain
			}
		}
		if name == "" { // two slashes, or a key without value: no value of a partition is empty
			return "", nil, false
		}
		values = append(values, name)
	}
	return path, values, true
}

func (a *part) add(row *folder) {
	for i, h := range row.Formats {
		if a.format.Classification == "" {
			a.format = row.Formats[i].Is
		} else {
			a.format = a.format.Merge(&h.Is)
		}
		a.objects += h.Objects
		a.size += h.Size
	}
}

// input is the definition of a partition.
func (c *step) partInput(p *planned, a *part, table *api.Table) api.PartitionInput {
	m := parameters(&a.format, a.objects, a.size, c.run.Crawler)
	delete(m, "UPDATED_BY_CRAWLER")
	in := api.PartitionInput{Values: a.values, Parameters: m, LastAccessTime: new(c.run.Started), StorageDescriptor: storage(&a.format, "s3://"+p.Bucket+"/"+a.path, maps.Clone(m))}
	if c.conf.CrawlerOutput.Partitions.AddOrUpdateBehavior == "InheritFromTable" && table.StorageDescriptor != nil {
		d := *table.StorageDescriptor
		d.Location = in.StorageDescriptor.Location
		in.StorageDescriptor = &d
	}
	return in
}

// parts compares the next partitions with the catalogue's.
func (c *step) parts() error {
	p, err := c.current()
	if err != nil {
		return err
	}
	list, err := c.partsOf(&p, c.run.After, nil)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.run.After = ""
		if c.run.Phase = "lost"; c.fresh() {
			c.run.Phase, c.run.Table = "table", c.run.Table+1
		}
		return c.settle(nil)
	}
	table, err := c.existing(p.Database, p.Name)
	if err != nil {
		return err
	}
	p.Join, p.Change = nil, nil
	if table != nil && len(table.PartitionKeys) == len(p.Levels) {
		if err := c.compareParts(&p, list, table); err != nil {
			return err
		}
	} else {
		c.say("WARN", "The partitions of table %s in database %s do not fit its partition keys", p.Name, p.Database)
	}
	c.run.After, c.run.Phase = list[len(list)-1].path, "join"
	return c.put(p)
}

func (c *step) compareParts(p *planned, list []part, table *api.Table) error {
	in := &api.BatchGetPartitionInput{DatabaseName: &p.Database, TableName: &p.Name}
	for _, a := range list {
		in.PartitionsToGet = append(in.PartitionsToGet, api.PartitionValueList{Values: a.values})
	}
	got, err := c.s.peers.Glue.BatchGetPartition(c.as, in)
	if err != nil {
		return err
	}
	have := map[string]*api.Partition{}
	for i := range got.Partitions {
		have[strings.Join(got.Partitions[i].Values, "\x00")] = &got.Partitions[i]
	}
	text := func(v ...any) string { b, _ := json.Marshal(v); return string(b) }
	for i := range list {
		a := &list[i]
		old, ok := have[strings.Join(a.values, "\x00")]
		switch next := c.partInput(p, a, table); {
		case !ok:
			p.Join = append(p.Join, a.path)
		case c.fresh() || *c.is.SchemaChangePolicy.UpdateBehavior == api.UpdateBehaviorLog:
		case text(old.StorageDescriptor, old.Parameters) != text(next.StorageDescriptor, next.Parameters):
			p.Change = append(p.Change, a.path)
		}
	}
	return nil
}

// join makes and changes the partitions that are written down.
func (c *step) join() error {
	p, err := c.current()
	if err != nil {
		return err
	}
	table, err := c.existing(p.Database, p.Name)
	if err != nil {
		return err
	}
	if table != nil && len(p.Join) > 0 {
		list, err := c.partsOf(&p, "", p.Join)
		if err != nil {
			return err
		}
		in := &api.BatchCreatePartitionInput{DatabaseName: &p.Database, TableName: &p.Name}
		for i := range list {
			in.PartitionInputList = append(in.PartitionInputList, c.partInput(&p, &list[i], table))
		}
		out, err := c.s.peers.Glue.BatchCreatePartition(c.as, in)
		if err != nil {
			return err
		}
		n := len(list) - c.refused(&p, "create", out.Errors, "AlreadyExistsException")
		c.run.Added.Partitions += n
		c.say("INFO", "Created %d partitions for table %s in database %s", n, p.Name, p.Database)
	}
	if table != nil && len(p.Change) > 0 {
		list, err := c.partsOf(&p, "", p.Change)
		if err != nil {
			return err
		}
		in := &api.BatchUpdatePartitionInput{DatabaseName: &p.Database, TableName: &p.Name}
		for i := range list {
			next := c.partInput(&p, &list[i], table)
			in.Entries = append(in.Entries, api.BatchUpdatePartitionRequestEntry{PartitionValueList: list[i].values, PartitionInput: &next})
		}
		out, err := c.s.peers.Glue.BatchUpdatePartition(c.as, in)
		if err != nil {
			return err
		}
		var errs []api.PartitionError
		for _, e := range out.Errors {
			errs = append(errs, api.PartitionError{PartitionValues: e.PartitionValueList, ErrorDetail: e.ErrorDetail})
		}
		n := len(list) - c.refused(&p, "update", errs, "")
		c.run.Updated.Partitions += n
		c.say("INFO", "Updated %d partitions for table %s in database %s", n, p.Name, p.Database)
	}
	c.run.Phase = "parts"
	return c.settle(nil)
}

// lost removes partitions that lie where the table does and have no folder any more, where the policy says so.
func (c *step) lost() error {
	p, err := c.current()
	if err != nil {
		return err
	}
	next := func() error {
		c.run.Phase, c.run.Table, c.run.After = "table", c.run.Table+1, ""
		return c.settle(nil)
	}
	if *c.is.SchemaChangePolicy.DeleteBehavior != api.DeleteBehaviorDeleteFromDatabase {
		return next()
	}
	in := &api.GetPartitionsInput{DatabaseName: &p.Database, TableName: &p.Name, MaxResults: new(int32(partsAtOnce)), NextToken: orNil(c.run.After)}
	got, err := c.s.peers.Glue.GetPartitions(c.as, in)
	if awserr.Code(err) == "EntityNotFoundException" {
		return next()
	}
	if err != nil {
		return err
	}
	err = c.s.k.View(c.ctx, func(tx *store.Tx) error {
		p.Lost = nil
		for _, old := range got.Partitions {
			if old.StorageDescriptor == nil {
				continue
			}
			bucket, path := bucketOf(rt.Val(old.StorageDescriptor.Location))
			path = strings.TrimSuffix(path, "/") + "/"
			if bucket != p.Bucket || !strings.HasPrefix(path, p.Path) {
				continue
			}
			if _, _, ok := c.s.folders.First(tx, c.folderKey(p.Target, path)); !ok {
				p.Lost = append(p.Lost, old.Values)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.run.After, c.run.Phase = rt.Val(got.NextToken), "lose"
	return c.put(p)
}

// lose removes the partitions that are written down.
func (c *step) lose() error {
	p, err := c.current()
	if err != nil {
		return err
	}
	if n := len(p.Lost); n > 0 {
		out := &api.BatchDeletePartitionInput{DatabaseName: &p.Database, TableName: &p.Name}
		for _, values := range p.Lost {
			out.PartitionsToDelete = append(out.PartitionsToDelete, api.PartitionValueList{Values: values})
		}
		gone, err := c.s.peers.Glue.BatchDeletePartition(c.as, out)
		if err != nil {
			return err
		}
		n -= c.refused(&p, "delete", gone.Errors, "EntityNotFoundException")
		c.run.Deleted.Partitions += n
		c.say("INFO", "Deleted %d partitions of table %s in database %s", n, p.Name, p.Database)
	}
	if c.run.Phase = "lost"; c.run.After == "" {
		c.run.Phase, c.run.Table = "table", c.run.Table+1
	}
	return c.settle(nil)
}
