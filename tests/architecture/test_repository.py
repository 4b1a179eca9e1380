"""What may be published: no place of one machine, no registry, no key."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Spelled in pieces, so that this file may be looked at too.
MACHINE_PATHS = [f"/{top}/" for top in ("work", "root", "opt")]
REGISTRY_HOSTS = [
    ".".join(parts) for parts in (("pypi", "org"), ("python" + "hosted", "org"), ("pypa", "io"))
]
PRIVATE_KEY = "-----BEGIN" + r"( [A-Z0-9]+)* PRIVATE" + r" KEY-----\\?[\r\n]"

FORBIDDEN = {
    # A path, not the middle of a URL: nothing that is part of a word stands before it.
    "machine path": re.compile(r"(?<![\w.~$})-])(" + "|".join(map(re.escape, MACHINE_PATHS)) + r")[\w.]"),
    "registry host": re.compile("|".join(map(re.escape, REGISTRY_HOSTS))),
    "private key": re.compile(PRIVATE_KEY),
    "index option": re.compile(r"^--(extra-)?index-url|^--find-links|^--trusted-host", re.MULTILINE),
}


def published() -> list[Path]:
    """List what git knows or would add; outside a checkout, all but environments and caches."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if git.returncode == 0:
        names = git.stdout.decode().split("\0")
        return sorted(path for text in names if text and (path := ROOT / text).is_file())
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(
            part.startswith(".venv") or part.endswith("cache") for part in path.relative_to(ROOT).parts
        )
    )


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_file_tells_of_a_machine_or_carries_a_secret(kind: str) -> None:
    found = []
    for path in published():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]!r}" for match in FORBIDDEN[kind].finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("machine path", 'ROOT = "' + MACHINE_PATHS[0] + 'main"'),
        ("machine path", "file://" + MACHINE_PATHS[2] + "wheels"),
        ("registry host", "https://" + REGISTRY_HOSTS[0] + "/simple"),
        ("private key", "-----BEGIN RSA PRIVATE" + " KEY-----\nMII"),
        ("index option", "click==1\n--index" + "-url x"),
    ],
)
def test_the_search_finds_what_it_looks_for(kind: str, text: str) -> None:
    assert FORBIDDEN[kind].search(text)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_every_locked_release_is_pinned_and_hashed(lock: str) -> None:
    releases = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text().strip())
    assert releases
    for release in releases:
        assert re.match(r"[a-z0-9-]+==\S+", release), release
        assert "--hash=sha256:" in release, release


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9-]+==[^\s\\]+", (ROOT / lock).read_text(), re.MULTILINE))


def test_what_is_locked_for_running_is_what_is_tested() -> None:
    # But for what ccxt holds back, see the Makefile; what is not held back any more has to go from there.
    held_back = re.search(r"^HELD_BACK := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert held_back is not None
    running = pins("requirements.lock")
    assert running
    assert {pin.partition("==")[0] for pin in running - pins("requirements-dev.lock")} == set(
        held_back[1].split()
    )


def test_what_is_measured_is_what_runs() -> None:
    # The yardstick pins dependencies of its own, so only the libraries of the feed must agree.
    feed = {pin for pin in pins("requirements.lock") if pin.startswith(("msgspec=", "websockets="))}
    assert len(feed) == 2
    assert feed <= pins("requirements-bench.lock")
