package logs

import (
	"fmt"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/engine/transform"
)

// Limits of a transformer.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Create.html
const (
	maxProcessors = 20
	maxParsers    = 5
)

// processor is one of a transformer's, as far as the rules ask.
type processor struct {
	name    string
	parses  bool
	vended  bool   // it parses logs of one kind that AWS vends
	single  bool   // there may be only one
	source  string // of a parser
	makes   func() (transform.Step, error)
	entries int // of a list that it must have; -1: it has none
	most    int
}

// compileTransformer holds a configuration to AWS's rules and makes it ready.
func compileTransformer(config []api.Processor) (*transform.Program, error) {
	if len(config) == 0 || len(config) > maxProcessors {
		return nil, invalid("A transformer must have 1 to %d processors.", maxProcessors)
	}
	seen, parsers := map[string]bool{}, 0
	var steps []transform.Step
	for i := range config {
		list := processorsOf(&config[i])
		if len(list) != 1 {
			return nil, invalid("Each element of transformerConfig must have exactly one processor, the element %d has %d.", i+1, len(list))
		}
		p := &list[0]
		if p.parses {
			parsers++
		}
		switch {
		case p.makes == nil:
			return nil, invalid("The processor %s is not supported by this estate: AWS does not publish how it maps.", p.name)
		case i == 0 && !p.parses:
			return nil, invalid("The first processor in a transformer must be a parser, which %s is not.", p.name)
		case i > 0 && p.vended:
			return nil, invalid("The processor %s must be the first processor in a transformer.", p.name)
		case p.vended && p.source != "" && p.source != "@message":
			return nil, invalid("The processor %s accepts only @message as source.", p.name)
		case i == 0 && p.name == "parseJSON" && p.source != "" && p.source != "@message":
			return nil, invalid("The first processor parses the entire log event: its source must be @message.")
		case p.single && seen[p.name]:
			return nil, invalid("A transformer can have only one %s processor.", p.name)
		case parsers > maxParsers:
			return nil, invalid("A transformer can have at most %d parser-type processors.", maxParsers)
		case p.entries == 0 || p.entries > p.most:
			return nil, invalid("The processor %s must have 1 to %d entries.", p.name, p.most)
		}
		seen[p.name] = true
		step, err := p.makes()
		if err != nil {
			return nil, invalid("The processor %s is not valid: %s.", p.name, err)
		}
		steps = append(steps, step)
	}
	return transform.New(steps), nil
}

// processorsOf are those that an element names, which should be one.
func processorsOf(c *api.Processor) (list []processor) {
	list = append(list, parsersOf(c)...)
	list = append(list, stringMutators(c)...)
	list = append(list, jsonMutators(c)...)
	if x := c.TypeConverter; x != nil {
		list = append(list, processor{name: "typeConverter", entries: len(x.Entries), most: 10, makes: func() (transform.Step, error) {
			var entries []transform.Type
			for _, e := range x.Entries {
				switch rt.Val(e.Type) {
				case api.TypeInteger, api.TypeDouble, api.TypeString, api.TypeBoolean:
				default:
					return transform.Step{}, fmt.Errorf("type must be integer, double, string or boolean")
				}
				entries = append(entries, transform.Type{Key: rt.Val(e.Key), Type: *e.Type})
			}
			return transform.TypeConverter(entries)
		}})
	}
	if x := c.DateTimeConverter; x != nil {
		list = append(list, processor{name: "dateTimeConverter", entries: len(x.MatchPatterns), most: 5, makes: func() (transform.Step, error) {
			return transform.DateTimeConverter(transform.DateTime{
				Source: rt.Val(x.Source), Target: rt.Val(x.Target), Patterns: x.MatchPatterns, Format: rt.Val(x.TargetFormat), From: rt.Val(x.SourceTimezone), To: rt.Val(x.TargetTimezone),
				Locale: rt.Val(x.Locale),
			})
		}})
	}
	return list
}

func parsersOf(c *api.Processor) (list []processor) {
	add := func(name string, source *string, vended bool, makes func() (transform.Step, error)) {
		list = append(list, processor{name: name, parses: true, vended: vended, single: name == "grok", source: rt.Val(source), entries: -1, makes: makes})
	}
	fixed := func(step transform.Step) func() (transform.Step, error) {
		return func() (transform.Step, error) { return step, nil }
	}
	if x := c.ParseJSON; x != nil {
		add("parseJSON", x.Source, false, func() (transform.Step, error) { return transform.ParseJSON(rt.Val(x.Source), rt.Val(x.Destination)) })
	}
	if x := c.Grok; x != nil {
		add("grok", x.Source, false, func() (transform.Step, error) { return transform.Grok(rt.Val(x.Source), rt.Val(x.Match)) })
	}
	if x := c.Csv; x != nil {
		add("csv", x.Source, false, func() (transform.Step, error) {
			return transform.CSV(rt.Val(x.Source), rt.Val(x.Destination), rt.Val(x.Delimiter), rt.Val(x.QuoteCharacter), x.Columns)
		})
	}
	if x := c.ParseKeyValue; x != nil {
		add("parseKeyValue", x.Source, false, func() (transform.Step, error) {
			return transform.ParseKeyValue(transform.KeyValue{
				Source: rt.Val(x.Source), Destination: rt.Val(x.Destination), Fields: rt.Val(x.FieldDelimiter), Values: rt.Val(x.KeyValueDelimiter), Otherwise: x.NonMatchValue,
				Prefix: rt.Val(x.KeyPrefix), Overwrite: rt.Val(x.OverwriteIfExists),
			})
		})
	}
	if x := c.ParseWAF; x != nil {
		add("parseWAF", x.Source, true, fixed(transform.ParseWAF()))
	}
	if x := c.ParsePostgres; x != nil {
		add("parsePostgres", x.Source, true, fixed(transform.ParsePostgres()))
	}
	if x := c.ParseCloudfront; x != nil {
		add("parseCloudfront", x.Source, true, fixed(transform.ParseCloudfront()))
	}
	if x := c.ParseRoute53; x != nil {
		add("parseRoute53", x.Source, true, fixed(transform.ParseRoute53()))
	}
	if x := c.ParseVPC; x != nil {
		add("parseVPC", x.Source, true, fixed(transform.ParseVPC()))
	}
	if x := c.ParseToOCSF; x != nil {
		add("parseToOCSF", nil, false, nil)
	}
	return list
}

