"""What people said and what models answered, on disk: the only SQL of the program.

One noun a file: its value (a frozen dataclass) and the methods that read and write it, reached through `Store`.
"""

from understudy.store.acts import Act, Change, Edit
from understudy.store.arrival import Arrival
from understudy.store.balances import Balance
from understudy.store.batches import Batch
from understudy.store.belongings import Thing
from understudy.store.completions import Completion
from understudy.store.conversations import Conversation, ConversationHit
from understudy.store.corrections import Correction, Lesson
from understudy.store.counts import Count, Telling
from understudy.store.departures import Departure
from understudy.store.erasure import Traces
from understudy.store.explorations import Exploration, Place
from understudy.store.exports import Export, ExportLine
from understudy.store.filters import Filter
from understudy.store.forms import Form, FormAuthor
from understudy.store.golden import Comparison, GoldenAnswer, GoldenSet
from understudy.store.imports import Import
from understudy.store.items import Cursor, Item, Page, Sort
from understudy.store.jobs import Checkpoint, Job, JobEvent, RemoteFile
from understudy.store.models import Model
from understudy.store.opinions import Opinion
from understudy.store.outbox import Entry
from understudy.store.people import Account
from understudy.store.preferences import Preference
from understudy.store.pushes import Push
from understudy.store.ratings import Rating
from understudy.store.recalls import Recall
from understudy.store.runs import Run
from understudy.store.signals import Signal
from understudy.store.store import Store
from understudy.store.turns import Turn
from understudy.store.understudies import EVERYONE, Understudy
from understudy.store.versions import Judgement, Verdict, Version
from understudy.store.views import View
from understudy.store.wordings import Method, Wording

__all__ = [
    "EVERYONE",
    "Account",
    "Act",
    "Arrival",
    "Balance",
    "Batch",
    "Change",
    "Checkpoint",
    "Comparison",
    "Completion",
    "Conversation",
    "ConversationHit",
    "Correction",
    "Count",
    "Cursor",
    "Departure",
    "Edit",
    "Entry",
    "Exploration",
    "Export",
    "ExportLine",
    "Filter",
    "Form",
    "FormAuthor",
    "GoldenAnswer",
    "GoldenSet",
    "Import",
    "Item",
    "Job",
    "JobEvent",
    "Judgement",
    "Lesson",
    "Method",
    "Model",
    "Opinion",
    "Page",
    "Place",
    "Preference",
    "Push",
    "Rating",
    "Recall",
    "RemoteFile",
    "Run",
    "Signal",
    "Sort",
    "Store",
    "Telling",
    "Thing",
    "Traces",
    "Turn",
    "Understudy",
    "Verdict",
    "Version",
    "View",
    "Wording",
]
