"""Every task a person or CI runs: ``python -m nox``, or ``python -m nox -s NAME``.

``quick`` is for the loop while you work; the default sessions are the proof; ``exhaustive`` adds
every law at full strength and the oldest versions. A table at the end says what each took.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True
nox.options.sessions = [
    *("lint", "environment", "types", "tests", "laws", "verify", "package"),
]

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
GROUPS = PROJECT["dependency-groups"]
EXAMPLE = str(ROOT / "examples" / "digits_forest.npz")

# The versions that tests run on; pyproject.toml keeps the lower bounds that users need.
os.environ.setdefault("PIP_CONSTRAINT", str(ROOT / ".ci" / "constraints.txt"))

# pip would compile all modules of the frameworks, and tests import less than half of them. So the
# first process that imports a module compiles it, and must be free to keep what it made.
NOT_COMPILED = "--no-compile"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The environment that most sessions share has every framework; each framework's tests still run
# in processes of their own.
SHARED = ROOT / ".nox" / "environment"
PYTHON = str(SHARED / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
TOOLS = sorted({each for group in GROUPS.values() for each in group})
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TORCHINDUCTOR_COMPILE_THREADS": "1"}

KERAS = ["adapters/accord_keras", "tests/adapters/keras"]
ON_NUMPY = f"{KERAS[1]}/test_processes.py::test_a_model_is_evaluated_on_keras_numpy_backend_too"
RECOUNTED = (
    f"{KERAS[1]}/test_fit.py::test_validation_counts_are_those_of_predict_in_every_framework"
)

# Tests which choose a backend, or a framework, of their own: one backend of Keras runs them. The
# session "long" counts in every framework what a model predicts on every backend.
ONCE = [
    "--ignore=tests/adapters/keras/test_backends.py",
    f"--deselect={RECOUNTED}",
    f"--deselect={ON_NUMPY}",
]

# The parts of the tests: where they are, and what a framework reads from the environment.
TESTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "core": (
        [
            *("core", "adapters/accord_numpy", "tests/core", "tests/adapters/numpy"),
            *("tests/benchmarks", "tests/conformance/test_laws_can_fail.py"),
            *("tests/conformance/test_reproduce.py", "tests/conformance/test_strength.py"),
        ],
        {},
    ),
    "torch": (["adapters/accord_torch", "tests/adapters/torch"], {}),
    "jax": (["adapters/accord_jax", "tests/adapters/jax"], {}),
    "tensorflow": (
        ["adapters/accord_tensorflow", "tests/adapters/tensorflow", *KERAS],
        {"KERAS_BACKEND": "tensorflow"},
    ),
    "keras-jax": ([*KERAS, *ONCE], {"KERAS_BACKEND": "jax"}),
    "keras-torch": ([*KERAS, *ONCE], {"KERAS_BACKEND": "torch"}),
}

EIGHT = {"JAX_NUM_CPU_DEVICES": "8"}

# What the laws are tried on: the choice of pytest's plugin, what an environment of its own needs,
# and the settings, by name, that a framework reads from the environment.
LAWS: dict[str, tuple[str, list[str], dict[str, dict[str, str]]]] = {
    "numpy": ("--adapter=numpy", ["accord[conformance,fast]"], {"": {}}),
    "array-api-strict": (
        "--namespace=array_api_strict",
        ["accord[conformance]", "array-api-strict"],
        {"": {}},
    ),
    "torch": ("--adapter=torch", ["accord[torch,conformance,fast]"], {"": {}}),
    "jax": (
        "--adapter=jax",
        ["accord[jax,conformance,fast]"],
        {
            "": {**EIGHT, "JAX_ENABLE_X64": "0"},
            "with x64": {**EIGHT, "JAX_ENABLE_X64": "1"},
        },
    ),
    "tensorflow": ("--adapter=tensorflow", ["accord[tensorflow,conformance,fast]"], {"": {}}),
}

IN_PARALLEL = ("-n", "logical", "--dist", "worksteal")

shared = functools.partial(nox.session, venv_backend="none", requires=["environment"])


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    with timed("lint"):
        session.install(*GROUPS["lint"])
        session.run("ruff", "check", *session.posargs)
        session.run("ruff", "format", "--check")


@nox.session
def environment(session: nox.Session) -> None:
    """Install accord, every framework and every test tool, for the sessions that share them.

    Nothing is done where the environment was made from the same requirements.
    """
    made_from = (ROOT / "pyproject.toml").read_bytes() + (ROOT / ".ci/constraints.txt").read_bytes()
    stamp, wanted = SHARED / "made-from", hashlib.sha256(made_from).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with timed("environment"):
        session.install(NOT_COMPILED, "-e", ".[all]", *TOOLS)
        stamp.write_text(wanted)


@shared()
def types(session: nox.Session) -> None:
    """Check types."""
    with timed("types"):
        session.run(PYTHON, "-m", "mypy", *session.posargs, external=True)


@shared()
@nox.parametrize("part", [nox.param(part, id=part) for part in TESTS])
def tests(session: nox.Session, part: str) -> None:
    """Run the unit tests and doctests of one part."""
    paths, env = TESTS[part]
    pytest(session, f"tests({part})", *(session.posargs or paths), env=env)


@shared()
@nox.parametrize("framework", [nox.param(name, id=name) for name in LAWS])
def laws(session: nox.Session, framework: str) -> None:
    """Try every law on one framework; one of each rule in slow modes.

    In further settings, one of each rule is tried, eager and compiled.
    """
    choice, _, settings = LAWS[framework]
    for setting, env in settings.items():
        name = f"laws({framework}) {setting}".rstrip()
        some = ("--laws=brief", "-k", "not vmapped and not sharded") if setting else ()
        words = ("--pyargs", "accord_conformance", choice, *some, *session.posargs)
        pytest(session, name, *words, env=env)


@shared()
def verify(session: nox.Session) -> None:
    """Test the verification, by its command too, on every framework and library."""
    paths = session.posargs or ("adapters/accord_peers", "tests/verification")
    pytest(session, "verify", *paths)


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist, and use the wheel in a bare environment as a user would."""
    with timed("package"):
        install_wheel(session, "accord[cli,report]")
        with session.chdir(session.create_tmp()):  # so that the wheel is imported, not this folder
            session.run("accord", "--version")
            session.run("accord", "score", EXAMPLE, "-k", "1,3,5")
            session.run("accord", "score", EXAMPLE, "-k", "1,3,5", "--json")
            session.run("accord", "score", EXAMPLE, "--html", "page.html")


