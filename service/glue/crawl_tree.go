package glue

import (
	"path"
	"slices"
	"strings"

	"unyo/engine/classify"
)

// dir is a folder with those in it.
type dir struct {
	path string // as keys have it, with its slash; "" is the bucket
	own  []held
	kids []*dir
}

// found is what is to be one table: the data below a folder, or an object that lies there among others of other kinds.
type found struct {
	path    string
	file    bool
	levels  []string // the names of the keys by which folders part it: "" where folders do not name theirs
	format  classify.Format
	objects int64
	size    int64
}

// majority is how many of a folder's folders must be alike to be one table.
const majority = 0.7

// grouping is how folders become tables.
type grouping struct {
	combine bool // what can be read alike is one table, whatever its columns
}

func (g grouping) alike(a, b *found) bool { return g.like(a)(b) }

// like tells of many tables whether they are like one.
func (g grouping) like(a *found) func(b *found) bool {
	alike := a.format.Compatible
	if !g.combine {
		alike = a.format.Similarity()
	}
	return func(b *found) bool { return len(a.levels) == len(b.levels) && alike(&b.format) }
}

// tables are the tables of a folder: one when most of its folders are alike, of which they are the partitions then; else theirs.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
func (g grouping) tables(n *dir) []found {
	files := g.files(n)
	if len(n.kids) == 0 {
		return files
	}
	var ones, others []found // the folders that are one table each, and the tables of the others
	for _, kid := range n.kids {
		if list := g.tables(kid); len(list) == 1 && list[0].path == kid.path && !list[0].file {
			ones = append(ones, list[0])
		} else {
			others = append(others, list...)
		}
	}
	best := g.most(ones, majority*float64(len(n.kids)))
	if best == nil {
		return append(append(ones, others...), files...)
	}
	for _, f := range ones {
		if !slices.ContainsFunc(best, func(b found) bool { return b.path == f.path }) {
			others = append(others, f)
		}
	}
	whole := join(n.path, best)
	if len(files) == 1 && !files[0].file && whole.nameless() && g.combinable(&whole, &files[0]) { // data at every depth: a table without keys
		whole.levels, whole.format = nil, whole.format.Merge(&files[0].format)
		whole.objects, whole.size, files = whole.objects+files[0].objects, whole.size+files[0].size, nil
	}
	for i := range files { // beside folders an object is a table of its own
		if !files[i].file {
			files = slices.Concat(files[:i], each(n, n.own[0]), files[i+1:])
			break
		}
	}
	return append(append([]found{whole}, others...), files...)
}

func (g grouping) combinable(a, b *found) bool {
	x, y := *a, *b
	x.levels, y.levels = nil, nil
	return g.alike(&x, &y)
}

// nameless tells whether no folder names the key that it is a value of.
func (f *found) nameless() bool {
	return !slices.ContainsFunc(f.levels, func(name string) bool { return name != "" })
}

// join is the table of folders that are alike: below path, they are partitions.
func join(path string, list []found) found {
	key, _, named := strings.Cut(nameOf(list[0].path), "=")
	for _, f := range list {
		if k, _, ok := strings.Cut(nameOf(f.path), "="); !ok || k != key {
			named = false
		}
	}
	if !named {
		key = ""
	}
	out := found{path: path, format: list[0].format, objects: list[0].objects, size: list[0].size, levels: append([]string{key}, list[0].levels...)}
	var rest []*classify.Format
	for _, f := range list[1:] {
		rest = append(rest, &f.format)
		out.objects, out.size = out.objects+f.objects, out.size+f.size
		for i, name := range f.levels {
			if out.levels[i+1] != name {
				out.levels[i+1] = ""
			}
		}
	}
	out.format = out.format.Merge(rest...)
	return out
}

// files are the tables of a folder's own objects: one when most are of a kind, else one for each object.
func (g grouping) files(n *dir) (list []found) {
	var all, most int64
	best := 0
	for i, h := range n.own {
		if all += h.Objects; h.Objects > most {
			best, most = i, h.Objects
		}
	}
	if all == 0 {
		return nil
	}
	if float64(most) >= majority*float64(all) {
		h := n.own[best]
		return []found{{path: n.path, format: h.Is, objects: h.Objects, size: h.Size}}
	}
	for _, h := range n.own {
		list = append(list, each(n, h)...)
	}
	return list
}

// each is a table for each object.
func each(n *dir, h held) (list []found) {
	for _, name := range h.Files {
		list = append(list, found{path: n.path + name, file: true, format: h.Is, objects: 1, size: h.Size / h.Objects})
	}
	return list
}

// nameOf is a folder's last name.
func nameOf(folder string) string { return path.Base("/" + strings.TrimSuffix(folder, "/")) }

// atLevel is the tables of a crawl that is told at which level they lie: the bucket is the first. A folder that lies higher is one itself.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-table-level.html
func (g grouping) atLevel(root *dir, level int) (list []found) {
	depth := strings.Count(root.path, "/") + 1
	if depth < level && len(root.kids) > 0 {
		list = g.files(root)
		for _, kid := range root.kids {
			list = append(list, g.atLevel(kid, level)...)
		}
		return list
	}
	return g.one(root)
}

// one is the one table of all that lies below a folder: its levels are those of most.
func (g grouping) one(root *dir) []found {
	var leaves []*dir
	depths := map[int]int64{}
	deepest := 0
	walk(root, func(n *dir) {
		if len(n.own) > 0 {
			leaves = append(leaves, n)
			d := strings.Count(n.path[len(root.path):], "/")
			depths[d] += n.own[0].Objects
			if depths[d] > depths[deepest] || depths[d] == depths[deepest] && d > deepest {
				deepest = d
			}
		}
	})
	var list []found
	var others []*classify.Format
	for _, n := range leaves {
		rest := strings.TrimSuffix(n.path[len(root.path):], "/")
		if strings.Count(n.path[len(root.path):], "/") != deepest {
			continue
		}
		f := g.files(n)[0]
		f.path, f.file = n.path, false
		if rest != "" {
			for _, part := range strings.Split(rest, "/") {
				key, _, named := strings.Cut(part, "=")
				if !named {
					key = ""
				}
				f.levels = append(f.levels, key)
			}
		}
		if len(list) == 0 {
			f.path = root.path
			list = []found{f}
			continue
		}
		w := &list[0]
		others = append(others, &f.format)
		w.objects, w.size = w.objects+f.objects, w.size+f.size
		for i := range w.levels {
			if w.levels[i] != f.levels[i] {
				w.levels[i] = ""
			}
		}
	}
	if len(list) > 0 {
		list[0].format = list[0].format.Merge(others...)
	}
	return list
}

func walk(n *dir, visit func(*dir)) {
	visit(n)
	for _, kid := range n.kids {
		walk(kid, visit)
	}
}

// grow puts a folder into the tree.
func (n *dir) grow(folder string, own []held) {
	rest, ok := strings.CutPrefix(folder, n.path)
	if !ok {
		return
	}
	if rest == "" {
		n.own = own
		return
	}
	name, _, _ := strings.Cut(rest, "/")
	kid := n.path + name + "/"
	if last := len(n.kids) - 1; last < 0 || n.kids[last].path != kid {
		n.kids = append(n.kids, &dir{path: kid})
	}
	n.kids[len(n.kids)-1].grow(folder, own)
}
