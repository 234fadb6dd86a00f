package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestTerraform makes, looks at and destroys what terraform/main.tf says, with OpenTofu or Terraform, whichever is installed. The AWS provider comes
// from a local mirror (TF_PROVIDER_MIRROR: a folder that `terraform providers mirror` fills) or the cache (TF_PLUGIN_CACHE_DIR), else from the
// registry; where none of them has it, there is nothing to be seen.
func TestTerraform(t *testing.T) {
	program := ""
	for _, name := range []string{"tofu", "terraform"} {
		if found, err := exec.LookPath(name); err == nil && program == "" {
			program = found
		}
	}
	if program == "" {
		t.Skip("neither tofu nor terraform is installed")
	}
	dir := t.TempDir()
	text, err := os.ReadFile("terraform/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	config := "disable_checkpoint = true\n"
	if mirror := os.Getenv("TF_PROVIDER_MIRROR"); mirror != "" {
		config += "provider_installation {\n  filesystem_mirror {\n    path = \"" + filepath.ToSlash(mirror) + "\"\n  }\n}\n"
	}
	for name, content := range map[string]string{"main.tf": string(text), "cli.tfrc": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e := serve(t)
	run := func(args ...string) (string, error) {
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+e.url, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=", "AWS_REGION=eu-central-1",
			"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "TF_CLI_CONFIG_FILE="+filepath.Join(dir, "cli.tfrc"), "TF_IN_AUTOMATION=1")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run("init", "-input=false", "-no-color"); err != nil {
		t.Skipf("the AWS provider cannot be had here: set TF_PROVIDER_MIRROR or TF_PLUGIN_CACHE_DIR to a folder that holds it: %v\n%s", err, out)
	}
	for _, args := range [][]string{
		{"apply", "-auto-approve", "-input=false", "-no-color"},
		{"plan", "-detailed-exitcode", "-input=false", "-no-color"}, // fails where something is left to change
		{"destroy", "-auto-approve", "-input=false", "-no-color"},
	} {
		if out, err := run(args...); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
	}
}
