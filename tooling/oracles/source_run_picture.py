"""Takes runs of preset `source`, ours (run folders) and Keras's (files of keras_source_run.py), into docs/source-run/.

    python source_run_picture.py RUN_FOLDER... KERAS_FILE...

Each run becomes one JSON file, its losses as means of 75 steps; then all files of a quarter of the width become losses.svg, and
all files printed tables.
"""

import json
import math
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "source-run"
EVERY = 75
# The width that is compared; runs of another one have it in their name.
WIDTH = 0.25
# Left, top, right, bottom of the plot, and the whole picture.
BOX = (60, 20, 700, 330)
SIZE = (720, 380)
LOSSES = (0.01, 2.0)
NAMES = {"ours": "ours", "keras": "Keras"}
COLOURS = {"ours": "#0b6bcb", "keras": "#c2410c"}


def means(losses):
    return [round(statistics.fmean(losses[i : i + EVERY]), 5) for i in range(0, len(losses), EVERY)]


def our_run(folder):
    events = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    summary = json.loads((folder / "summary.json").read_text())
    config = json.loads((folder / "config.json").read_text())
    losses = {event["step"]: event["loss"] for event in events if event["type"] == "step"}
    steps = events[0]["totalSteps"]
    if sorted(losses) != list(range(1, steps + 1)):
        raise SystemExit(f"{folder}: expected the losses of {steps} steps, got {len(losses)}. Finish the run first.")
    return {
        "who": "ours",
        "command": f"googlenet train --preset source --width {config['model']['widthMultiplier']} --seed {summary['seed']}",
        "commit": summary["commit"],
        "engine": events[0]["engine"]["detail"],
        "width": config["model"]["widthMultiplier"],
        "seed": summary["seed"],
        "trainableParameters": events[0]["trainableParameters"],
        "seconds": round(summary["times"]["trainingMs"] / 1000),
        "testAccuracy": summary["testAccuracy"],
        "losses": means([losses[step] for step in range(1, steps + 1)]),
    }


def keras_run(file):
    run = json.loads(file.read_text())
    command = f"tooling/oracles/keras_source_run.py --width {run['width']} --seed {run['seed']}"
    kept = ("engine", "width", "seed", "trainableParameters", "seconds", "testAccuracy")
    return {"who": "keras", "command": command, **{key: run[key] for key in kept}, "losses": means(run["losses"])}


def place(index, count, loss):
    left, top, right, bottom = BOX
    low, high = (math.log(bound) for bound in LOSSES)
    share = (math.log(min(max(loss, LOSSES[0]), LOSSES[1])) - low) / (high - low)
    return left + (right - left) * (index + 0.5) / count, bottom - (bottom - top) * share


def picture(runs):
    left, top, right, bottom = BOX
    width, height = SIZE
    longest = max(len(run["losses"]) for run in runs)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for loss in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2):
        y = place(0, 1, loss)[1]
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="#e4e4e7"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#3f3f46">{loss:g}</text>')
    for epoch in range(6):
        x = left + (right - left) * epoch / 5
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" fill="#3f3f46">{epoch}</text>')
    for run in runs:
        points = " ".join(
            "{:.1f},{:.1f}".format(*place(i, longest, loss)) for i, loss in enumerate(run["losses"])
        )
        colour = COLOURS[run["who"]]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-opacity="0.75"/>')
    parts.append(f'<text x="{(left + right) / 2}" y="{height - 8}" text-anchor="middle" fill="#18181b">epochs</text>')
    for row, (who, name) in enumerate((("ours", "GoogLeNet in TypeScript"), ("keras", "Keras"))):
        y = top + 16 + 18 * row
        parts.append(f'<path d="M{right - 190} {y - 4}h24" stroke="{COLOURS[who]}" stroke-width="2"/>')
        parts.append(f'<text x="{right - 160}" y="{y}" fill="#18181b">{name}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def table(runs):
    lines = ["| run | width | seed | loss of the last 75 steps | test accuracy | engine |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | --- |")
    for run in runs:
        lines.append(
            f"| {NAMES[run['who']]} | {run['width']:g} | {run['seed']} | {run['losses'][-1]:.4f} | {100 * run['testAccuracy']:.2f} % | {run['engine']} |"
        )
    return "\n".join(lines) + "\n"


def by_epoch(runs, epochs=5):
    """The mean loss of each epoch: of all runs of a program, and between which of its runs."""
    lines = ["| mean loss of epoch | " + " | ".join(str(epoch + 1) for epoch in range(epochs)) + " |"]
    lines.append("| --- |" + " ---: |" * epochs)
    for who, name in NAMES.items():
        losses = [run["losses"] for run in runs if run["who"] == who]
        cells = []
        for epoch in range(epochs):
            means_of_runs = [
                statistics.fmean(run[len(run) * epoch // epochs : len(run) * (epoch + 1) // epochs]) for run in losses
            ]
            cells.append(f"{statistics.fmean(means_of_runs):.4f} ({min(means_of_runs):.4f} to {max(means_of_runs):.4f})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def save(name, text):
    (HERE / f"{name}.part").write_text(text)
    (HERE / f"{name}.part").replace(HERE / name)


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    for path in map(pathlib.Path, sys.argv[1:]):
        run = our_run(path) if path.is_dir() else keras_run(path)
        width = "" if run["width"] == WIDTH else f"-width{run['width']:g}"
        save(f"{run['who']}{width}-seed{run['seed']}.json", json.dumps(run) + "\n")
    runs = [json.loads(file.read_text()) for file in sorted(HERE.glob("*-seed*.json"), reverse=True)]
    compared = [run for run in runs if run["width"] == WIDTH]
    save("losses.svg", picture(compared))
    print(table(runs))
    print(by_epoch(compared))


if __name__ == "__main__":
    main()