@shared(default=False)
def quick(session: nox.Session) -> None:
    """Run the core's tests, and one law of each rule on each framework: for while you work."""
    paths = session.posargs or ["core", "tests/core", "--ignore=core/accord/verification"]
    pytest(session, "tests(core), quick ones", "-m", "not slow and not exhaustive", *paths)
    pytest(session, "laws, quick ones", "--laws=quick", "tests/conformance/test_conformance.py")


@nox.session(
    venv_backend="none",
    default=False,
    requires=["bounds", "long", *(f"full({name})" for name in LAWS)],
)
def exhaustive(session: nox.Session) -> None:
    """Run all that the proof leaves out, which is all that this session requires."""


@nox.session(default=False)
def bounds(session: nox.Session) -> None:
    """Test on the oldest versions that pyproject.toml admits."""
    extras = ("cli", "fast", "conformance", "jax", "keras", "report")
    oldest = Path(session.create_tmp()) / "oldest.txt"
    oldest.write_text("\n".join(lower_bounds(extras)))
    with timed("bounds, installed"):
        asked = (f".[{','.join(extras)}]", *GROUPS["test"], *GROUPS["prove"])
        session.install(NOT_COMPILED, "-e", *asked, "-c", str(oldest))
    # Old libraries warn about new ones, which we can't change.
    run = functools.partial(
        pytest, session, python=python_of(session), env={"KERAS_BACKEND": "jax", **EIGHT}
    )
    run("bounds", "-W", "default", "tests/core", "tests/adapters/numpy", "tests/adapters/keras")
    for name in ("numpy", "jax"):
        words = ("-W", "default", "--pyargs", "accord_conformance", LAWS[name][0], "--laws=brief")
        run(f"bounds, laws({name})", *words)


@shared(default=False)
def long(session: nox.Session) -> None:
    """Run the tests that take too long for the proof."""
    paths = session.posargs or ["tests/core", "tests/verification"]
    pytest(session, "long", "-m", "exhaustive", *paths)
    for backend in ("jax", "torch"):
        pytest(session, f"long, keras-{backend}", RECOUNTED, env={"KERAS_BACKEND": backend})


