"""Who may do what in our own Redis: the least that works, so that a stolen password is not the whole server.

`desk` is for intake and workers, `writer` for the one writer. Neither can run a script of its own choosing,
wipe, configure or look at anything outside the two key spaces. What a script does counts as done by its
caller.
"""

from __future__ import annotations

# What RQ needs to queue, fetch, run, retry and recover jobs; what publishing and the status need besides.
_DESK = """
    ping auth client|setname client|info info select time
    watch unwatch multi exec discard
    get set del exists expire persist strlen type
    hset hget hgetall hmget hdel hlen hexists hincrby hincrbyfloat
    lpush rpush llen lrange lrem lmove blmove
    sadd srem smembers scard
    zadd zrem zrange zcard zscore zrangebyscore zremrangebyscore
    xlen xadd xinfo|stream
    evalsha
"""

# The writer alone loads scripts, reads and clears the stream, and moves the index on.
_WRITER = """
    script|load script|exists
    xread xdel xrange xrevrange xtrim
    hsetnx hscan unlink ltrim lindex rpop lpop rename incr
"""


def access_list(prefix: str, desk_password: str, writer_password: str) -> str:
    """The ACL file of a server that keeps our keys (`<prefix>*`) and RQ's: text, one user a line."""
    keys = f"~rq:* ~{prefix}:*"
    return (
        "user default off resetkeys resetchannels -@all\n"
        f"user desk on >{desk_password} {keys} resetchannels -@all {_allowed(_DESK)}\n"
        f"user writer on >{writer_password} {keys} resetchannels -@all {_allowed(_DESK + _WRITER)}\n"
    )


def _allowed(commands: str) -> str:
    return " ".join(f"+{command}" for command in commands.split())
