"""The conformance laws of accord: proof that an adapter computes what the rules say.

Three doors to the same laws: the test suite of accord; ``pytest --pyargs accord_conformance
--adapter NAME`` wherever accord is installed; and `parametrize` in an adapter's own test file.
"""

from accord_conformance import measure_laws, ranking_laws, refusal_laws
from accord_conformance.doors import parametrize
from accord_conformance.law import LAWS, Law
from accord_conformance.subject import Subject

LAWS.sort(key=lambda one: int(one.rule.split()[0].removeprefix("R")))

__all__ = [
    "LAWS",
    "Law",
    "Subject",
    "measure_laws",
    "parametrize",
    "ranking_laws",
    "refusal_laws",
]
