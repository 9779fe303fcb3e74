"""The page: one component that draws everything, and a guard before it.

Gradio carries the page and its server functions; the look and the behaviour are the files in `static`.
Importing this package imports no Gradio, so that the guard and the text rules can be tested without it.
"""

from understudy.ui.stubs import skip_stubs

skip_stubs()  # whichever module of the page imports Gradio first
