"""Agents and logging libraries, unmodified, ship lines to the built binary: while the file is rotated, the agent is restarted, and the server is killed
(-9) and comes back. Then every line stands there, in order; twice only what an agent sends again of itself, as it would to AWS: at most a batch. Lines are an nginx's, where there is one. Arguments: the binary, and names of agents. Exits with a traceback where
something does not hold."""
import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

binary, agents = sys.argv[1], sys.argv[2:]
here = tempfile.mkdtemp(prefix="unyo-agents-")
atexit.register(shutil.rmtree, here, ignore_errors=True)
children = []
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
atexit.register(lambda: [p.terminate() for p in children if p.poll() is None])


def start(*args, out=None, **env):
    p = subprocess.Popen(args, stdout=out, stderr=out or open(f"{here}/output", "ab"), env=dict(os.environ, **env), cwd=here)
    children.append(p)
    return p


def stop(p, sig=signal.SIGTERM):
    p.send_signal(sig)
    try:
        p.wait(30)
    except subprocess.TimeoutExpired:
        p.kill()
        raise


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, holds, seconds=120):
    end = time.time() + seconds
    while not holds():
        assert time.time() < end, what
        time.sleep(0.2)


class Estate:
    def __init__(self):
        self.address = f"127.0.0.1:{port()}"
        os.environ.update(AWS_ENDPOINT_URL=f"http://{self.address}", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_REGION="eu-central-1", AWS_DEFAULT_REGION="eu-central-1")
        self.serve()

    def serve(self):
        self.process = start(binary, "serve", "-data", f"{here}/data", "-listen", self.address)
        until("the estate answers", lambda: socket.socket().connect_ex(tuple([self.address.split(":")[0], int(self.address.split(":")[1])])) == 0)

    def die(self):
        stop(self.process, signal.SIGKILL)


class Nginx:
    """A real web server; a line of its access log for each request."""

    def __init__(self, log):
        self.port, self.log, self.n = port(), log, 0
        with open(f"{here}/nginx.conf", "w") as f:
            f.write(f"""user root; daemon off; pid {here}/nginx.pid; error_log {here}/nginx.err; worker_processes 1; events {{}}
http {{ access_log {log} combined; server {{ listen 127.0.0.1:{self.port}; location / {{ return 204; }} }} }}""")
        self.process = start("nginx", "-c", f"{here}/nginx.conf", "-p", here)
        until("nginx answers", lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0)

    def write(self, n):
        for _ in range(n):
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{self.n}?q=%E6%BC%A2").read()
            self.n += 1

    def rotate(self):
        until("the log is written", lambda: (b"/%d?" % (self.n - 1)) in open(self.log, "rb").read())
        os.rename(self.log, f"{self.log}-{self.n}")
        self.process.send_signal(signal.SIGUSR1)
        until("nginx opens its log again", lambda: os.path.exists(self.log))


class Generator:
    def __init__(self, log):
        self.log, self.n = log, 0
        self.file = open(log, "a")

    def write(self, n):
        for _ in range(n):
            print(f'127.0.0.1 - - [{time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())}] "GET /{self.n}?q=%E6%BC%A2 HTTP/1.1" 204 0 "-" "generator é 漢"', file=self.file, flush=True)
            self.n += 1
            time.sleep(0.001)

    def rotate(self):
        self.file.close()
        os.rename(self.log, f"{self.log}-{self.n}")
        self.file = open(self.log, "a")