@nox.session(default=False)
@nox.parametrize("framework", [nox.param(name, id=name) for name in LAWS])
def full(session: nox.Session, framework: str) -> None:
    """Try every law in every mode at full strength, from the wheel, alone in its environment.

    That is for the first setting of a framework; others are tried at the usual strength.
    """
    choice, (accord, *others), settings = LAWS[framework]
    with timed(f"full({framework}), installed"):
        install_wheel(session, accord, *others, *GROUPS["prove"])
    python = python_of(session)
    for setting, env in settings.items():
        name = f"full({framework}) {setting}".rstrip()
        strength = "usual" if setting else "exhaustive"
        words = ("--pyargs", "accord_conformance", choice, f"--laws={strength}", *session.posargs)
        with session.chdir(session.create_tmp()):  # so that the wheel is imported, not this folder
            pytest(session, name, *words, python=python, env=env)


@shared(default=False)
def bench(session: nox.Session) -> None:
    """Measure every bar beside the peers, and print one table; ``--json FILE`` keeps all figures."""
    session.run(PYTHON, "benchmarks/bars.py", *session.posargs, external=True)


# How sessions run and what the table at the end says.

Row = tuple[str, float, Counter[str], Counter[str]]  # name, seconds, outcomes, reasons for skips
ROWS: list[Row] = []
BUILT: list[str] = []  # the wheel of this run


def python_of(session: nox.Session) -> str:
    """Return the interpreter of a session's own environment."""
    return str(Path(session.bin) / "python")


@contextlib.contextmanager
def timed(name: str) -> Iterator[None]:
    """Add what a step takes to the table, also where it fails."""
    began = time.monotonic()
    try:
        yield
    finally:
        ROWS.append((name, time.monotonic() - began, Counter(), Counter()))


def pytest(
    session: nox.Session,
    name: str,
    *words: str,
    env: Mapping[str, str] | None = None,
    python: str = PYTHON,
) -> None:
    """Run tests on all cores, and add their numbers to the table."""
    began = time.monotonic()
    report = Path(session.create_tmp()) / "report.xml"
    report.unlink(missing_ok=True)
    command = (python, "-m", "pytest", *IN_PARALLEL, "-q", f"--junitxml={report}", *words)
    try:
        session.run(*command, env={**QUIET, **(env or {})}, external=True)
    finally:
        outcomes, reasons = Counter[str](), Counter[str]()
        for case in ET.parse(report).iter("testcase") if report.exists() else ():  # noqa: S314  # pytest's own
            kinds = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
            outcomes[kinds[0] if kinds else "passed"] += 1
            reasons.update(skip.get("message", "") for skip in case.iter("skipped"))
        ROWS.append((name, time.monotonic() - began, outcomes, reasons))


def wheel_of(session: nox.Session) -> str:
    """Build the sdist, and from it the wheel, once; return the wheel's address for pip."""
    if not BUILT:
        folder = Path(session.cache_dir) / "dist"
        shutil.rmtree(folder, ignore_errors=True)
        session.install("build")
        session.run("python", "-m", "build", "--outdir", str(folder), silent=True)
        BUILT.append(next(folder.resolve().glob("*.whl")).as_uri())
    return BUILT[0]


def install_wheel(session: nox.Session, accord: str, *others: str) -> None:
    """Install the wheel, in place of one that was built before, with extras and other packages."""
    wheel = wheel_of(session)
    session.install("--force-reinstall", "--no-deps", wheel)
    session.install(NOT_COMPILED, f"{accord} @ {wheel}", *others)


def lower_bounds(extras: Iterable[str]) -> Iterator[str]:
    """Yield each requirement of accord and some extras at the oldest version it admits."""
    optional = PROJECT["project"]["optional-dependencies"]
    asked = [
        *PROJECT["project"]["dependencies"],
        *(each for extra in extras for each in optional[extra]),
    ]
    for requirement in asked:
        name, _, version = requirement.partition(">=")
        yield f"{name}=={version}"


@atexit.register
def show_table() -> None:
    """Print what each step took, and which tests it passed, failed and skipped."""
    if not ROWS:
        return
    width = max(len(name) for name, *_ in ROWS)
    print(f"\n{'':{width}}  {'time':>7}  {'passed':>6}  {'failed':>6}  {'skipped':>7}")
    for name, seconds, found, _ in ROWS:
        failed = found["failure"] + found["error"]
        spent = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        counts = (found["passed"], failed, found["skipped"]) if found else ("", "", "")
        print(f"{name:{width}}  {spent:>7}  {counts[0]:>6}  {counts[1]:>6}  {counts[2]:>7}")
    reasons: Counter[str] = sum((each for *_, each in ROWS), Counter())
    total = sum(seconds for _, seconds, *_ in ROWS)
    print(f"{'all':{width}}  {int(total) // 60:4}:{int(total) % 60:02}")
    for reason, times in sorted(reasons.items()):
        print(f"skipped {times} x: {reason}")
