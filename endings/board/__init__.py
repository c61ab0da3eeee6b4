"""The departure board: every ending of a departure on one axis of eight weeks (face.md 7).

Pure: from what is known of each ending, today and the closed days to a frozen view with every percent,
date and word ready, so that the template holds no arithmetic, no date filter and no `{% url %}`.
"""

from endings.board.geometry import Axis, Line, Span, axis_of
from endings.board.lane import Fact, Group, Lane
from endings.board.view import BoardView, LaneView, board

__all__ = [
    "Axis",
    "BoardView",
    "Fact",
    "Group",
    "Lane",
    "LaneView",
    "Line",
    "Span",
    "axis_of",
    "board",
]
