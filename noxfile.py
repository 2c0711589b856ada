"""Every task a person or CI runs: ``python -m nox``, or ``python -m nox -s NAME``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["lint", "types", "tests", "conformance", "verify", "package"]

ROOT = Path(__file__).parent
GROUPS = nox.project.load_toml(ROOT / "pyproject.toml")["dependency-groups"]

# The versions that tests run on; pyproject.toml keeps the lower bounds that users need.
os.environ.setdefault("PIP_CONSTRAINT", str(ROOT / ".ci" / "constraints.txt"))

# What is tested, each part in an environment with no more frameworks than it needs: what to
# install, the dependency group on top of it, and where its tests are.
TESTS = {
    "core": (
        ".[cli,conformance,fast]",
        "test",
        [
            *("core", "adapters/accord_numpy", "tests/core", "tests/adapters/numpy"),
            "tests/benchmarks",
            "tests/conformance/test_laws_can_fail.py",
        ],
    ),
    "torch": (
        ".[torch,conformance,fast]",
        "test-torch",
        ["adapters/accord_torch", "tests/adapters/torch"],
    ),
    "jax": (
        ".[flax,conformance,fast]",
        "test-jax",
        ["adapters/accord_jax", "tests/adapters/jax"],
    ),
}

# Keras' metrics are tried on each of its backends, alone with it.
KERAS = ["adapters/accord_keras", "tests/adapters/keras"]
TESTS |= {
    "tensorflow": (
        ".[tensorflow,conformance,fast]",
        "test-keras",
        ["adapters/accord_tensorflow", "tests/adapters/tensorflow", *KERAS],
    ),
    "keras-jax": (".[jax,conformance,fast]", "test-keras", KERAS),
    "keras-torch": (".[torch,conformance,fast]", "test-keras", KERAS),
}

# What is proved from an installed wheel, alone in its environment: what to install, and how the
# laws find it.
PROVED = {
    "numpy": ([".[conformance,fast]"], "--adapter=numpy"),
    "tensorflow": ([".[tensorflow,conformance,fast]"], "--adapter=tensorflow"),
    "array-api-strict": ([".[conformance]", "array-api-strict"], "--namespace=array_api_strict"),
    "torch": ([".[torch,conformance,fast]"], "--adapter=torch"),
    "jax": ([".[jax,conformance,fast]"], "--adapter=jax"),
}

# Settings that a framework reads from the environment, where the laws are to hold in each.
SETTINGS: dict[str, list[dict[str, str]]] = {
    "jax": [
        {"JAX_NUM_CPU_DEVICES": "8", "JAX_ENABLE_X64": "0"},
        {"JAX_NUM_CPU_DEVICES": "8", "JAX_ENABLE_X64": "1"},
    ],
}


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install(*GROUPS["lint"])
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install("-e", ".[all]", *GROUPS["types"])
    session.run("mypy", *session.posargs)


@nox.session
@nox.parametrize("part", [nox.param(part, id=part) for part in TESTS])
def tests(session: nox.Session, part: str) -> None:
    """Run the unit tests and doctests of one part."""
    package, group, paths = TESTS[part]
    session.install("-e", package, *GROUPS[group])
    session.run("pytest", *(session.posargs or paths))


@nox.session
@nox.parametrize("framework", [nox.param(name, id=name) for name in PROVED])
def conformance(session: nox.Session, framework: str) -> None:
    """Prove one framework, alone in its environment, from the built wheel."""
    packages, choice = PROVED[framework]
    session.install(*packages, *GROUPS["prove"])
    with session.chdir(session.create_tmp()):  # so that the wheel is imported, not this folder
        for env in SETTINGS.get(framework, [{}]):
            laws = ("--pyargs", "accord_conformance", choice, "-n", "2", *session.posargs)
            session.run("pytest", *laws, env=env)


@nox.session
def verify(session: nox.Session) -> None:
    """Verify the example, and scores full of ties, NaN and infinities, on every framework."""
    session.install("-e", ".[all]", *GROUPS["peers"])
    made = Path(session.create_tmp()) / "ties.npz"
    session.run("python", "examples/tie_rich.py", str(made))
    session.run("accord", "verify", "examples/digits_forest.npz", "-k", "1,3,5")
    for ties in ("first", "expected"):
        session.run("accord", "verify", str(made), "-k", "1,3,5", "--ties", ties)
    session.run("accord", "explain", "examples/digits_forest.npz", "-k", "1,5")
    session.run("pytest", "adapters/accord_peers", "tests/verification", *session.posargs)


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist, and use the wheel in a bare environment as a user would."""
    session.install("build")
    with tempfile.TemporaryDirectory() as dist:
        session.run("python", "-m", "build", "--outdir", dist, silent=True)
        wheel = next(Path(dist).glob("*.whl"))
        session.install("--force-reinstall", f"accord[cli] @ {wheel.as_uri()}")
    example = ROOT / "examples" / "digits_forest.npz"
    with session.chdir(session.create_tmp()):
        session.run("accord", "--version")
        session.run("accord", "score", str(example), "-k", "1,3,5")
        session.run("accord", "score", str(example), "-k", "1,3,5", "--json")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure every bar beside the peers, and print one table; ``--json FILE`` keeps all figures."""
    session.install("-e", ".[all]", *GROUPS["bench"])
    session.run("python", "benchmarks/bars.py", *session.posargs)
