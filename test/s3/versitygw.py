"""Runs versitygw's single tests against unyo, each on an estate of its own, so that what one leaves behind fails no other.

full-flow is not used: it stops at the first bucket a failed test leaves, and tells nothing of the rest.
floor.txt has a line per family: name, tests that must pass, tests there are, and the reason where not all pass.
Buckets are cleared version by version (--versioning-enabled), since one with object lock has versions from its beginning.
Families that floor.txt names with «not run» are not S3 operations that unyo has, or test the other product itself.
"""
import collections, concurrent.futures, fnmatch, os, re, signal, subprocess, sys, tempfile, time

TOOL, UNYO, WANTED = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
HERE = os.path.dirname(os.path.abspath(__file__))
FLOOR, FAILING = os.path.join(HERE, "floor.txt"), os.path.join(HERE, "failing.txt")
SECONDS = 60  # per test; the slowest takes about 15
ACCOUNTS = ",".join("%012d" % n for n in range(1, 10))  # the users that tests make; see versitygw.sh
STAND_IN = """#!/bin/sh
case " $* " in *" create-user "*) exit 0 ;; esac
echo "XAdmin: versitygw's own admin command, which unyo has not: $*"
"""


def floor():
    """Family → (must pass, tests there are or None for «not run», reason)."""
    rows = {}
    for line in open(FLOOR):
        if line.strip() and not line.startswith("#"):
            name, passed, of, *reason = line.rstrip("\n").split(None, 3)
            rows[name] = (int(passed), None if of == "-" else int(of), reason[0] if reason else "")
    return rows


def reasons():
    """Test, or a pattern of tests → why it does not pass."""
    lines = [line.rstrip("\n").split(None, 1) for line in open(FAILING) if line.strip() and not line.startswith("#")]
    return {test: why for test, why in lines}


def names():
    """Every single test the tool has: its sub-commands with an underscore in their names."""
    text = subprocess.run([TOOL, "test", "--help"], capture_output=True, text=True, check=True).stdout
    return sorted(set(re.findall(r"^   (\w+_\w+) +Runs", text, re.M)))


def family(name):
    return name.split("_")[0]


def serve(folder):
    """A server over an empty folder, on a port of its own choosing, and its address once it answers."""
    log = open(os.path.join(folder, "log"), "w+")
    server = subprocess.Popen([UNYO, "serve", "-data", os.path.join(folder, "data"), "-listen", "127.0.0.1:0", "-accounts", ACCOUNTS], stdout=log, stderr=subprocess.STDOUT)
    for _ in range(200):
        with open(log.name) as said:
            if found := re.search(r"127\.0\.0\.1:[1-9]\d*", said.read()):
                return server, "http://" + found.group()
        time.sleep(0.05)
    server.kill()
    raise SystemExit("unyo does not start: " + open(log.name).read())


def run(name):
    """Whether the test passed, and what it said if not."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "versitygw"), "w") as stand_in:
            stand_in.write(STAND_IN)
        os.chmod(stand_in.name, 0o755)
        server, address = serve(folder)
        try:
            done = subprocess.run([TOOL, "test", "-a", "000000000000", "-s", "test", "-e", address, name, "--versioning-enabled"],
                                  capture_output=True, text=True, errors="replace", timeout=SECONDS, cwd=folder)
            said = done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            return name, False, "no answer in %d s" % SECONDS
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        passed = done.returncode == 0 and "PASS" in said and "FAIL" not in said and "panic" not in said
        cause = re.search(r"FAIL[^:]*: (.*)", said, re.S)
        return name, passed, " ".join((cause.group(1) if cause else said).split())[:300]


def main():
    rows, why = floor(), reasons()
    unexplained, stale = [], []
    def because(name):
        return why.get(name) or next((r for pattern, r in why.items() if fnmatch.fnmatchcase(name, pattern)), None)
    chosen = [n for n in names() if (n in WANTED or family(n) in WANTED) or not WANTED and rows.get(family(n), (0, 0))[1] is not None]
    tally = collections.defaultdict(lambda: [0, 0])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, passed, said in pool.map(run, chosen):
            tally[family(name)][0] += passed
            tally[family(name)][1] += 1
            if not passed:
                print("-", name, "|", said, "|", because(name) or "NO REASON IN failing.txt", flush=True)
                if not because(name):
                    unexplained.append(name)
            elif name in why:
                stale.append(name)
    fallen = []
    for name, (passed, of) in sorted(tally.items()):
        must = rows.get(name, (0, of, ""))[0]
        print("%-45s %3d of %3d%s" % (name, passed, of, "" if passed >= must else "  BELOW THE FLOOR of %d" % must))
        if passed < must:
            fallen.append(name)
    print("versitygw: %d of %d single tests" % tuple(map(sum, zip(*tally.values()))))
    if os.environ.get("FLOOR") == "write":
        for name, (passed, of) in tally.items():
            rows[name] = (passed, of, rows.get(name, (0, 0, ""))[2])
        head = [l for l in open(FLOOR) if l.startswith("#")]
        with open(FLOOR, "w") as f:
            f.writelines(head + ["%s\n" % ("%-45s %3d %3s  %s" % (n, p, "-" if of is None else of, why)).rstrip() for n, (p, of, why) in sorted(rows.items())])
    elif fallen and not [w for w in WANTED if "_" in w]:
        raise SystemExit("below the floor: " + ", ".join(fallen))
    if unexplained or stale:
        raise SystemExit("failing without a reason: %s\nfailing.txt names tests that pass: %s" % (", ".join(unexplained) or "none", ", ".join(stale) or "none"))


main()
