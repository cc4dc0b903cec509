# SPDX-License-Identifier: Apache-2.0
"""Voices of persons under /customvoice, in Azure's shapes: consents, scopes, and speech with what came of them.

Arguments as those of serve.py; the helpers are keep.py's. The tests' family of tones listens and speaks.
"""

import json
import math
import os
import pathlib
import struct
import sys
import unittest

import keep
from keep import Kept, new_key
from serve import form

SENTENCE = "I am Anna Berg, and I allow Example Ltd to make a synthetic version of my voice."
VOICES = pathlib.Path(os.environ["INHOUSE_VOICES"])
TALENT = {"voiceTalentName": "Anna Berg", "companyName": "Example Ltd", "locale": "en-US"}


def tone(hertz, seconds, rate=24000):
    pcm = b"".join(struct.pack("<h", int(9000 * math.sin(2 * math.pi * hertz * i / rate))) for i in range(int(seconds * rate)))
    head = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 36 + len(pcm), b"WAVEfmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", len(pcm))
    return head + pcm


CLIP, STATEMENT = tone(220, 6), tone(150, 4)


def ssml(voice, text="hello"):
    return (f'<speak version="1.0" xmlns:mstts="http://www.w3.org/2001/mstts" xml:lang="en-US"><voice name="DragonLatestNeural">'
            f'<mstts:ttsembedding speakerProfileId="{voice}">{text}</mstts:ttsembedding></voice></speak>')


class Voices(Kept):
    flags = ("--transcribe-model", "ear")
    hears = SENTENCE

    @classmethod
    def start(cls):
        for name in "ear", "tones":
            folder = keep.MODELS / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.json").write_text(json.dumps({"model_type": "sine"}))
        (keep.MODELS / "ear" / "hears.txt").write_text(cls.hears)
        super().start()

    def azure(self, answer, status, code):
        self.assertEqual(answer[0], status, answer[2])
        error = json.loads(answer[2])["error"]
        self.assertEqual(error["innererror"]["code"], code)
        return error["message"]

    def send(self, path, key=None, sound=None, **fields):
        kind, body = form(None, [("audiodata", sound)] if sound else [], **fields)
        return self.ask("POST", "/customvoice/" + path + "?api-version=2024-02-01-preview", key, body, Content_Type=kind)

    def made(self, answer):
        self.assertEqual(answer[0], 201, answer[2])
        return json.loads(answer[2])

    def talk(self, text, key=None):
        return self.ask("POST", "/cognitiveservices/v1", key, text.encode(), Content_Type="application/ssml+xml",
                        X_Microsoft_OutputFormat="riff-24khz-16bit-mono-pcm")


