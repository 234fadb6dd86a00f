package transform

import "fmt"

// The steps that change keys.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-JSONMutate.html

// Entry says what goes where.
type Entry struct {
	From      string // a key; of AddKeys the value itself
	To        string // a key
	Overwrite bool
}

type move struct {
	from, to  path
	overwrite bool
}

func moves(entries []Entry) (list []move, err error) {
	for _, x := range entries {
		m := move{overwrite: x.Overwrite}
		if m.from, err = parsePath(x.From); err != nil {
			return nil, fmt.Errorf("%q: %w", x.From, err)
		}
		if m.to, err = parsePath(x.To); err != nil {
			return nil, fmt.Errorf("%q: %w", x.To, err)
		}
		list = append(list, m)
	}
	return list, nil
}

// AddKeys adds texts.
func AddKeys(entries []Entry) (Step, error) {
	at, err := pathsOf(entries, func(x Entry) string { return x.To })
	if err != nil {
		return Step{}, err
	}
	return Step{name: "addKeys", run: func(e *event) error {
		for i, p := range at {
			if err := e.root.put(p, entries[i].From, entries[i].Overwrite); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// DeleteKeys removes keys with all that is under them.
func DeleteKeys(keys []string) (Step, error) {
	at, err := paths(keys)
	return Step{name: "deleteKeys", run: func(e *event) error {
		for _, p := range at {
			if h, ok := e.root.holder(p); ok {
				h.remove(p[len(p)-1])
			}
		}
		return nil
	}}, err
}

// MoveKeys moves keys. A target that is an object takes the key in.
func MoveKeys(entries []Entry) (Step, error) {
	list, err := moves(entries)
	return Step{name: "moveKeys", run: func(e *event) error {
		for i := range list {
			m := list[i]
			if v, ok := e.root.at(m.to); ok {
				if _, ok := v.(*object); ok {
					m.to = append(append(path{}, m.to...), m.from[len(m.from)-1])
				}
			}
			if err := e.move(&m); err != nil {
				return err
			}
		}
		return nil
	}}, err
}

// RenameKeys gives keys other names.
func RenameKeys(entries []Entry) (Step, error) {
	list, err := moves(entries)
	return Step{name: "renameKeys", run: func(e *event) error {
		for i := range list {
			if err := e.move(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}}, err
}

// move takes a value to another place. Where that is taken and must stay, nothing happens.
func (e *event) move(m *move) error {
	h, ok := e.root.holder(m.from)
	if !ok {
		return nil
	}
	key := m.from[len(m.from)-1]
	v, ok := h.get(key)
	if !ok {
		return nil
	}
	if _, taken := e.root.at(m.to); taken && !m.overwrite {
		return nil
	}
	h.remove(key)
	return e.root.put(m.to, v, true)
}

// CopyValue copies values, also those of where an event comes from.
func CopyValue(entries []Entry) (Step, error) {
	list, err := moves(entries)
	step := Step{name: "copyValue", run: func(e *event) error {
		for i := range list {
			m := &list[i]
			v, ok := e.copied(m.from)
			if !ok {
				continue
			}
			if err := e.root.put(m.to, v, m.overwrite); err != nil {
				return err
			}
		}
		return nil
	}}
	for _, x := range entries {
		step.origin = step.origin || x.From == "@logGroupStream"
	}
	return step, err
}

func (e *event) copied(p path) (any, bool) {
	var text string
	switch p[0] {
	case "@logGroupName":
		text = e.from.Group
	case "@logGroupStream":
		text = e.from.Stream
	case "@accountId":
		text = e.from.Account
	case "@regionName":
		text = e.from.Region
	default:
		v, ok := e.root.at(p)
		return clone(v), ok
	}
	return text, text != "" && len(p) == 1
}

// List are the options of ListToMap.
type List struct {
	Source, Key string
	Value       string // the key of the values; "": the objects themselves
	Target      string // "": the root
	Flatten     bool
	Last        bool // of several, flattened
}

// ListToMap makes keys of a list of objects.
func ListToMap(o List) (Step, error) {
	at, err := parsePath(o.Source)
	if err != nil {
		return Step{}, err
	}
	var to path
	if o.Target != "" {
		if to, err = parsePath(o.Target); err != nil {
			return Step{}, err
		}
	}
	return Step{name: "listToMap", run: func(e *event) error {
		v, ok := e.root.at(at)
		if !ok {
			return fmt.Errorf("there is no %s", at)
		}
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is no list", at)
		}
		made := &object{}
		for _, x := range list {
			o.add(made, x)
		}
		return e.merge(to, made, true)
	}}, nil
}

// add takes one object of the list in.
func (o *List) add(made *object, x any) {
	from, ok := x.(*object)
	if !ok {
		return
	}
	k, _ := from.get(o.Key)
	key, ok := convert(k, "string")
	if !ok {
		return
	}
	v := any(from)
	if o.Value != "" {
		if v, ok = from.get(o.Value); !ok {
			return
		}
	}
	v, name := clone(v), key.(string)
	old, there := made.get(name)
	switch {
	case !o.Flatten && there:
		made.set(name, append(old.([]any), v))
	case !o.Flatten:
		made.set(name, []any{v})
	case !there || o.Last:
		made.set(name, v)
	}
}
