"""Train small networks by several losses, and compare their top-1 and top-5 accuracy.

``python examples/train_with_losses.py --plot losses.svg`` prints a table for each set of samples,
and takes about nine minutes on two cores. With ``--quick`` it takes seconds, and its figures mean
nothing.

The student is a network with one hidden layer of 32 units. It learns from labels; or half from
labels and half from a teacher, a random forest (its votes for a training sample are those of the
trees that did not see it) or a network with 512 hidden units. Each loss has the same budget: the
same first weights and order of batches, three learning rates, and as many batches. The rate and
the epoch are those with the best accuracy on the validation samples, top-1 and top-5 averaged.
How hard the made samples are was chosen on another seed.

From a clone it needs ``pip install '.[torch,sklearn,report]'``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import torch
from losses.data import Data, digits, families
from losses.shown import Outcome, draw, row, table
from losses.students import LOSSES, SIBLINGS, Budget, scores, taught, train

SEEDS = 5
SETS: dict[str, Callable[[int], Data]] = {"digits": digits, "200 classes": families}
FEW: dict[str, Callable[[int], Data]] = {
    "digits": digits,
    "12 classes": partial(families, groups=3, siblings=4),
}
LEAST = Budget(rates=(0.003,), batches=10, trees=40)


def outcomes(title: str, data: Data, seed: int, budget: Budget) -> dict[str, Outcome]:
    """Train the teachers, and a student by each loss."""
    torch.set_num_threads(1)  # each process has a core
    lesson, teachers = taught(data, budget, seed)
    labels = data.test.labels
    found = {name: Outcome(labels, by_teacher) for name, by_teacher in teachers.items()}
    for name, loss in LOSSES.items():
        if name == SIBLINGS and int(lesson.relevance.eq(1).sum()) == 0:
            continue  # each class is alone in its family
        start = time.monotonic()
        best = train(data, lesson, loss, budget, seed=seed)
        taken = f"{time.monotonic() - start:.0f} s"
        print(f"{title}, seed {seed}, {name}: {taken}", file=sys.stderr, flush=True)
        found[name] = Outcome(labels, scores(best.model, data.test).numpy(), best.rate)
    return found


def main() -> None:
    """Train on every set with every seed, print the tables, and draw the plot."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="take seconds; the figures mean nothing"
    )
    parser.add_argument("--plot", type=Path, help="where to write the plot, as SVG or PNG")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many processes")
    options = parser.parse_args()
    sets, seeds, budget = (FEW, 2, LEAST) if options.quick else (SETS, SEEDS, Budget())

    start = time.monotonic()
    by_set: dict[str, dict[int, dict[str, Outcome]]] = {title: {} for title in sets}
    spawned = multiprocessing.get_context("spawn")  # PyTorch does not survive a fork
    with ProcessPoolExecutor(options.jobs, mp_context=spawned) as pool:
        tasks = {
            pool.submit(outcomes, title, made(seed), seed, budget): (title, seed)
            for title, made in reversed(sets.items())  # the longest first
            for seed in range(seeds)
        }
        for done, task in enumerate(as_completed(tasks), 1):
            title, seed = tasks[task]
            by_set[title][seed] = task.result()
            taken = f"{time.monotonic() - start:.0f} s"
            print(f"[{done}/{len(tasks)}] after {taken}: {title}, seed {seed}", file=sys.stderr)

    found = {
        title: [row(name, [by_seed[seed][name] for seed in range(seeds)]) for name in by_seed[0]]
        for title, by_seed in by_set.items()
    }
    for title, rows in found.items():
        print(f"{table(title, rows)}\n")
    if options.plot:
        draw(found, options.plot)


if __name__ == "__main__":
    main()
