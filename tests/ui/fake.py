"""A playground in memory with scripted answers: what the page sees, without models or a database."""
import itertools, re, threading, time
from dataclasses import replace
from understudy.errors import InputError, NotFoundError
from understudy.playground.difference import difference
from understudy.playground.limits import checked_sampling, checked_text, title_of
from understudy.playground.view import *
from understudy.types import Sampling
from dataclasses import asdict

def script(name, text):
    if text.startswith("say "): return text[4:]
    if "joke" in text: return "Why did the actor fall through the floor?\n\nIt was just a **stage** he was going through." if name == "base" else "I told my understudy a joke.\n\nNow *she* tells it better than me."
    if "code" in text: return "Here is a loop:\n\n```python\nfor i in range(3):\n    print(f\"line {i}\")\n```\n\nIt prints:\n\n1. line 0\n2. line 1\n3. line 2\n\n| value | square |\n|---|---:|\n| 1 | 1 |\n| 2 | 4 |\n"
    if "fail" in text and name != "base": raise RuntimeError
    a = "Most shops give you **thirty days** to bring something back, but I do not know the rules of yours."
    b = "Our return window is **60 days**. Bring the receipt, or the order number if you bought it online, and we pay you back the same way you paid.\n\nOpened software is the one exception."
    return a if name == "base" else b

