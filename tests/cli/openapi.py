# SPDX-License-Identifier: Apache-2.0
"""The description at /openapi.json: that it is valid (openapi-spec-validator), and that what is answered to requests made
from it, good and bad, is what it says (schemathesis). Arguments as those of serve.py, whose helpers it takes. The tests'
families of tones and brushes and scripted.py's text model do the work, so that it takes no weights."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import openapi_spec_validator

import scripted
from serve import SOURCE, TOY, Server

KEY = "correct-horse-battery"
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance")
# With some seeds schemathesis itself fails where a body is a file ("Unsupported type: 'Binary'").
EXAMPLES, SEED = 8, 1


class Description(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name, kind in ("brush", "brush"), ("tones", "sine"):
            folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.json").write_text(json.dumps({"model_type": kind}))
        scripted.set_up(SOURCE, pathlib.Path(os.environ["INHOUSE_MODELS"]))

    def serve(self, **env):
        server = Server("--data", tempfile.mkdtemp() + "/data", "--draw-model", "brush", "--speak-model", "tones", "--chat-model", "script",
                        "--characters", "200", "--pictures", "2", program=TOY, env=env)
        self.addCleanup(server.stop)
        return server

    def fuzz(self, server, *flags):
        """With a fixed seed; what takes long to make is no mistake of the server's."""
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{server.port}/openapi.json",
             "--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES),
             "--seed", str(SEED), "--exclude-path-regex", "realtime$", "--generation-allow-x00", "false",
             "--generation-database", "none", "--suppress-health-check", "all", "--continue-on-failure",
             "--warnings", "off", *flags], capture_output=True, text=True, cwd=tempfile.mkdtemp())
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr[-2000:])
        print("\n".join(done.stdout.splitlines()[-14:]))

    def test_it_is_valid(self):
        server = self.serve()
        status, headers, body = server.ask("GET", "/openapi.json")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        openapi_spec_validator.validate(json.loads(body))

    def test_answers_are_as_described(self):
        # As soon as somebody makes a key, everybody needs one.
        self.fuzz(self.serve(), "--exclude-operation-id", "post_v1_admin_keys")

    def test_answers_to_those_with_a_key(self):
        self.fuzz(self.serve(INHOUSE_KEY=KEY), "--header", f"api-key: {KEY}",
                  "--include-path-regex", "^/(v1/admin|v1/usage|metrics|openai/models)")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
