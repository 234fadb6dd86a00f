package clients

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Versions of the Python clients. Newer ones should work as well; these are the ones seen working. awswrangler 3.17.1 wants a pyarrow before 26.
var pythonClients = []string{"boto3==1.44.5", "awscli==1.46.3", "watchtower==3.4.0", "pyarrow==25.0.1", "duckdb==2.0.1", "awswrangler==3.17.1", "PyAthena==4.2.1", "pandas==3.1.1", "fastavro==1.13.1"}

// venv is a Python environment with the AWS CLI and boto3, made once in .cache.
var venv = sync.OnceValues(func() (string, error) {
	dir, err := filepath.Abs("../../.cache/clients")
	if err != nil {
		return "", err
	}
	stamp := filepath.Join(dir, "installed")
	if b, err := os.ReadFile(stamp); err == nil && string(b) == strings.Join(pythonClients, " ") {
		return filepath.Join(dir, "bin"), nil
	}
	install := append([]string{filepath.Join(dir, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "--retries", "10", "--timeout", "60", "-c", "constraints.txt"}, pythonClients...)
	for _, args := range [][]string{{"python3", "-m", "venv", dir}, install} {
		if err := persist(args); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "bin"), os.WriteFile(stamp, []byte(strings.Join(pythonClients, " ")), 0o644)
})

// persist runs a command, again when it fails: what it loads may have been cut off on the way.
func persist(args []string) (err error) {
	for range 3 {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Stderr = os.Stderr
		if err = cmd.Run(); err == nil {
			return nil
		}
	}
	return err
}

// script runs a command with the Python clients on the path, as the root of the management account.
func (e *estate) script(t *testing.T, name string, args ...string) string {
	t.Helper()
	bin, err := venv()
	if err != nil {
		t.Fatalf("the Python clients need python3 with venv and pip: %v", err)
	}
	tools, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(name) == name && name == "python3" {
		name = filepath.Join(bin, name)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+tools+":"+os.Getenv("PATH"), "AWS_ENDPOINT_URL="+e.url, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_SESSION_TOKEN=", "AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1", "AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "PYTHONWARNINGS=ignore",
		"AWS_MAX_ATTEMPTS=10") // event history is asked twice a second at most: three attempts, botocore's default, can all meet that
	if strings.HasPrefix(e.url, "https") {
		cmd.Env = append(cmd.Env, "AWS_CA_BUNDLE="+filepath.Join(e.dir, "tls", "ca.pem"))
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// holds runs a client, whose every assertion must hold.
func (e *estate) holds(t *testing.T, name string, args ...string) {
	t.Helper()
	if out := e.script(t, name, args...); !strings.HasSuffix(out, "all held\n") {
		t.Errorf("%s %s:\n%s", name, strings.Join(args, " "), out)
	}
}

// TestBoto3 runs boto3_client.py, over HTTP and HTTPS.
func TestBoto3(t *testing.T) {
	for _, flags := range [][]string{nil, {"-tls"}} {
		serve(t, flags...).holds(t, "python3", "boto3_client.py")
	}
}

// TestFirehose runs firehose_client.py: sources, processing and destinations of Firehose.
func TestFirehose(t *testing.T) {
	serve(t).holds(t, "python3", "firehose_client.py")
}

// TestInsights runs insights_client.py: queries of Logs Insights, and scheduled ones.
func TestInsights(t *testing.T) {
	serve(t).holds(t, "python3", "insights_client.py")
}

// TestLogs runs logs_client.py: what operators do with logs beyond putting and reading.
func TestLogs(t *testing.T) {
	serve(t).holds(t, "python3", "logs_client.py")
}

// TestTransformers runs transformer_client.py: log events that are transformed as they come.
func TestTransformers(t *testing.T) {
	serve(t).holds(t, "python3", "transformer_client.py")
}

// TestAccessLogs runs access_client.py: who accessed a bucket, logged into another and vended by CloudWatch Logs.
func TestAccessLogs(t *testing.T) {
	serve(t).holds(t, "python3", "access_client.py")
}

// TestIAM runs iam_client.py: every operation of IAM and STS that has behaviour.
func TestIAM(t *testing.T) {
	serve(t).holds(t, "python3", "iam_client.py")
}

// TestAccount runs account_client.py: passwords, reports, certificates and service-linked roles of an account.
func TestAccount(t *testing.T) {
	serve(t).holds(t, "python3", "account_client.py")
}

// TestAthena runs athena_client.py: every operation of Athena that has behaviour, over objects in S3.
func TestAthena(t *testing.T) {
	serve(t).holds(t, "python3", "athena_client.py")
}

// TestFederation runs federation_client.py: identity providers, federated users, the AWS CLI's profiles.
func TestFederation(t *testing.T) {
	serve(t).holds(t, "python3", "federation_client.py")
}

// TestGlue runs glue_client.py: every operation of Glue that has behaviour.
func TestGlue(t *testing.T) {
	serve(t).holds(t, "python3", "glue_client.py")
}

// TestCrawlers runs crawler_client.py: crawlers make tables of files of every format, and Athena answers from them.
func TestCrawlers(t *testing.T) {
	serve(t).holds(t, "python3", "crawler_client.py")
}

// TestAccessAnalyzer runs analyzer_client.py: findings, checks, validation and previews.
func TestAccessAnalyzer(t *testing.T) {
	serve(t).holds(t, "python3", "analyzer_client.py")
}

// TestCloudTrail runs cloudtrail_client.py: event history, trails and what they deliver.
func TestCloudTrail(t *testing.T) {
	serve(t).holds(t, "python3", "cloudtrail_client.py")
}

// TestLake runs lake_client.py: event data stores, SQL over what happened, and results that their signature vouches for.
func TestLake(t *testing.T) {
	serve(t, "-clock", "held", "-seed", "1").holds(t, "python3", "lake_client.py")
}

// TestUnusualActivity runs unusual_client.py: insight events of a trail.
func TestUnusualActivity(t *testing.T) {
	serve(t, "-clock", "held", "-seed", "1").holds(t, "python3", "unusual_client.py")
}

// TestOrganizationTrail runs org_trail_client.py: a trail of an organization, and what its members see of it.
func TestOrganizationTrail(t *testing.T) {
	serve(t, "-accounts", "111111111111,222222222222,333333333333", "-clock", "held", "-seed", "1").holds(t, "python3", "org_trail_client.py")
}

// TestValidateLogs has the AWS CLI validate held time over three accounts and two regions, whole and tampered with.
func TestValidateLogs(t *testing.T) {
	days := "2"
	if *month {
		days = "30"
	}
	serve(t, "-accounts", "111111111111,222222222222", "-clock", "held", "-seed", "1").holds(t, "python3", "validate_logs_client.py", days)
}

// month is the time that TestValidateLogs validates; the AWS CLI takes some minutes for it.
var month = flag.Bool("month", false, "validate the logs of a month, not of two days")

// TestFormats runs formats_client.py: Athena over objects of every format, as pyarrow and others write them.
func TestFormats(t *testing.T) {
	serve(t).holds(t, "python3", "formats_client.py")
}

// TestAvro runs avro_client.py: Athena over Avro files, and the crawler that makes a table of them.
func TestAvro(t *testing.T) {
	serve(t).holds(t, "python3", "avro_client.py")
}

// TestHostileFiles runs hostile_client.py: Athena over objects that mean harm.
func TestHostileFiles(t *testing.T) {
	serve(t, "-accounts", "222222222222").holds(t, "python3", "hostile_client.py")
}

// TestWrangler runs awswrangler_client.py: Athena and Glue as the AWS SDK for pandas asks them.
func TestWrangler(t *testing.T) {
	serve(t).holds(t, "python3", "awswrangler_client.py")
}

// TestShare runs share_client.py: a catalog that another account reads, when both sides say so.
func TestShare(t *testing.T) {
	serve(t, "-accounts", "111111111111,222222222222").holds(t, "python3", "share_client.py")
}

// TestPyAthena runs pyathena_client.py: Athena by DB-API, and large results page by page.
func TestPyAthena(t *testing.T) {
	serve(t).holds(t, "python3", "pyathena_client.py")
}

// TestDuckDB runs duckdb_client.py: Athena and DuckDB answer the same, to what people ask and to queries made by chance.
func TestDuckDB(t *testing.T) {
	serve(t).holds(t, "python3", "duckdb_client.py", fmt.Sprint(*crossSeed), fmt.Sprint(*crossQueries))
}

// The queries by chance that TestDuckDB asks.
var (
	crossSeed    = flag.Int("cross-seed", 1, "seed of the queries that TestDuckDB makes")
	crossQueries = flag.Int("cross-queries", 300, "how many queries TestDuckDB makes")
)

// TestConversion runs convert_client.py: Firehose converts by a table of Glue, pyarrow reads.
func TestConversion(t *testing.T) {
	serve(t).holds(t, "python3", "convert_client.py")
}

// TestPyarrow has pyarrow read the files that engine/columnar writes, and the engine read pyarrow's and DuckDB's.
func TestPyarrow(t *testing.T) {
	bin, err := venv()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-count=1", "-timeout", "30m", "-run", "^TestPyarrow", "unyo/engine/columnar")
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "UNYO_PYTHON="+filepath.Join(bin, "python3"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTour runs the README's five minutes, word for word.
func TestTour(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, ok := strings.Cut(string(readme), "## Five minutes with the AWS CLI\n\n```sh\n")
	tour, _, closed := strings.Cut(tour, "```")
	if !ok || !closed {
		t.Fatal("the README has no tour")
	}
	e := serve(t)
	_, commands, _ := strings.Cut(tour, "\n") // the first line exports the environment, which script has done
	out := e.script(t, "bash", "-euc", strings.ReplaceAll(commands, "bin/unyo", "unyo"))
	if !strings.Contains(out, "arn:aws:iam::000000000000:root") || !strings.Contains(out, ".gz") {
		t.Errorf("the tour did not end with an object:\n%s", out)
	}
}

// TestS3 runs s3_client.py, pages of other sites and boto3's resources, and s3_cli.sh, the AWS CLI's own ways.
func TestS3(t *testing.T) {
	e := serve(t)
	for _, args := range [][]string{{"python3", "s3_client.py"}, {"./s3_cli.sh"}} {
		e.holds(t, args[0], args[1:]...)
	}
}

// TestSimulator runs simulate_cli.sh: the policy simulator as the AWS CLI asks it.
func TestSimulator(t *testing.T) {
	e := serve(t)
	e.holds(t, "./simulate_cli.sh")
}

// TestMetrics runs metrics_client.py: CloudWatch metrics and metric filters. The same script also holds under boto3 1.34.0, which speaks the query protocol
// (argument urlencoded).
func TestMetrics(t *testing.T) {
	e := serve(t)
	e.holds(t, "python3", "metrics_client.py", "amz-json")
}
