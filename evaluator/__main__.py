"""`python -m evaluator STATION.toml`: evaluators of windows, until a signal ends it."""

import sys

from evaluator.role import hosted
from hall.station.start import main

if __name__ == "__main__":
    sys.exit(main("evaluator", "Evaluators of windows: pads with keys, pads with a screen, or both.", hosted))
