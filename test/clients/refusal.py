"""What the clients expect to be refused."""
from botocore.exceptions import ClientError


def refused(code, call, **args):
    """Calls, which must fail with the code; returns the error as text."""
    try:
        call(**args)
    except ClientError as e:
        got = e.response["Error"]["Code"]
        assert got == code, f"{call.__name__}: {got} instead of {code}: {e}"
        return str(e)
    raise AssertionError(f"{call.__name__} was allowed; expected {code}")
