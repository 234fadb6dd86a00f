package glue

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/engine/classify"
	"unyo/kernel/store"
)

// Bounds of what one step looks at and of what is kept of a folder.
const (
	listAtOnce   = 100
	mostFormats  = 8
	filesNamed   = 30 // of those that are one format of several
	targetDigits = 4
)

// folder is what is known of a folder's own objects.
type folder struct {
	Run     string // the crawl that has looked at it
	Sampled int
	Formats []held
}

// held is what objects of one kind there are.
type held struct {
	Is      classify.Format
	Objects int64
	Size    int64
	Files   []string `json:",omitempty"` // their names, of the first
}

// aim is where a crawl looks.
type aim struct {
	bucket, prefix string // prefix ends with a slash, or is empty, or is the one object's key
	file           bool
	exclude        []*regexp.Regexp
	sample         int
	table          *api.Table // of a catalog target
}

// aims is how many places the crawl looks at.
func (c *step) aims() int {
	n := len(c.is.Targets.S3Targets)
	for _, t := range c.is.Targets.CatalogTargets {
		n += len(t.Tables)
	}
	return n
}

// aim is the place of a number.
func (c *step) aim(n int) (a aim, err error) {
	location := ""
	if n < len(c.is.Targets.S3Targets) {
		t := &c.is.Targets.S3Targets[n]
		location, a.sample = *t.Path, int(rt.Val(t.SampleSize))
		for _, x := range t.Exclusions {
			re, err := globOf(x)
			if err != nil {
				return a, err
			}
			a.exclude = append(a.exclude, re)
		}
	} else {
		db, name := c.catalogTable(n)
		got, err := c.s.peers.Glue.GetTable(c.as, &api.GetTableInput{DatabaseName: &db, Name: &name})
		if err != nil {
			return a, err
		}
		a.table = got.Table
		if d := got.Table.StorageDescriptor; d != nil {
			location = rt.Val(d.Location)
		}
	}
	a.bucket, a.prefix = bucketOf(location)
	if a.bucket == "" {
		return a, invalid("%s is no location in S3.", location)
	}
	return a, nil
}

// catalogTable is the table of a catalog target, by the number of the place.
func (c *step) catalogTable(n int) (db, name string) {
	n -= len(c.is.Targets.S3Targets)
	for _, t := range c.is.Targets.CatalogTargets {
		if n < len(t.Tables) {
			return *t.DatabaseName, t.Tables[n]
		}
		n -= len(t.Tables)
	}
	return "", ""
}

func (c *step) folderKey(target int, folder string) string {
	n := strconv.Itoa(target)
	return store.Key(c.run.Crawler, strings.Repeat("0", targetDigits-len(n))+n, folder)
}

// list looks at a page of a target's objects.
func (c *step) list() error {
	if c.run.Target >= c.aims() {
		c.say("BENCHMARK", "Classification complete, writing results to database %s", rt.Val(c.is.DatabaseName))
		c.run.Phase, c.run.Target, c.run.After = "plan", 0, ""
		return c.settle(nil)
	}
	a, err := c.aim(c.run.Target)
	if err != nil {
		return err
	}
	in := &s3api.ListObjectsV2Input{Bucket: &a.bucket, Prefix: &a.prefix, MaxKeys: new(int32(listAtOnce))}
	if c.run.After != "" {
		in.StartAfter = &c.run.After
	}
	got, err := c.s.peers.S3.ListObjectsV2(c.as, in)
	if err != nil {
		return api.NewInvalidInputException("The crawl of s3://%s/%s failed: %s", a.bucket, a.prefix, awserr.Code(err)+": "+err.Error())
	}
	p := &pageOf{step: c, aim: &a, rows: map[string]*folder{}}
	if p.own, err = c.ownClassifiers(); err != nil {
		return err
	}
	for i := range got.Contents {
		if err := p.look(&got.Contents[i]); err != nil {
			return err
		}
		c.run.After = *got.Contents[i].Key
	}
	if !rt.Val(got.IsTruncated) {
		c.run.Target, c.run.After = c.run.Target+1, ""
	}
	target := c.run.Target
	if !rt.Val(got.IsTruncated) {
		target--
	}
	return c.settle(func(tx *store.Tx) error {
		for _, name := range p.order {
			c.s.folders.Put(tx, c.folderKey(target, name), *p.rows[name])
		}
		return nil
	})
}

