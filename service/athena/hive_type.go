package athena

import (
	"fmt"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// hiveType is a type in the words of Hive and Glue; a type that no table can have is refused as Trino does.
// https://docs.aws.amazon.com/athena/latest/ug/data-types.html
func hiveType(t *types.Type) (string, error) {
	switch t.Kind {
	case types.Boolean, types.Tinyint, types.Smallint, types.Bigint, types.Double, types.Date:
		return t.Kind.String(), nil
	case types.Integer:
		return "int", nil
	case types.Real:
		return "float", nil
	case types.Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Size, t.Scale), nil
	case types.Varchar:
		if t.Size == types.Unbounded || t.Size > 65535 {
			return "string", nil
		}
		return fmt.Sprintf("varchar(%d)", t.Size), nil
	case types.Char:
		return fmt.Sprintf("char(%d)", t.Size), nil
	case types.Varbinary:
		return "binary", nil
	case types.Timestamp:
		return "timestamp", nil
	case types.Array, types.Map, types.Row:
		return hiveNested(t)
	}
	return "", fault.New(fault.NotSupported, "Unsupported Hive type: %s", t)
}

func hiveNested(t *types.Type) (string, error) {
	var parts []string
	for _, f := range t.Fields {
		inner, err := hiveType(f.Type)
		if err != nil {
			return "", err
		}
		if t.Kind == types.Row {
			if f.Name == "" {
				return "", fault.New(fault.NotSupported, "Anonymous row type is not supported in Hive. Please give each field a name: %s", t)
			}
			inner = f.Name + ":" + inner
		}
		parts = append(parts, inner)
	}
	return map[types.Kind]string{types.Array: "array", types.Map: "map", types.Row: "struct"}[t.Kind] + "<" + strings.Join(parts, ",") + ">", nil
}
