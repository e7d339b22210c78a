"""The whole service beside a plain one of Flask, marshmallow and durable_rules' `Host`, with wrk as the client."""

import re
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.batches import Record
from tests.benchmarks.batches import one_seller
from tests.benchmarks.files import Body, body
from tests.benchmarks.page import Row, Section
from tests.benchmarks.servers import peer, posted, standing
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import amount
from tests.serving import Served

WORKERS, CONNECTIONS = 2, 8
OWN, PLAIN = "**Standing**", "Flask + marshmallow + durable_rules `Host`"
TITLE = "Whole services"
PATHS = {OWN: "/v1/verdicts", PLAIN: "/"}
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
LATENCY = re.compile(r"^ +(50|99)% +([0-9.]+)(us|ms|s|m) *$", re.MULTILINE)
SCRIPT = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "{content_type}"
local file = io.open("{path}", "rb")
wrk.body = file:read("*a")
file:close()
"""
ABOUT = """\
The three hundred records of one seller ({size:.0f} kB of JSON) posted by `wrk` over {connections} connections to
{workers} workers each, under the same gunicorn settings; {turns} turns of {seconds} seconds each, medians. The plain
service ([peer/](peer/)) loads the body with marshmallow's own fields, counts eight of our figures in loops, and asks a
`Host` for the levels of four metrics and the seller's colour: the least a service of these three libraries could do.
Ours answers with everything. `wrk` takes a share of the same cores."""
NO_WRK = "Skipped: `wrk` is not on the path. On Debian and Ubuntu `apt-get install wrk` brings it."
SAME = "Both count the same and name the same levels for the four metrics."
DIFFER = "The two do **not** agree on the four metrics: a fault of one of us."
SLICES = {
    ("cancellation_rate", 7): "cancellation",
    ("late_shipment_rate", 10): "late_10",
    ("late_shipment_rate", 30): "late_30",
    ("refund_rate", 30): "refund",
}
WHY = """\
**The plain service is quicker.** It judges four metrics by eight figures and says nothing of why; ours judges every
metric of the marketplace, tells the records, the reason and the forecast of each, and lists deadlines and actions: much
of that is a fixed price per request, however few its records are."""
Levels = dict[str, tuple[int, int, str]]


class Told(NamedTuple):
    """What wrk says: requests a second, and seconds until half and nearly all were answered."""

    speed: float
    half: float
    nearly_all: float


def run(size: Size) -> Section:
    """Measures both services."""
    each = body(one_seller(), "json")
    about = ABOUT.format(
        size=len(each.content) / 1e3, connections=CONNECTIONS, workers=WORKERS, turns=size.wrk_turns,
        seconds=size.wrk_seconds,
    )  # fmt: skip
    columns = ("who", "requests a second", "of the plain one", "half within, ms", "99 % within, ms")
    wrk = shutil.which("wrk")
    if wrk is None:
        return Section(TITLE, about, columns, [], (NO_WRK,))
    with ExitStack() as servers:
        served = {
            OWN: servers.enter_context(standing(WORKERS)),
            PLAIN: servers.enter_context(peer("judges", WORKERS)),
        }
        agree = levels_of_ours(posted(served[OWN], each).json) == levels_of_plain(posted(served[PLAIN], each, "/").json)
        told = in_turns(wrk, served, each, size)
    rows = [row(name, told[name], told[PLAIN].speed) for name in served]
    notes = (SAME if agree else DIFFER, *([WHY] if told[OWN].speed < told[PLAIN].speed else []))
    return Section(TITLE, about, columns, rows, notes)


def in_turns(wrk: str, served: dict[str, Served], each: Body, size: Size) -> dict[str, Told]:
    """What wrk says of each server, medians."""
    turns: dict[str, list[Told]] = {name: [] for name in served}
    with TemporaryDirectory() as folder:
        script, content = Path(folder) / "post.lua", Path(folder) / "body"
        content.write_bytes(each.content)
        script.write_text(SCRIPT.format(content_type=each.content_type, path=content), encoding="utf-8")
        for _ in range(size.wrk_turns):
            for name, server in served.items():
                address = f"http://127.0.0.1:{server.port}{PATHS[name]}"
                turns[name].append(asked(wrk, script, address, size.wrk_seconds))
    return {name: Told(*map(median, zip(*told, strict=True))) for name, told in turns.items()}


def asked(wrk: str, script: Path, address: str, seconds: int) -> Told:
    """One run of wrk; an answer that is no success is an error."""
    command = [
        wrk,
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "--latency",
        "-s",
        str(script),
        address,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    within = {share: float(number) * SECONDS[unit] for share, number, unit in LATENCY.findall(said)}
    speed = re.search(r"Requests/sec: +([0-9.]+)", said)
    return Told(float(speed[1]) if speed else 0.0, within["50"], within["99"])


def levels_of_ours(answer: Record) -> Levels:
    """The four metrics as our answer has them; a slice without records is not told."""
    [verdict] = answer["verdicts"]
    slices = [(metric["metric"], told) for metric in verdict["metrics"] for told in metric["breakdown"] or [metric]]
    return {
        SLICES[name, told["window"]["days"]]: (told["counted"], told["total"], told["level"])
        for name, told in slices
        if (name, told["window"]["days"]) in SLICES and told["total"]
    }


def levels_of_plain(answer: Record) -> Levels:
    """The same as the plain service has them."""
    [verdict] = answer["verdicts"]
    return {
        name: (told["counted"], told["total"], told["level"])
        for name, told in verdict["metrics"].items()
        if told["total"]
    }


def row(name: str, told: Told, plain: float) -> Row:
    """The line of one service."""
    latencies = (amount(told.half * 1000), amount(told.nearly_all * 1000))
    return (name, amount(told.speed), amount(told.speed / plain), *latencies)
