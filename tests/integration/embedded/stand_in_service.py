"""Stands in for our services where only their start and end matter: `stand_in_service.py ROLE`.

It writes what it was told to ROLE.json. STAND_IN_FAILS=ROLE makes that role end with exit code 7: migrate at once, a
server when it is asked for /end.
"""

import http.server
import json
import os
import sys
import threading
from pathlib import Path

ROLE = sys.argv[1]
PORTS = {"eventrail": "EVENTRAIL_PORT", "web": "ASSESSMENT_PORT"}


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200, {})
        if self.path == "/end":
            threading.Thread(target=lambda: os._exit(7)).start()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with Path("employers.log").open("a") as log:
            log.write(json.dumps([self.headers["Authorization"], self.headers["Idempotency-Key"], json.loads(body)]))
            log.write("\n")
        self.answer(201, {"id": "e1", "name": "x", "active_limit": 3, "api_key": "key-of-e1"})

    def answer(self, status: int, document: dict[str, object]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


told = {name: value for name, value in os.environ.items() if name.startswith(("EVENTRAIL_", "ASSESSMENT_"))}
Path(f"{ROLE}.json").write_text(json.dumps(told))
print(f"{ROLE} says hello", flush=True)
if ROLE == "migrate":
    sys.exit(7 if os.environ.get("STAND_IN_FAILS") == "migrate" else 0)
if ROLE == "projector":
    threading.Event().wait()
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ[PORTS[ROLE]])), Answers).serve_forever()