class AWSLogs:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AgentReference.html
    When it starts, it sends its last batch again: it counts on sequence tokens, which AWS no longer looks at."""

    def __init__(self, *files):
        with open(f"{here}/aws.conf", "w") as f:
            f.write("[plugins]\ncwlogs = cwlogs\n[default]\nregion = eu-central-1\n")
        with open(f"{here}/awslogs.conf", "w") as f:
            f.write(f"[general]\nstate_file = {here}/awslogs.state\n")
            for path, group in files:
                f.write(f"[{group}]\nfile = {path}\nlog_group_name = {group}\nlog_stream_name = i-1\ninitial_position = start_of_file\nbuffer_duration = 5000\n")
        self.go()

    def go(self):
        self.process = start("aws", "logs", "push", "--config-file", f"{here}/awslogs.conf", AWS_CONFIG_FILE=f"{here}/aws.conf")

    def again(self):
        stop(self.process)
        self.go()


class Telegraf:
    """https://docs.influxdata.com/telegraf/v1/output-plugins/cloudwatch_logs/"""

    def __init__(self, path, group):
        logs.create_log_group(logGroupName=group)
        with open(f"{here}/telegraf.conf", "w") as f:
            f.write(f"""
[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_buffer_limit = 100000
  omit_hostname = true
  statefile = "{here}/telegraf.state"
[[inputs.tail]]
  files = ["{path}"]
  initial_read_offset = "saved-or-beginning"
  data_format = "value"
  data_type = "string"
  watch_method = "poll"
  name_override = "web"
  max_undelivered_lines = 100000
[inputs.tail.tags]
  stream = "i-1"
[[inputs.mem]]
  fieldinclude = ["used_percent"]
[[outputs.cloudwatch_logs]]
  region = "eu-central-1"
  log_group = "{group}"
  log_stream = "tag:stream"
  log_data_metric_name = "web"
  log_data_source = "field:value"
  namepass = ["web"]
[[outputs.cloudwatch]]
  region = "eu-central-1"
  namespace = "Telegraf"
  namepass = ["mem"]
""")
        self.go()

    def go(self):
        self.process = start("telegraf", "--config", f"{here}/telegraf.conf")

    def again(self):
        stop(self.process)
        self.go()