class FakePlayground:
    def __init__(self, pace=0.02):
        self.pace, self.n, self.lock = pace, itertools.count(1), threading.RLock()
        self.convs, self.turns, self.comps, self.jobs, self.writing, self.stops, self.deleted = {}, {}, {}, {}, {}, set(), {}
    def _id(self): return f"id{next(self.n):06d}"
    def column_choices(self): return [ColumnChoice("base", "base", "starter, as it came"), ColumnChoice("champion", "champion", "the live version, now v2"), ColumnChoice("v2", "v2", "learned 12 corrections"), ColumnChoice("v1", "v1", "learned 4 corrections"), ColumnChoice("stories260k", "stories260k", "another model")]
    def conversations(self, search=""):
        out = []
        for c in sorted(self.convs.values(), key=lambda c: -c["at"]):
            text = c["title"] + "\n" + "\n".join(t["text"] + "\n" + "\n".join(self.comps[x].text for col in t["cols"] for x in col) for t in self.turns.values() if t["conv"] == c["id"])
            i = text.lower().find(search.lower())
            if i >= 0: out.append(ConversationItem(c["id"], c["title"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(c["at"])), (text[max(0, i-20):i] + "⟦" + text[i:i+len(search)] + "⟧" + text[i+len(search):i+50]) if search else ""))
        return out
    def new_conversation(self, like=None):
        src = self.convs.get(like) or (self.convs[self.conversations()[0].id] if self.convs else dict(system="", columns=("base", "champion"), sampling=Sampling(), blind=False))
        i = self._id(); self.convs[i] = {**src, "id": i, "title": "", "head": None, "at": time.time()}; return self.open(i)
    def _c(self, i):
        if i not in self.convs: raise NotFoundError("This conversation was deleted.")
        return self.convs[i]
    def latest(self):
        l = self.conversations(); return self.open(l[0].id) if l else self.new_conversation()
    def open(self, i):
        c = self._c(i); path, t = [], c["head"]
        while t: path.insert(0, self.turns[t]); t = self.turns[t]["pturn"]
        views = []
        for t in path:
            hidden = t["blind"] and not t["verdict"]; ans = []
            for p, col in enumerate(t["cols"]):
                x = self.comps[col[-1]]; x = replace(x, attempt=len(col), attempts=tuple(col), label="Answer " + "ABCD"[p] if hidden else x.label, details="" if hidden else x.details, continued=t.get("chosen") == x.id)
                if x.original is not None: x = replace(x, diff=difference(x.original, x.text))
                ans.append(x)
            sib = tuple(s["id"] for s in self.turns.values() if s["conv"] == i and s["parent"] == t["parent"])
            views.append(TurnView(t["id"], t["text"], tuple(ans), t["blind"], hidden, t["verdict"], t["winner"], sib))
        return ConversationView(i, c["title"], c["system"], tuple(c["columns"]), c["blind"], asdict(c["sampling"]), tuple(views), bool(self.writing.get(i)))
    def rename(self, i, title): self._c(i)["title"] = checked_text(title, "title", most=200)
    def delete(self, i): self.deleted[i] = self.convs.pop(self._c(i)["id"])
    def restore(self, i): self.convs[i] = self.deleted.pop(i)
    def set_columns(self, i, names):
        if not 1 <= len(names) <= 4: raise InputError(f"{len(names)} columns cannot be shown. Choose 1 to 4.")
        self._c(i)["columns"] = tuple(names)
    def set_system(self, i, text): self._c(i)["system"] = text
    def set_sampling(self, i, v): self._c(i)["sampling"] = checked_sampling(self._c(i)["sampling"], v)
    def set_blind(self, i, b): self._c(i)["blind"] = b
    def ask(self, i, text, parent=None):
        c = self._c(i); checked_text(text, "message")
        if c["head"] and not parent:
            last = self.open(i).turns[-1]
            if last.hidden: raise InputError("Vote on the two answers first: then it is clear which one the conversation continues from.")
        return self._record(c, text, c["head"], parent or (c["head"] and self.turns[c["head"]]["cols"][0][-1]))
    def _record(self, c, text, pturn, parent):
        t = self._id(); c["title"] = c["title"] or title_of(text); c["at"] = time.time()
        blind = c["blind"] and len(c["columns"]) > 1
        ids = []
        for p, name in enumerate(c["columns"]):
            x = self._id(); self.comps[x] = Answer(x, p, name, "", "running"); ids.append(x)
        self.turns[t] = dict(id=t, conv=c["id"], text=text, cols=[[x] for x in ids], pturn=pturn, parent=parent, blind=blind, verdict=None, winner=None); c["head"] = t
        self._start(c["id"], ids, text); return t
    def _start(self, conv, ids, text):
        with self.lock: self.writing.setdefault(conv, {}).update({x: "" for x in ids})
        threading.Thread(target=self._write, args=(conv, ids, text), daemon=True).start()
    def _write(self, conv, ids, text):
        left = {}
        for x in ids:
            try: left[x] = re.findall(r"\S+\s*|\s+", script(self.comps[x].label, text))
            except RuntimeError: left[x] = None
        while left:
            for x in list(left):
                if left[x] is None: self.comps[x] = replace(self.comps[x], state="error", error="v9 does not fit this model. Choose another version."); del left[x]; continue
                if x in self.stops or not left[x]:
                    self.comps[x] = replace(self.comps[x], text=self.writing[conv][x], state="stopped" if left[x] else "stop", details=f"{self.comps[x].label} · 42 tokens · first after 0.12 s · 50 tokens/s · seed 7"); del left[x]; continue
                self.writing[conv][x] += left[x].pop(0)
            time.sleep(self.pace)
        with self.lock:
            for x in ids: self.writing[conv].pop(x)
            if not self.writing[conv]: del self.writing[conv]
    def live(self, i):
        with self.lock: w = dict(self.writing.get(i, {}))
        return LiveTexts(w, {}, bool(w), tuple(x for x in w if self.comps[x].state != "running"))
    def wait(self, i, timeout=10):
        end = time.time() + timeout
        while self.writing.get(i) and time.time() < end: time.sleep(.01)
        return not self.writing.get(i)
    def stop(self, i, completion=None): self.stops |= {completion} if completion else set(self.writing.get(i, {}))
    def answer(self, x):
        t = self._t(x); col = next(c for c in t["cols"] if x in c); return replace(self.comps[x], attempt=col.index(x) + 1, attempts=tuple(col))
    def _t(self, x): return next(t for t in self.turns.values() if any(x in col for col in t["cols"]))
    def edit_turn(self, t, text): o = self.turns[t]; return self._record(self._c(o["conv"]), text, o["pturn"], o["parent"])
    def show_branch(self, t):
        c = self._c(self.turns[t]["conv"]); below = [s["id"] for s in self.turns.values() if s["pturn"] == t]
        while below: t = below[-1]; below = [s["id"] for s in self.turns.values() if s["pturn"] == t]
        c["head"] = t
    def regenerate(self, x):
        t = self._t(x); col = next(c for c in t["cols"] if x in c); n = self._id(); self.comps[n] = Answer(n, self.comps[x].position, self.comps[x].label, "", "running"); col.append(n); self._start(t["conv"], [n], "say Another try: let me put it differently this time."); return n
    def regenerate_turn(self, t): return [self.regenerate(col[-1]) for col in self.turns[t]["cols"]]
    def continue_from(self, x): t = self._t(x); t["chosen"] = x; self._c(t["conv"])["head"] = t["id"]
    def rate(self, x, label, reasons=(), comment=""): self.comps[x] = replace(self.comps[x], rating=label, reasons=tuple(reasons), comment=comment)
    def correct(self, x, text): a = self.comps[x]; self.comps[x] = replace(a, text=checked_text(text, "correction"), original=a.original or a.text)
    def withdraw_correction(self, x): a = self.comps[x]; self.comps[x] = replace(a, text=a.original, original=None)
    def vote(self, t, verdict, winner=None): self.turns[t].update(verdict=verdict, winner=winner)
    def withdraw_vote(self, t): self.turns[t].update(verdict=None, winner=None)
    def difference(self, a, b): return difference(self.comps[a].text, self.comps[b].text)
    def about(self): return dict(data_folder="/home/ann/understudy/feedback_db", database="/home/ann/understudy/feedback_db/understudy.db", version="0.1.0", base_model="starter", card=dict(name="starter", parameters=10_500_000, device="cpu", dtype="float32", reason="bf16 matrix products are 40 times slower than fp32 on this CPU, measured.", context=2048, tokens_per_second=212.0), counts=dict(ratings=12, corrections=4, preferences=7, conversations=len(self.convs)), models=[dict(name="starter", source="assets/starter"), dict(name="stories260k", source="/models/stories260k")])
    def fit(self, source):
        if "/" in source and not source.startswith("/"): raise InputError("The hub cannot be reached. Check the connection, or give a folder with the model instead.")
        return dict(parameters=135_000_000, memory_needed=620_000_000, memory_here=8_000_000_000, verdict="It fits easily.", speed="About 30 tokens a second here.")
    def start_adding_model(self, source): j = self._id(); self.jobs[j] = dict(t=time.time(), c=False); return j
    def job(self, j):
        d = time.time() - self.jobs[j]["t"]
        return dict(state="cancelled" if self.jobs[j]["c"] else "running" if d < 4 else "done", done_bytes=int(min(d / 4, 1) * 2.7e8), total_bytes=int(2.7e8), seconds_left=max(0, 4 - d), message="")
    def cancel_job(self, j): self.jobs[j]["c"] = True
    def use_base_model(self, name): pass
    def close(self): pass