func stringMutators(c *api.Processor) (list []processor) {
	keys := func(name string, with []string, makes func([]string) (transform.Step, error)) {
		list = append(list, processor{name: name, entries: len(with), most: 10, makes: func() (transform.Step, error) { return makes(with) }})
	}
	if x := c.LowerCaseString; x != nil {
		keys("lowerCaseString", x.WithKeys, transform.LowerCaseString)
	}
	if x := c.UpperCaseString; x != nil {
		keys("upperCaseString", x.WithKeys, transform.UpperCaseString)
	}
	if x := c.TrimString; x != nil {
		keys("trimString", x.WithKeys, transform.TrimString)
	}
	if x := c.SplitString; x != nil {
		list = append(list, processor{name: "splitString", entries: len(x.Entries), most: 10, makes: func() (transform.Step, error) {
			var entries []transform.Split
			for _, e := range x.Entries {
				entries = append(entries, transform.Split{Source: rt.Val(e.Source), Delimiter: rt.Val(e.Delimiter)})
			}
			return transform.SplitString(entries)
		}})
	}
	if x := c.SubstituteString; x != nil {
		list = append(list, processor{name: "substituteString", entries: len(x.Entries), most: 10, makes: func() (transform.Step, error) {
			var entries []transform.Substitute
			for _, e := range x.Entries {
				entries = append(entries, transform.Substitute{Source: rt.Val(e.Source), From: rt.Val(e.From), To: rt.Val(e.To)})
			}
			return transform.SubstituteString(entries)
		}})
	}
	return list
}

func jsonMutators(c *api.Processor) (list []processor) {
	add := func(name string, single bool, entries []transform.Entry, makes func([]transform.Entry) (transform.Step, error)) {
		list = append(list, processor{name: name, single: single, entries: len(entries), most: 5, makes: func() (transform.Step, error) { return makes(entries) }})
	}
	entry := func(from, to *string, overwrite *bool) transform.Entry {
		return transform.Entry{From: rt.Val(from), To: rt.Val(to), Overwrite: rt.Val(overwrite)}
	}
	var entries []transform.Entry
	if x := c.AddKeys; x != nil {
		for _, e := range x.Entries {
			entries = append(entries, entry(e.Value, e.Key, e.OverwriteIfExists))
		}
		add("addKeys", true, entries, transform.AddKeys)
	}
	if x := c.MoveKeys; x != nil {
		for _, e := range x.Entries {
			entries = append(entries, entry(e.Source, e.Target, e.OverwriteIfExists))
		}
		add("moveKeys", false, entries, transform.MoveKeys)
	}
	if x := c.RenameKeys; x != nil {
		for _, e := range x.Entries {
			entries = append(entries, entry(e.Key, e.RenameTo, e.OverwriteIfExists))
		}
		add("renameKeys", false, entries, transform.RenameKeys)
	}
	if x := c.CopyValue; x != nil {
		for _, e := range x.Entries {
			entries = append(entries, entry(e.Source, e.Target, e.OverwriteIfExists))
		}
		add("copyValue", true, entries, transform.CopyValue)
	}
	if x := c.DeleteKeys; x != nil {
		list = append(list, processor{name: "deleteKeys", entries: len(x.WithKeys), most: 5, makes: func() (transform.Step, error) { return transform.DeleteKeys(x.WithKeys) }})
	}
	if x := c.ListToMap; x != nil {
		list = append(list, processor{name: "listToMap", entries: -1, makes: func() (transform.Step, error) {
			if last := rt.Val(x.FlattenedElement); rt.Val(x.Flatten) && last != api.FlattenedElementFirst && last != api.FlattenedElementLast {
				return transform.Step{}, fmt.Errorf("flattenedElement must be first or last when flatten is true")
			}
			if rt.Val(x.Key) == "" {
				return transform.Step{}, fmt.Errorf("key is required")
			}
			return transform.ListToMap(transform.List{
				Source: rt.Val(x.Source), Key: *x.Key, Value: rt.Val(x.ValueKey), Target: rt.Val(x.Target), Flatten: rt.Val(x.Flatten), Last: rt.Val(x.FlattenedElement) == api.FlattenedElementLast,
			})
		}})
	}
	return list
}
