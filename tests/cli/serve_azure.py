# SPDX-License-Identifier: Apache-2.0
"""Azure's addresses, as its documentation shows them. Arguments as those of serve.py, whose helpers it takes."""

import base64
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import wave

from serve import PATIENCE, PROGRAM, SAID, SOUND, TOY, Case, Server, form, png, words

KEY = "correct-horse-battery"
HEADERS = {"api-key": KEY}
VERSION = "?api-version=2025-10-15"


class AzureCase(Case):
    def fails(self, answer, status, code, target=None):
        """An error in Azure's shape."""
        self.assertEqual(answer[0], status, answer[2][:300])
        self.assertEqual(answer[1]["Content-Type"], "application/json")
        error = json.loads(answer[2])["error"]
        self.assertEqual((error["code"], error.get("target")), (code, target), error)
        self.assertTrue(error["message"])
        return error["message"]


class Sound(AzureCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(env={"INHOUSE_KEY": KEY})

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def transcribe(self, definition, sound=SOUND, name="audio"):
        kind, body = form(None, files=[(name, sound)], definition=definition)
        return self.server.ask("POST", "/speechtotext/transcriptions:transcribe" + VERSION, body,
                               {"Content-Type": kind, "Ocp-Apim-Subscription-Key": KEY})

    def say(self, ssml, kind="riff-24khz-16bit-mono-pcm", key="Ocp-Apim-Subscription-Key", **headers):
        return self.server.ask("POST", "/cognitiveservices/v1", ssml.encode(), {
            "Content-Type": "application/ssml+xml", "X-Microsoft-OutputFormat": kind, key: KEY, **headers})

    def test_the_v1_addresses(self):
        """What OpenAI's client asks for whose base address is /openai/v1."""
        answer = self.server.form("/openai/v1/audio/transcriptions", headers=HEADERS, model="whisper-1")
        self.assertEqual((answer[0], words(json.loads(answer[2])["text"])), (200, SAID))
        speech = {"model": "tts-1", "input": "Tea.", "voice": "alloy", "response_format": "wav"}
        self.assertEqual(self.server.json("/openai/v1/audio/speech", speech, HEADERS)[2][:4], b"RIFF")
        self.assertEqual(self.server.json("/openai/v1/audio/speech" + VERSION, speech, {"Authorization": "Bearer " + KEY})[0], 200)
        names = [m["id"] for m in json.loads(self.server.ask("GET", "/openai/v1/models", headers=HEADERS)[2])["data"]]
        self.assertIn("whisper-1", names)
        self.assertEqual(json.loads(self.server.ask("GET", "/openai/v1/models/whisper-1", headers=HEADERS)[2])["id"], "whisper-1")
        self.fails(self.server.json("/openai/v1/chat/completions", {"model": "none", "messages": [{"role": "user", "content": "Hi"}]}, HEADERS),
                   404, "DeploymentNotFound", "model")
        self.fails(self.server.json("/openai/v1/images/generations", {}, HEADERS), 400, "InvalidRequest", "prompt")
        self.fails(self.server.ask("GET", "/openai/v1/files", headers=HEADERS), 404, "ResourceNotFound")
        self.fails(self.server.ask("GET", "/openai/v1/models"), 401, "Unauthorized")

    def test_transcription(self):
        status, headers, body = self.transcribe(json.dumps({"locales": ["en-US"], "phraseList": {"phrases": ["coffee"]}}))
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"), body)
        answer = json.loads(body)
        with wave.open(io.BytesIO(SOUND)) as w:
            self.assertAlmostEqual(answer["durationMilliseconds"], 1000 * w.getnframes() / w.getframerate(), delta=1)
        self.assertEqual(words(answer["combinedPhrases"][0]["text"]), SAID)
        self.assertEqual([w for p in answer["phrases"] for w in words(p["text"])], SAID)
        self.assertEqual([w for p in answer["phrases"] for x in p["words"] for w in words(x["text"])], SAID)
        before = 0
        for p in answer["phrases"]:
            self.assertEqual(p["locale"], "en-US")
            self.assertTrue(0 < p["confidence"] <= 1)
            for w in p["words"]:
                self.assertGreaterEqual(w["offsetMilliseconds"], before)
                self.assertGreaterEqual(w["durationMilliseconds"], 0)
                before = w["offsetMilliseconds"]
        self.assertLessEqual(before, answer["durationMilliseconds"])

    def test_definitions(self):
        for options in ({"modelOptions": {"timestamps": "segment"}},
                        {"enhancedMode": {"enabled": True, "model": "mai-transcribe-1", "prompt": ["Notes."],
                                          "modelOptions": {"timestamps": "none", "transcribeStyle": "clean"}}},
                        {"locales": ["en-US", "de-DE"], "diarization": {"enabled": False}, "channels": [],
                         "profanityFilterMode": "None", "modelOptions": {"timestamps": "segment"}}):
            status, _, body = self.transcribe(json.dumps(options))
            self.assertEqual(status, 200, body)
            answer = json.loads(body)
            self.assertTrue(all("words" not in p and p["locale"] == "en" for p in answer["phrases"]), answer)
        for bad, code, target in (
                ("[]", "InvalidRequest", "definition"),
                ("{", "InvalidRequest", "definition"),
                ('{"locales": "en"}', "InvalidRequest", "locales"),
                ('{"locales": [1]}', "InvalidRequest", "locales"),
                ('{"phraseList": {"phrases": [[]]}}', "InvalidRequest", "phraseList.phrases"),
                ('{"diarization": {"enabled": true, "maxSpeakers": 2}}', "InvalidRequest", "diarization"),
                ('{"profanityFilterMode": "Masked"}', "InvalidRequest", "profanityFilterMode"),
                ('{"channels": [0, 1]}', "InvalidRequest", "channels"),
                ('{"audioUrl": "http://127.0.0.1/x.wav"}', "InvalidRequest", "audioUrl"),
                ('{"modelOptions": {"timestamps": "letter"}}', "InvalidRequest", "modelOptions.timestamps"),
                ('{"enhancedMode": {"task": "translate"}}', "InvalidRequest", "enhancedMode.task"),
                ('{"language": "en"}', "InvalidRequest", "language")):
            self.fails(self.transcribe(bad), 400, code, target)
        self.fails(self.transcribe("{}", name="sound"), 400, "InvalidRequest", "sound")
        self.fails(self.transcribe("{}", sound=b"no sound"), 400, "InvalidRequest")
        self.fails(self.transcribe('{"enhancedMode": {"model": "none"}}'), 404, "DeploymentNotFound", "model")

    def test_speech(self):
        ssml = ("<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>"
                "<voice name='en-US-AvaMultilingualNeural'>Please call the doctor tomorrow.</voice></speak>")
        status, headers, body = self.say(ssml)
        self.assertEqual((status, headers["Content-Type"], body[:4]), (200, "audio/wav", b"RIFF"), body[:300])
        heard = self.server.form("/v1/audio/transcriptions", sound=body, headers=HEADERS)[2]
        self.assertIn("doctor", words(json.loads(heard)["text"]))
        rates = {}
        for rate in (8, 16, 24, 48):
            body = self.say(ssml, f"riff-{rate}khz-16bit-mono-pcm", "api-key")[2]
            with wave.open(io.BytesIO(body)) as w:
                self.assertEqual((w.getframerate(), w.getnchannels(), w.getsampwidth()), (1000 * rate, 1, 2))
                rates[rate] = w.getnframes() / w.getframerate()
        self.assertLess(max(rates.values()) - min(rates.values()), 0.01)
        raw = self.say(ssml, "raw-16khz-16bit-mono-pcm")[2]
        self.assertAlmostEqual(len(raw) / 32000, rates[16], delta=0.01)
        for kind, begins in (("audio-16khz-32kbitrate-mono-mp3", (b"ID3", b"\xff")),
                             ("audio-48khz-192kbitrate-mono-mp3", (b"ID3", b"\xff")),
                             ("ogg-24khz-16bit-mono-opus", (b"OggS",))):
            status, headers, body = self.say(ssml, kind)
            self.assertEqual((status, headers["Transfer-Encoding"]), (200, "chunked"))
            self.assertTrue(body.startswith(begins), body[:8])
        # A voice that the model has stays; a name of neither kind is told of.
        for voice in ("james", "clara"):
            self.assertEqual(self.say(ssml.replace("en-US-AvaMultilingualNeural", voice))[0], 200)
        self.assertNotEqual(self.say(ssml.replace("en-US-AvaMultilingualNeural", "james"))[2], self.say(ssml)[2])
        status, headers, _ = self.say(ssml.replace("en-US-AvaMultilingualNeural", "tlh-QO-WorfNeural"))
        self.assertIn("WorfNeural", headers["x-inhouse-warning"])

    def test_bad_speech(self):
        ssml = "<speak>Good morning.</speak>"
        self.fails(self.say(ssml, "webm-24khz-16bit-mono-opus"), 400, "InvalidRequest", "X-Microsoft-OutputFormat")
        self.fails(self.say(ssml, ""), 400, "InvalidRequest", "X-Microsoft-OutputFormat")
        self.fails(self.say(ssml, **{"Content-Type": "application/json"}), 415, "UnsupportedMediaType")
        self.fails(self.say("<speak>Good"), 400, "InvalidRequest")
        self.fails(self.say(""), 400, "InvalidRequest", "input")
        self.fails(self.say(ssml, key="x-key"), 401, "Unauthorized")
        bad = self.server.ask("POST", "/cognitiveservices/v1", b"<speak>\xff</speak>", {
            "Content-Type": "application/ssml+xml", "X-Microsoft-OutputFormat": "raw-8khz-16bit-mono-pcm", **HEADERS})
        self.fails(bad, 400, "InvalidRequest")

    def test_voices(self):
        status, _, body = self.server.ask("GET", "/cognitiveservices/voices/list", headers=HEADERS)
        clara = next(v for v in json.loads(body) if v["ShortName"] == "clara")
        self.assertEqual((status, clara["Locale"], clara["Gender"], clara["SampleRateHertz"]),
                         (200, "en", "Female", "24000"))

    def test_deployments(self):
        for name in ("transcribe-1", "whisper-1"):
            path = f"/openai/deployments/{name}/audio/transcriptions{VERSION}"
            status, _, body = self.server.form(path, headers=HEADERS, model="elsewhere")
            self.assertEqual((status, words(json.loads(body)["text"])), (200, SAID))
        speech = {"input": "Good morning.", "voice": "alloy", "response_format": "pcm"}
        ask = self.server.json
        whole = ask(f"/openai/deployments/tts-1/audio/speech{VERSION}", speech, HEADERS)
        self.assertEqual((whole[0], len(whole[2]) > 24000), (200, True))
        half = ask("/v1/audio/speech", {**speech, "sample_rate": 12000}, HEADERS)[2]
        self.assertAlmostEqual(len(half) / len(whole[2]), 0.5, delta=0.01)
        self.assertEqual(ask("/v1/audio/speech", {**speech, "sample_rate": 1}, HEADERS)[0], 400)
        path = f"/openai/deployments/none/audio/speech{VERSION}"
        self.fails(ask(path, speech, HEADERS), 404, "DeploymentNotFound", "model")
        self.fails(ask("/openai/deployments//audio/speech", speech, HEADERS), 404, "ResourceNotFound")
        self.fails(ask("/openai/deployments/tts-1/audio/speech?voice=x", speech, HEADERS), 400, "InvalidRequest",
                   "voice")
        self.fails(ask("/openai/deployments/tts-1/audio/speech", speech), 401, "Unauthorized")
        self.fails(self.server.ask("GET", "/openai/deployments/x/y", headers=HEADERS), 404, "ResourceNotFound")
        self.fails(self.server.ask("GET", "/mai/v1/images/edits", headers=HEADERS), 405, "MethodNotAllowed")


class Pictures(AzureCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / "brush"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"model_type": "brush"}')
        cls.server = Server("--draw-model", "brush", program=TOY)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def size(self, answer):
        self.assertEqual(answer[0], 200, answer[2][:300])
        picture = base64.b64decode(json.loads(answer[2])["data"][0]["b64_json"])
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        return struct.unpack(">II", picture[16:24])

    def test_pictures(self):
        ask = self.server.json
        path = "/mai/v1/images/generations"
        self.assertEqual(self.size(ask(path, {"model": "brush", "prompt": "x", "width": 64, "height": 32})), (64, 32))
        self.assertEqual(self.size(ask("/openai/deployments/brush/images/generations" + VERSION,
                                       {"prompt": "x", "size": "32x64"})), (32, 64))
        kind, body = form(None, files=[("image", png(64, 32, lambda x, y: (255, 0, 0)))], prompt="x", model="brush")
        width, height = self.size(self.server.ask("POST", "/mai/v1/images/edits", body, {"Content-Type": kind}))
        self.assertGreater(width, 1.5 * height)
        self.fails(ask(path, {"prompt": "x", "width": 64}), 400, "InvalidRequest", "height")
        self.fails(ask(path, {"prompt": "x", "width": "wide", "height": 64}), 400, "InvalidRequest", "width")
        self.fails(ask(path, {"prompt": "x", "width": 0, "height": 64}), 400, "InvalidRequest", "size")
        self.fails(ask(path, {"width": 64, "height": 64}), 400, "InvalidRequest", "prompt")


class Kept(AzureCase):
    """The store's keys and jobs hold for these addresses too."""

    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp() + "/data"
        cls.keys = [subprocess.run([PROGRAM, "keys", "create", *flags, "--data", cls.data], capture_output=True, text=True,
                                   check=True, timeout=PATIENCE).stdout.strip()
                    for flags in (["wide"], ["narrow", "--models", "transcribe-1"])]
        cls.server = Server("--data", cls.data)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def transcribe(self, key, model=None, **headers):
        definition = {"enhancedMode": {"enabled": True, "model": model}} if model else {}
        kind, body = form(None, files=[("audio", SOUND)], definition=json.dumps(definition))
        return self.server.ask("POST", "/speechtotext/transcriptions:transcribe" + VERSION, body,
                               {"Content-Type": kind, "Ocp-Apim-Subscription-Key": key, **headers})

    def result(self, answer, key):
        """Status, headers and body of what a job answers."""
        self.assertEqual(answer[0], 202, answer[2])
        path = f"/v1/jobs/{json.loads(answer[2])['id']}"
        for _ in range(PATIENCE * 20):
            row = json.loads(self.server.ask("GET", path, headers={"api-key": key})[2])
            if row["status"] not in ("queued", "running"):
                return self.server.ask("GET", path + "/result", headers={"api-key": key})
            time.sleep(0.05)
        raise AssertionError(row)

    def test_keys(self):
        wide, narrow = self.keys
        speech = {"input": "One.", "voice": "alloy"}
        self.fails(self.transcribe(narrow + "x"), 401, "Unauthorized")
        self.fails(self.transcribe(narrow), 403, "Forbidden", "model")
        self.fails(self.transcribe(narrow, "mai-transcribe-1"), 403, "Forbidden", "model")
        self.assertEqual(self.transcribe(narrow, "transcribe-1")[0], 200)
        path = "/openai/deployments/tts-1/audio/speech" + VERSION
        self.fails(self.server.json(path, {**speech, "model": "transcribe-1"}, {"api-key": narrow}), 403, "Forbidden", "model")
        self.assertEqual(self.server.json(path, speech, {"api-key": wide})[0], 200)

    def test_jobs(self):
        wide, narrow = self.keys
        later = {"Prefer": "respond-async"}
        status, headers, body = self.result(self.transcribe(narrow, "transcribe-1", **later), narrow)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"), body)
        self.assertEqual(words(json.loads(body)["combinedPhrases"][0]["text"]), SAID)
        rows = json.loads(self.server.ask("GET", "/v1/usage?by=model", headers={"api-key": narrow})[2])["data"]
        self.assertTrue(any(r["unit"] == "audio_seconds" and 8 < r["amount"] for r in rows), rows)
        ssml = '<speak version="1.0" xml:lang="en-US"><voice name="en-US-AvaNeural">One.</voice></speak>'
        head = {"Content-Type": "application/ssml+xml", "X-Microsoft-OutputFormat": "audio-24khz-48kbitrate-mono-mp3",
                "api-key": wide}
        status, headers, body = self.result(
            self.server.ask("POST", "/cognitiveservices/v1", ssml, {**head, **later}), wide)
        self.assertEqual((status, headers["Content-Type"]), (200, "audio/mpeg"), body[:300])
        self.assertGreater(len(body), 1000)
        for bad in b"\xff<speak/>", b"<speak/>\0<voice/>":
            self.fails(self.server.ask("POST", "/cognitiveservices/v1", bad, head), 400, "InvalidRequest")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
