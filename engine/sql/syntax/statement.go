package syntax

// Statement is a statement. A query stands as *QueryStatement; all others are the caller's to execute.
type Statement interface {
	Node
	statement()
}

// Property is a name and a text: of TBLPROPERTIES, SERDEPROPERTIES, DBPROPERTIES.
type Property struct{ Name, Value string }

// Option is an option of WITH (name = expression), as CTAS and UNLOAD have.
type Option struct {
	Pos
	Name  string
	Value Expr
}

// ColumnDef is a column as Hive's DDL declares it. Type is Hive's text, lower case, as Glue keeps it.
type ColumnDef struct {
	Pos
	Name, Type, Comment string
}

// PartitionValue is a column of a partition's specification: name = 'value'. In DROP PARTITION Op may be another comparison.
type PartitionValue struct{ Name, Op, Value string }

// PartitionSpec is PARTITION (a = '1', b = '2') and, of ADD and SET, its LOCATION.
type PartitionSpec struct {
	Pos
	Values   []PartitionValue
	Location string
}

// RowFormat is ROW FORMAT DELIMITED … or ROW FORMAT SERDE '…'. Nil terminators were not given.
type RowFormat struct {
	Serde                                          string // "" for DELIMITED
	Properties                                     []Property
	Fields, Escaped, Collection, Keys, Lines, Null *string
}

type (
	QueryStatement struct {
		Pos
		Query *Query
	}
	CreateDatabase struct {
		Pos
		Name              Name
		IfNotExists       bool
		Comment, Location string
		Properties        []Property
	}
	DropDatabase struct {
		Pos
		Name              Name
		IfExists, Cascade bool
	}
	AlterDatabase struct { // SET DBPROPERTIES
		Pos
		Name       Name
		Properties []Property
	}
	CreateTable struct { // Hive's CREATE EXTERNAL TABLE
		Pos
		Name                      Name
		External, IfNotExists     bool
		Columns                   []ColumnDef
		Comment                   *string
		PartitionedBy             []ColumnDef
		ClusteredBy               []string
		Buckets                   int
		RowFormat                 *RowFormat
		StoredAs                  string // upper case: PARQUET, ORC, TEXTFILE, …
		InputFormat, OutputFormat string
		Location                  string
		Properties                []Property
	}
	CreateTableAs struct {
		Pos
		Name        Name
		IfNotExists bool
		Options     []Option
		Query       *Query
		NoData      bool
	}
	InsertInto struct {
		Pos
		Name    Name
		Columns []string
		Query   *Query
	}
	Unload struct {
		Pos
		Query   *Query
		To      string
		Options []Option
	}
	CreateView struct {
		Pos
		Name      Name
		OrReplace bool
		Query     *Query
	}
	DropTable struct {
		Pos
		Name     Name
		IfExists bool
	}
	DropView struct {
		Pos
		Name     Name
		IfExists bool
	}
	AddPartitions struct {
		Pos
		Table       Name
		IfNotExists bool
		Specs       []PartitionSpec
	}
	DropPartitions struct {
		Pos
		Table    Name
		IfExists bool
		Specs    []PartitionSpec
	}
	RenamePartition struct {
		Pos
		Table    Name
		From, To PartitionSpec
	}
	AddColumns struct {
		Pos
		Table     Name
		Partition *PartitionSpec
		Columns   []ColumnDef
	}
	ReplaceColumns struct {
		Pos
		Table     Name
		Partition *PartitionSpec
		Columns   []ColumnDef
	}
	ChangeColumn struct {
		Pos
		Table  Name
		Old    string
		Column ColumnDef
		First  bool
		After  string
	}
	DropColumn struct { // of Iceberg tables
		Pos
		Table Name
		Name  string
	}
	SetLocation struct {
		Pos
		Table     Name
		Partition *PartitionSpec
		Location  string
	}
	SetProperties struct {
		Pos
		Table      Name
		Properties []Property
	}
	RenameTable struct {
		Pos
		From, To Name
	}
	AlterView struct { // Hive's ALTER VIEW v AS query
		Pos
		Name  Name
		Query *Query
	}
	RepairTable struct { // MSCK REPAIR TABLE
		Pos
		Table Name
	}
	// Show is SHOW What: DATABASES, TABLES, VIEWS, COLUMNS, PARTITIONS, CREATE TABLE, CREATE VIEW, TBLPROPERTIES, FUNCTIONS.
	// Name is the table, or the database in which to look; Pattern what LIKE or a bare text asks for, as it stands;
	// Property is the one of TBLPROPERTIES asked for.
	Show struct {
		Pos
		What     string
		Name     Name
		Pattern  *string
		Property string
	}
	// Describe is DESCRIBE [EXTENDED|FORMATTED] t [PARTITION (…)] [column], or DESCRIBE VIEW v.
	Describe struct {
		Pos
		Name      Name
		Mode      string // "", EXTENDED, FORMATTED
		View      bool
		Partition *PartitionSpec
		Column    string
	}
	Explain struct {
		Pos
		Analyze   bool
		Options   []Option // TYPE, FORMAT
		Statement Statement
	}
	Prepare struct {
		Pos
		Name      string
		Statement Statement
		Text      string // of the statement
	}
	Execute struct {
		Pos
		Name string
		Args []Expr
	}
	Deallocate struct {
		Pos
		Name string
	}
)

func (*QueryStatement) statement()  {}
func (*CreateDatabase) statement()  {}
func (*DropDatabase) statement()    {}
func (*AlterDatabase) statement()   {}
func (*CreateTable) statement()     {}
func (*CreateTableAs) statement()   {}
func (*InsertInto) statement()      {}
func (*Unload) statement()          {}
func (*CreateView) statement()      {}
func (*DropTable) statement()       {}
func (*DropView) statement()        {}
func (*AddPartitions) statement()   {}
func (*DropPartitions) statement()  {}
func (*RenamePartition) statement() {}
func (*AddColumns) statement()      {}
func (*ReplaceColumns) statement()  {}
func (*ChangeColumn) statement()    {}
func (*DropColumn) statement()      {}
func (*SetLocation) statement()     {}
func (*SetProperties) statement()   {}
func (*RenameTable) statement()     {}
func (*AlterView) statement()       {}
func (*RepairTable) statement()     {}
func (*Show) statement()            {}
func (*Describe) statement()        {}
func (*Explain) statement()         {}
func (*Prepare) statement()         {}
func (*Execute) statement()         {}
func (*Deallocate) statement()      {}
