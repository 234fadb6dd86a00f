package insights

// formatted are the fields of formats that are not JSON.
var formatted = map[string]bool{}

func (r *row) format(m []byte) {}

// entity looks a field up in the entity of the row's group.
func entity(name string) lookup {
	return func(r *row) Value {
		if r.group.Entity == "" {
			return Value{}
		}
		return Value{}
	}
}

func (x *planner) pattern(cmd *Pattern) *Error { return x.fault(cmd.Of, "pattern is not supported") }
func (x *planner) diff(cmd *Diff) *Error       { return fault(cmd.Span, "diff is not supported") }
