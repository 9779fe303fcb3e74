"""A native window on a page of two halves: the upper one is a file to save, the lower one a link to another site.

`python -m tests.desktop.plain FOLDER`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from understudy.cli.serve import present
from understudy.desktop.native import NativeWindow, why_not

PAGE = b"""<!doctype html><title>Understudy</title><style>body { margin: 0; background: #f3f1ed }
a { display: block; height: 50vh }</style>
<a href="/file" download>file</a><a href="https://example.org/" target="_blank" rel="noopener">link</a>"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/file":
            self.send_header("content-disposition", 'attachment; filename="train.jsonl"')
        else:
            self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b'{"saved": true}' if self.path == "/file" else PAGE)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


if __name__ == "__main__":
    assert why_not() is None, why_not()
    present(NativeWindow(Path(sys.argv[1]) / "window"), serving)
