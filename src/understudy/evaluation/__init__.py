"""What was learned and what was broken, by real decoding; and the gate that decides (design, decision 9)."""

from understudy.evaluation.decoding import Decoding
from understudy.evaluation.exam import Sizes
from understudy.evaluation.gate import Decision, Line, Rule, as_record, decide
from understudy.evaluation.judging import CANDIDATE, evaluate
from understudy.evaluation.metric import Metric
from understudy.evaluation.report import Change, Report

__all__ = [
    "CANDIDATE",
    "Change",
    "Decision",
    "Decoding",
    "Line",
    "Metric",
    "Report",
    "Rule",
    "Sizes",
    "as_record",
    "decide",
    "evaluate",
]