// pageOf is a page of objects that is looked at.
type pageOf struct {
	*step
	*aim
	own   []classify.Classifier
	rows  map[string]*folder
	order []string // the folders that have changed
}

// look adds an object to its folder's, if it belongs to the target.
func (p *pageOf) look(o *s3api.Object) error {
	key := *o.Key
	rest := strings.TrimPrefix(key, p.prefix)
	if !strings.HasSuffix(p.prefix, "/") && p.prefix != "" && rest != "" {
		if rest[0] != '/' {
			return nil // another folder whose name begins alike
		}
		rest = rest[1:]
	}
	if rt.Val(o.Size) == 0 || !crawled(rest) || !crawled(path.Base(key)) || frozen(o) {
		return nil
	}
	for _, x := range p.exclude {
		if x.MatchString(rest) {
			return nil
		}
	}
	dir := key[:strings.LastIndexByte(key, '/')+1]
	row, err := p.folder(dir)
	if err != nil || row == nil {
		return err
	}
	if p.sample > 0 && row.Sampled >= p.sample && len(row.Formats) > 0 {
		row.Formats[0].Objects++
		row.Formats[0].Size += *o.Size
		return nil
	}
	f, err := classify.Of(classify.Object{Name: key, Size: *o.Size, At: p.open(key, o)}, p.own)
	if code := awserr.Code(err); code != "" && code != "InternalFailure" && code != "InternalError" {
		p.say("ERROR", "Error %s retrieving file at s3://%s/%s. Tables created did not infer schemas from this file.", code, p.bucket, key)
		return nil
	}
	if err != nil {
		return err
	}
	if f.Classification == classify.Unknown && f.Why != "" {
		p.say("WARN", "The file at s3://%s/%s is classified as UNKNOWN: %s", p.bucket, key, f.Why)
		f.Why = ""
	}
	if f.Compression == "none" && f.Bytes > 0 && f.Bytes < *o.Size { // a sample of a larger text
		f.Records, f.Bytes = int64(float64(f.Records)*float64(*o.Size)/float64(f.Bytes)), *o.Size
	}
	row.add(f, *o.Size, path.Base(key))
	return nil
}

// folder is a folder's row; nil if it is known from another crawl, and known ones are passed over.
func (p *pageOf) folder(dir string) (row *folder, err error) {
	row, ok := p.rows[dir]
	if !ok {
		row = &folder{Run: p.run.ID}
		err = p.s.k.View(p.ctx, func(tx *store.Tx) error {
			if old, ok := p.s.folders.Get(tx, p.folderKey(p.run.Target, dir)); ok {
				row = &old
			}
			return nil
		})
		p.rows[dir] = row
		if row.Run == p.run.ID {
			p.order = append(p.order, dir)
		}
	}
	if row.Run != p.run.ID {
		return nil, err
	}
	return row, err
}

// add adds an object to those of its kind.
func (row *folder) add(f classify.Format, size int64, name string) {
	row.Sampled++
	at := -1
	for i := range row.Formats {
		if h := &row.Formats[i]; h.Is.Similar(&f) || len(row.Formats) >= mostFormats && at < 0 && i == len(row.Formats)-1 {
			at = i
			break
		}
	}
	if at < 0 {
		row.Formats = append(row.Formats, held{Is: f})
		at = len(row.Formats) - 1
	} else if h := &row.Formats[at]; h.Is.Similar(&f) {
		h.Is = h.Is.Merge(&f)
	}
	h := &row.Formats[at]
	h.Objects++
	h.Size += size
	if len(h.Files) < filesNamed {
		h.Files = append(h.Files, name)
	}
}

// crawled tells whether an object is one of the data: not what engines and file systems put beside them.
func crawled(below string) bool {
	for part := range strings.SplitSeq(below, "/") {
		if strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
			return false
		}
	}
	return !strings.HasSuffix(below, "/")
}

// frozen tells whether an object must be restored before it can be read.
func frozen(o *s3api.Object) bool {
	class := rt.Val(o.StorageClass)
	return class == s3api.ObjectStorageClassGlacier || class == s3api.ObjectStorageClassDeepArchive
}
