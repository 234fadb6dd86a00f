"""Asks Athena and waits for the end."""

import time


def run(athena, sql, database):
    """The id of a statement that has ended, and what Athena says of its execution."""
    id = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": database}, ResultConfiguration={"OutputLocation": "s3://answers/"})["QueryExecutionId"]
    for _ in range(3600):
        e = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if e["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return id, e
        time.sleep(0.05)
    raise AssertionError(f"{id} has not ended")