def lines(group):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    try:
        return [e["message"] for page in pages for e in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def arrived(group, written, numbers):
    """Every line once and in order, but for what was sent again."""
    want = list(range(written))
    until(f"{group}: {len(set(numbers(lines(group))))} of {written} lines have come", lambda: len(set(numbers(lines(group)))) >= written)
    got = numbers(lines(group))
    once = list(dict.fromkeys(got))
    assert once == want, f"{group}: out of order: {[(i, n) for i, n in enumerate(once) if n != i][:5]}"
    assert len(got) - written <= 300, f"{group}: {len(got)} lines for {written}"
    print(f"{group}: {written} lines in order, {len(got) - written} of them sent again")


def numbered(messages):
    return [int(m.split('"GET /')[1].split("?")[0]) for m in messages]


LIBRARIES = {
    "watchtower": ("python", """
import logging, sys, time, boto3, watchtower
from botocore.config import Config
client = boto3.client("logs", config=Config(retries={"mode": "standard", "max_attempts": 10}))
log = logging.getLogger("app")
log.setLevel(logging.INFO)
log.addHandler(watchtower.CloudWatchLogHandler(log_group_name="watchtower", log_stream_name="app", boto3_client=client, send_interval=1))
for i in range(400):
    log.info("line %d of watchtower é 漢", i)
    time.sleep(0.02)
logging.shutdown()
"""),
    "winston": ("node", """
const winston = require("winston"), CloudWatch = require("winston-cloudwatch");
const transport = new CloudWatch({logGroupName: "winston", logStreamName: "app", uploadRate: 500, errorHandler: () => {}, messageFormatter: ({message}) => message,
  awsOptions: {endpoint: process.env.AWS_ENDPOINT_URL, region: "eu-central-1", credentials: {accessKeyId: "test", secretAccessKey: "test"}}});
const log = winston.createLogger({transports: [transport]});
let i = 0;
const beat = setInterval(() => {
  log.info(`line ${i} of winston é 漢`);
  if (++i === 400) { clearInterval(beat); transport.kthxbye(() => process.exit(0)); }
}, 20);
"""),
    "emf": ("node", """
const {metricScope, Unit, StorageResolution, Configuration} = require("aws-embedded-metrics");
Configuration.namespace = "Shop";
Configuration.serviceName = "web";
const order = metricScope(m => async i => {
  m.putDimensions({Page: "cart"});
  m.putMetric("Latency", i, Unit.Milliseconds);
  m.putMetric("Latency", i, Unit.Milliseconds);
  m.putMetric("Orders", 1, Unit.Count, StorageResolution.High);
  m.setProperty("RequestId", "r-" + i);
});
(async () => { for (let i = 0; i < 300; i++) await order(i); })();
"""),
}

estate = Estate()
logs, cloudwatch = (boto3.client(s, config=Config(retries={"mode": "standard", "max_attempts": 10})) for s in ("logs", "cloudwatch"))
access, embedded = f"{here}/access.log", f"{here}/emf.log"
web = Nginx(access) if shutil.which("nginx") else Generator(access)
print("lines are written by", "nginx" if shutil.which("nginx") else "the generator of this test, for there is no nginx")
web.write(300)
shipping = {}
if "awslogs" in agents:
    shipping["awslogs"] = AWSLogs((access, "awslogs"), (embedded, "emf"))
if "telegraf" in agents:
    shipping["telegraf"] = Telegraf(access, "telegraf")
programs = {}
for name in agents:
    if name in LIBRARIES:
        command, text = LIBRARIES[name]
        with open(f"{here}/with-{name}.{'js' if command == 'node' else 'py'}", "w") as f:
            f.write(text)
        programs[name] = start(command, f.name, out=open(embedded if name == "emf" else f"{here}/{name}.out", "ab"), AWS_EMF_ENVIRONMENT="Local")


def caught_up():
    for group in shipping:
        until(f"{group} has caught up", lambda: web.n - 1 in numbered(lines(group)))


caught_up()
web.rotate()
web.write(300)
caught_up()
for agent in shipping.values():
    agent.again()
web.write(300)
estate.die()
web.write(300)
time.sleep(2)
estate.serve()
web.write(300)
caught_up()
web.rotate()
web.write(100)

for name in shipping:
    arrived(name, web.n, numbered)
for name, p in programs.items():
    assert p.wait(120) == 0, f"{name} ended with {p.returncode}"
    if name != "emf":
        arrived(name, 400, lambda messages: [int(m.split()[1]) for m in messages])


def statistics(namespace, metric, dimensions, *names):
    rows = cloudwatch.get_metric_statistics(Namespace=namespace, MetricName=metric, Dimensions=dimensions, StartTime=time.time() - 3600, EndTime=time.time() + 3600, Period=3600, Statistics=list(names))["Datapoints"]
    return [sum(r[n] for r in rows) for n in names]


if "emf" in agents:
    cart = [{"Name": n, "Value": v} for n, v in (("LogGroup", "web-metrics"), ("ServiceName", "web"), ("ServiceType", "Unknown"), ("Page", "cart"))]
    until("every document has come", lambda: len(set(lines("emf"))) == 300)
    came = [v for m in lines("emf") for v in json.loads(m)["Latency"]]
    until("the embedded metrics are extracted", lambda: statistics("Shop", "Latency", cart, "SampleCount", "Sum") == [len(came), sum(came)])
    assert statistics("Shop", "Orders", cart, "SampleCount") == [len(came) / 2]
    assert not cloudwatch.list_metrics(Namespace="AWS/Logs", MetricName="EMFValidationErrors")["Metrics"]
    print(f"emf: {len(came)} values and {len(came) // 2} of high resolution, out of {len(lines('emf'))} documents, {len(lines('emf')) - 300} of them sent again")
if "telegraf" in agents:
    found = cloudwatch.list_metrics(Namespace="Telegraf")["Metrics"]
    assert [m["MetricName"] for m in found] == ["mem_used_percent"], found
    print("telegraf: PutMetricData of mem_used_percent")
print(f"{len(agents)} passed, 0 failed")