class Whole(Voices):
    def test_from_project_to_speech(self):
        key, other = new_key(self.data, "v1"), new_key(self.data, "v2")
        project = self.made(self.ask("PUT", "/customvoice/projects/house?api-version=x", key,
                                     {"kind": "PersonalVoice", "description": "ours"}))
        self.assertEqual((project["id"], project["kind"], project["description"]), ("house", "PersonalVoice", "ours"))
        self.assertRegex(project["createdDateTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$")
        consent = self.made(self.send("consents/berg-yes", key, STATEMENT, projectId="house", **TALENT))
        self.assertEqual({k: consent[k] for k in ("id", "projectId", "status", *TALENT)},
                         {"id": "berg-yes", "projectId": "house", "status": "Succeeded", **TALENT})
        voice = self.made(self.send("personalvoices/berg", key, CLIP, projectId="house", consentId="berg-yes"))
        self.assertEqual((voice["id"], voice["speakerProfileId"], voice["status"], voice["consentId"]),
                         ("berg", "berg", "Succeeded", "berg-yes"))
        profile = json.loads((VOICES / "berg.voice.json").read_text())
        self.assertIn(SENTENCE, json.dumps(profile))
        status, headers, sound = self.talk(ssml("berg"), key)
        self.assertEqual(status, 200, sound)
        self.assertEqual(sound, self.ask("POST", "/v1/audio/speech", key, {
            "model": "tones", "input": "hello", "voice": "berg", "response_format": "wav"})[2])
        self.assertIn("berg", [v["id"] for v in self.good("GET", "/v1/audio/voices", key)["data"]])
        for kind, id in ("projects", "house"), ("consents", "berg-yes"), ("personalvoices", "berg"):
            self.assertEqual(self.good("GET", f"/customvoice/{kind}/{id}", key)["id"], id)
            self.assertEqual([x["id"] for x in self.good("GET", f"/customvoice/{kind}", key)["value"]], [id])
            self.assertEqual(self.good("GET", f"/customvoice/{kind}", other)["value"], [])
            self.azure(self.ask("GET", f"/customvoice/{kind}/{id}", other), 404, "not_found")
            self.azure(self.ask("DELETE", f"/customvoice/{kind}/{id}", other), 404, "not_found")
        self.azure(self.send("consents/berg-yes", key, STATEMENT, **TALENT), 409, "exists")
        self.azure(self.ask("DELETE", "/customvoice/projects/house", key), 409, "in_use")
        self.azure(self.ask("DELETE", "/customvoice/consents/berg-yes", key), 409, "in_use")
        self.made(self.send("consents/other-yes", other, STATEMENT, **TALENT))
        self.azure(self.send("personalvoices/berg", other, CLIP, consentId="other-yes"), 409, "exists")
        self.server.stop()
        type(self).start()
        for kind, id in ("personalvoices", "berg"), ("consents", "berg-yes"), ("projects", "house"):
            status, _, body = self.ask("DELETE", f"/customvoice/{kind}/{id}", key)
            self.assertEqual((status, body), (204, b""))
            self.azure(self.ask("GET", f"/customvoice/{kind}/{id}", key), 404, "not_found")
        self.assertFalse((VOICES / "berg.voice.json").exists())
        self.assertEqual(self.talk(ssml("berg"), key)[0], 400)
        self.assertEqual(self.ask("DELETE", "/customvoice/consents/other-yes", other)[0], 204)
        self.assertEqual(list((pathlib.Path(self.data) / "blobs").iterdir()), [])

    def test_bad_requests(self):
        self.made(self.send("consents/good", None, STATEMENT, **TALENT))
        self.azure(self.send("consents/x", None, STATEMENT, **TALENT), 400, "invalid_value")
        self.azure(self.send("consents/..%2fx", None, STATEMENT, **TALENT), 404, "unknown_url")
        self.azure(self.send("consents/silent", None, None, **TALENT), 400, "missing_parameter")
        self.azure(self.send("consents/nobody", None, STATEMENT, locale="en-US"), 400, "missing_parameter")
        self.azure(self.send("consents/nowhere", None, STATEMENT, projectId="nothing", **TALENT), 400, "not_found")
        self.azure(self.send("consents/field", None, STATEMENT, colour="red", **TALENT), 400, "unknown_parameter")
        self.azure(self.send("personalvoices/alone", None, CLIP), 400, "missing_parameter")
        self.azure(self.send("personalvoices/alone", None, CLIP, consentId="nothing"), 400, "not_found")
        self.azure(self.send("personalvoices/dot.ted", None, CLIP, consentId="good"), 400, "invalid_value")
        self.azure(self.send("personalvoices/anna", None, CLIP, consentId="good"), 400, "invalid_value")
        self.azure(self.send("personalvoices/mai-voice-2", None, CLIP, consentId="good"), 400, "invalid_value")
        self.assertIn("the recording of the voice lasts 2.0 seconds",
                      self.azure(self.send("personalvoices/short", None, tone(220, 2), consentId="good"), 400, "invalid_value"))
        self.azure(self.ask("PUT", "/customvoice/projects/pro", None, {"kind": "ProfessionalVoice"}), 400, "invalid_value")
        self.azure(self.ask("GET", "/customvoice/nothing"), 404, "unknown_url")
        self.assertFalse(list(VOICES.glob("*")) if VOICES.exists() else [])
        self.assertEqual(self.ask("DELETE", "/customvoice/consents/good")[0], 204)

    def test_scopes(self):
        key = new_key(self.data, "narrow", "--voices", "mine,anna")
        self.made(self.send("consents/mine-yes", key, STATEMENT, **TALENT))
        self.azure(self.send("personalvoices/yours", key, CLIP, consentId="mine-yes"), 403, "voice_not_allowed")
        self.made(self.send("personalvoices/mine", key, CLIP, consentId="mine-yes"))
        self.assertEqual(self.talk(ssml("mine"), key)[0], 200)
        for text in (ssml("ben"), ssml("mine").replace("hello", "</mstts:ttsembedding><mstts:ttsembedding speakerProfileId='ben'>x"),
                     ssml("mine").replace("DragonLatestNeural", "ben"), ssml("&#109;ine"), ssml("mine", "<v:voice name='ben'>x</v:voice>"),
                     ssml("mine", "<voice x:name='ben' name='anna'>x</voice>"),
                     ssml("mine", "<voice x='>' name='ben'>x</voice>"), ssml("DragonLatestNeural"),
                     ssml("mine", "<mstts:ttsembedding x:speakerProfileId='ben' speakerProfileId='mine'>x</mstts:ttsembedding>"),
                     ssml("mine", "<mstts:ttsembedding x='speakerProfileId' speakerProfileId = 'ben'>x</mstts:ttsembedding>")):
            self.azure(self.talk(text, key), 403, "voice_not_allowed")
        self.assertEqual(self.talk(ssml("mine", "<voice name='anna'>my name: voice = x</voice>"), key)[0], 200)
        models = new_key(self.data, "models", "--models", "ear")
        self.made(self.send("consents/models-yes", models, STATEMENT, **TALENT))
        self.azure(self.send("personalvoices/models", models, CLIP, consentId="models-yes"), 403, "model_not_allowed")
        for kind, id, owner in (("personalvoices", "mine", key), ("consents", "mine-yes", key), ("consents", "models-yes", models)):
            self.assertEqual(self.ask("DELETE", f"/customvoice/{kind}/{id}", owner)[0], 204)


class Refused(Voices):
    hears = "I do not allow anybody to make a synthetic version of my voice."

    def test_no_consent(self):
        self.made(self.send("consents/said-no", None, STATEMENT, **TALENT))
        text = self.azure(self.send("personalvoices/berg", None, CLIP, consentId="said-no"), 400, "invalid_value")
        self.assertIn("does not hold the consent", text)
        self.assertIn("the statement", text)
        self.assertNotIn(self.data, text)
        self.made(self.send("consents/swiss", None, STATEMENT, **{**TALENT, "locale": "it-CH"}))
        self.azure(self.send("personalvoices/berg", None, CLIP, consentId="swiss"), 400, "consent_not_checked")
        self.assertFalse((VOICES / "berg.voice.json").exists())
        self.assertEqual(self.good("GET", "/customvoice/personalvoices")["value"], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
