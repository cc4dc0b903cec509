# SPDX-License-Identifier: Apache-2.0
"""The official client libraries, as they are, with another address: openai, and Azure's where they are installed.

Arguments as those of serve.py, whose helpers it takes.
"""

import asyncio
import base64
import io
import json
import os
import pathlib
import sys
import tempfile
import time
import unittest
import wave

import openai

import scripted
from serve import MODEL, PROGRAM, SAID, SOURCE, TOY, Server, words

try:
    from azure.ai import transcription
    from azure.core.credentials import AzureKeyCredential
    from azure.core.exceptions import HttpResponseError
except ImportError:
    transcription = None

KEY = "correct-horse-battery"
SAMPLE = MODEL / "sample.wav"
VERSION = "2025-04-01-preview"


def frames(sound):
    with wave.open(io.BytesIO(sound)) as w:
        return w.getnframes(), w.getframerate()


class Sound(unittest.TestCase):
    """Both classes of clients take the same tests: Azure's names deployments."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(env={"INHOUSE_KEY": KEY})
        cls.base = f"http://127.0.0.1:{cls.server.port}"
        cls.clients = (
            openai.OpenAI(base_url=cls.base + "/v1", api_key=KEY, max_retries=0),
            openai.AzureOpenAI(azure_endpoint=cls.base, api_key=KEY, api_version=VERSION, max_retries=0),
        )

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients:
            client.close()
        cls.server.stop()

    def test_models(self):
        for client in self.clients:
            names = [m.id for m in client.models.list()]
            self.assertIn("transcribe-1", names)
            self.assertEqual(client.models.retrieve("voice-1").owned_by, "inhouse")

    def test_transcriptions(self):
        for client in self.clients:
            create = client.audio.transcriptions.create
            answer = create(model="whisper-1", file=SAMPLE)
            self.assertEqual(words(answer.text), SAID)
            self.assertEqual((answer.usage.type, answer.usage.seconds), ("duration", 9))
            answer = create(model="transcribe-1", file=SAMPLE, response_format="verbose_json", language="en",
                            temperature=0, timestamp_granularities=["word", "segment"])
            self.assertEqual([w for x in answer.words for w in words(x.word)], SAID)
            self.assertEqual([w for x in answer.segments for w in words(x.text)], SAID)
            self.assertLessEqual(answer.words[-1].end, answer.duration)
            self.assertEqual((answer.language, answer.segments[0].id), ("english", 0))
            self.assertTrue(create(model="whisper-1", file=SAMPLE, response_format="vtt").startswith("WEBVTT"))
            self.assertEqual(words(create(model="whisper-1", file=SAMPLE, response_format="text")), SAID)

    def test_transcription_streams(self):
        for client in self.clients:
            events = list(client.audio.transcriptions.create(model="gpt-4o-transcribe", file=SAMPLE, stream=True))
            self.assertEqual({e.type for e in events[:-1]}, {"transcript.text.delta"})
            self.assertEqual(events[-1].type, "transcript.text.done")
            self.assertEqual("".join(e.delta for e in events[:-1]), events[-1].text)
            self.assertEqual(words(events[-1].text), SAID)

    def test_translations(self):
        # English stays English.
        for client in self.clients:
            answer = client.audio.translations.create(model="whisper-1", file=SAMPLE, response_format="verbose_json")
            self.assertEqual((words(answer.text)[:9], answer.language), (SAID[:9], "english"))

    def test_speech(self):
        for client in self.clients:
            create = client.audio.speech.create
            text = "Please call the doctor tomorrow."
            sound = create(model="tts-1", voice="alloy", input=text, response_format="wav").content
            count, rate = frames(sound)
            self.assertGreater(count / rate, 1)
            heard = client.audio.transcriptions.create(model="whisper-1", file=("said.wav", sound))
            self.assertIn("doctor", words(heard.text))
            self.assertTrue(create(model="tts-1", voice="nova", input=text, speed=1.5).content[:2] in (b"ID", b"\xff\xf3",
                                                                                                       b"\xff\xfb"))
            whole = create(model="tts-1", voice="alloy", input=text, response_format="pcm").content
            with client.audio.speech.with_streaming_response.create(
                    model="tts-1", voice="alloy", input=text, response_format="pcm", stream_format="audio") as r:
                self.assertEqual(b"".join(r.iter_bytes()), whole)
            with client.audio.speech.with_streaming_response.create(
                    model="tts-1", voice="alloy", input=text, response_format="pcm", stream_format="sse") as r:
                self.assertEqual(sum("speech.audio.done" in line for line in r.iter_lines()), 1)

    def test_asynchronously(self):
        async def all_at_once():
            clients = (openai.AsyncOpenAI(base_url=self.base + "/v1", api_key=KEY),
                       openai.AsyncAzureOpenAI(azure_endpoint=self.base, api_key=KEY, api_version=VERSION))
            texts = await asyncio.gather(*(c.audio.transcriptions.create(model="whisper-1", file=SAMPLE)
                                           for c in clients for _ in range(3)))
            for t in texts:
                self.assertEqual(words(t.text), SAID)
            async with clients[0].audio.speech.with_streaming_response.create(
                    model="tts-1", voice="alloy", input="Good morning.", response_format="pcm") as r:
                self.assertGreater(len(await r.read()), 10000)
            stream = await clients[1].audio.transcriptions.create(model="whisper-1", file=SAMPLE, stream=True)
            events = [e async for e in stream]
            self.assertEqual(words(events[-1].text), SAID)
            for c in clients:
                await c.close()
        asyncio.run(all_at_once())

    def test_errors(self):
        for client in self.clients:
            with self.assertRaises(openai.NotFoundError) as e:
                client.audio.transcriptions.create(model="none", file=SAMPLE)
            self.assertIn("none", e.exception.message)
            with self.assertRaises(openai.BadRequestError) as e:
                client.audio.speech.create(model="tts-1", voice="alloy", input="x", speed=9)
            self.assertIn("speed", e.exception.message)
            self.assertTrue(e.exception.request_id.startswith("req_"))
            with self.assertRaises(openai.AuthenticationError):
                client.with_options(api_key="wrong-horse-battery").models.list()

    @unittest.skipUnless(transcription, "azure-ai-transcription is not installed")
    def test_azure_transcription(self):
        client = transcription.TranscriptionClient(endpoint=self.base, credential=AzureKeyCredential(KEY))
        options = transcription.models.TranscriptionOptions(
            locales=["en-US"], phrase_list=transcription.models.PhraseListProperties(phrases=["coffee"]))
        with SAMPLE.open("rb") as f:
            answer = client.transcribe(transcription.models.TranscriptionContent(definition=options, audio=f))
        self.assertEqual(words(answer.combined_phrases[0].text), SAID)
        self.assertEqual([w for p in answer.phrases for x in p.words for w in words(x.text)], SAID)
        count, rate = frames(SAMPLE.read_bytes())
        self.assertAlmostEqual(answer.duration_milliseconds, 1000 * count / rate, delta=1)
        self.assertEqual({p.locale for p in answer.phrases}, {"en-US"})
        self.assertTrue(all(0 < p.confidence <= 1 for p in answer.phrases))
        options = transcription.models.TranscriptionOptions(profanity_filter_mode="Masked")
        with SAMPLE.open("rb") as f, self.assertRaises(HttpResponseError) as e:
            client.transcribe(transcription.models.TranscriptionContent(definition=options, audio=f))
        self.assertEqual(e.exception.error.code, "InvalidRequest")


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / "brush"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text('{"model_type": "brush"}')
        cls.server = Server("--draw-model", "brush", program=TOY)
        base = f"http://127.0.0.1:{cls.server.port}"
        cls.clients = (openai.OpenAI(base_url=base + "/v1", api_key=KEY),
                       openai.AzureOpenAI(azure_endpoint=base, api_key=KEY, api_version=VERSION))

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients:
            client.close()
        cls.server.stop()

    def test_generations(self):
        for client in self.clients:
            answer = client.images.generate(model="gpt-image-1", prompt="a red house", n=2, size="64x32",
                                            output_format="png", extra_body={"seed": 7})
            pictures = [base64.b64decode(p.b64_json) for p in answer.data]
            self.assertEqual(len(pictures), 2)
            self.assertTrue(all(p.startswith(b"\x89PNG") for p in pictures))
            self.assertEqual((answer.size, answer.output_format), ("64x32", "png"))

    def test_streams(self):
        for client in self.clients:
            events = list(client.images.generate(model="gpt-image-1", prompt="a red house", size="64x32", stream=True,
                                                 partial_images=2, extra_body={"seed": 7, "steps": 6}))
            self.assertEqual([e.type for e in events], ["image_generation.partial_image"] * 2 +
                             ["image_generation.completed"])
            self.assertEqual([e.partial_image_index for e in events[:-1]], [0, 1])
            self.assertTrue(base64.b64decode(events[-1].b64_json).startswith(b"\x89PNG"))

    def test_edits(self):
        for client in self.clients:
            drawn = client.images.generate(model="gpt-image-1", prompt="a red house", size="64x32")
            picture = base64.b64decode(drawn.data[0].b64_json)
            answer = client.images.edit(model="gpt-image-1", image=("house.png", picture), prompt="in winter",
                                        size="64x32")
            self.assertTrue(base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG"))
            with self.assertRaises(openai.BadRequestError):
                client.images.edit(model="gpt-image-1", image=("house.png", b"nothing"), prompt="in winter")


class Text(unittest.TestCase):
    """Chat completions and responses of scripted.py's models."""

    @classmethod
    def setUpClass(cls):
        scripted.set_up(SOURCE, pathlib.Path(os.environ["INHOUSE_MODELS"]))
        cls.server = Server("--chat-model", "tiny", "--data", tempfile.mkdtemp() + "/data", program=PROGRAM, env={"INHOUSE_KEY": KEY})
        cls.base = f"http://127.0.0.1:{cls.server.port}"
        cls.clients = (openai.OpenAI(base_url=cls.base + "/v1", api_key=KEY, max_retries=0),
                       openai.OpenAI(base_url=cls.base + "/openai/v1", api_key=KEY, max_retries=0),
                       openai.AzureOpenAI(azure_endpoint=cls.base, api_key=KEY, api_version=VERSION, max_retries=0))

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients:
            client.close()
        cls.server.stop()

    TALK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    SCHEMA = {"type": "object", "properties": {"colour": {"type": "string", "enum": ["red", "green"]}}, "required": ["colour"]}
    FUNCTION = {"name": "clock", "description": "Tells the time.",
                "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}}}

    def test_chat(self):
        for client in self.clients[0], self.clients[2]:
            create = client.chat.completions.create
            asked = {"model": "tiny", "messages": self.TALK, "temperature": 0, "max_tokens": 16}
            answer = create(**asked)
            choice, = answer.choices
            self.assertEqual((answer.object, answer.model, choice.finish_reason), ("chat.completion", "tiny", "length"))
            self.assertEqual((answer.usage.completion_tokens, answer.usage.completion_tokens_details.reasoning_tokens), (16, 0))
            self.assertEqual(answer.usage.total_tokens, answer.usage.prompt_tokens + 16)
            chunks = list(create(**asked, stream=True, stream_options={"include_usage": True}))
            self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), choice.message.content)
            self.assertEqual((chunks[-2].choices[0].finish_reason, chunks[-1].usage.completion_tokens), ("length", 16))
            answer = create(**{**asked, "max_tokens": 100}, response_format={"type": "json_schema", "json_schema": {
                "name": "colour", "schema": self.SCHEMA, "strict": True}})
            self.assertIn(json.loads(answer.choices[0].message.content)["colour"], ("red", "green"))
            with self.assertRaises(openai.BadRequestError) as e:
                create(**asked, n=2)
            self.assertEqual(e.exception.body.get("param", e.exception.body.get("target")), "n")

    def test_chat_tools(self):
        for client in self.clients[0], self.clients[2]:
            asked = {"model": "script", "messages": self.TALK, "temperature": 0, "tools": [{"type": "function", "function": self.FUNCTION}]}
            message = client.chat.completions.create(**asked).choices[0].message
            call, = message.tool_calls
            self.assertEqual((message.content, call.function.name), (scripted.SAID, "clock"))
            self.assertEqual(json.loads(call.function.arguments), scripted.CALL["arguments"])
            with client.chat.completions.stream(**asked) as stream:
                stream.until_done()
                streamed = stream.get_final_completion().choices[0]
            self.assertEqual((streamed.finish_reason, streamed.message.content), ("tool_calls", scripted.SAID))
            self.assertEqual(streamed.message.tool_calls[0].function.arguments, call.function.arguments)
            messages = [*self.TALK, message, {"role": "tool", "tool_call_id": call.id, "content": "12:00"}]
            self.assertTrue(client.chat.completions.create(**{**asked, "messages": messages}).choices[0].message.tool_calls)

    def test_responses(self):
        for client in self.clients:
            asked = {"model": "tiny", "temperature": 0, "max_output_tokens": 12}
            first = client.responses.create(input="Hello", instructions="Be brief.", metadata={"who": "me"}, **asked)
            self.assertEqual((first.object, first.status, first.incomplete_details.reason), ("response", "incomplete", "max_output_tokens"))
            chat = self.clients[0].chat.completions.create(model="tiny", messages=self.TALK, temperature=0, max_tokens=12)
            self.assertEqual((first.output_text, first.usage.input_tokens), (chat.choices[0].message.content, chat.usage.prompt_tokens))
            self.assertEqual(client.responses.retrieve(first.id).to_dict(), first.to_dict())
            second = client.responses.create(input="And now?", previous_response_id=first.id, **asked)
            self.assertEqual((second.previous_response_id, second.metadata), (first.id, {}))
            items = list(client.responses.input_items.list(second.id, order="asc", limit=2))
            self.assertEqual([(x.type, x.role, x.content[0].text) for x in items],
                             [("message", "user", "Hello"), ("message", "assistant", first.output_text), ("message", "user", "And now?")])
            again = client.responses.create(input=[{"role": "user", "content": "Hello"}, *first.output, {"role": "user", "content": "And now?"}],
                                            store=False, **asked)
            self.assertEqual((again.output_text, again.usage.input_tokens), (second.output_text, second.usage.input_tokens))
            client.responses.delete(first.id)
            with self.assertRaises(openai.NotFoundError):
                client.responses.retrieve(first.id)
            with self.assertRaises(openai.BadRequestError):
                client.responses.create(input="And now?", previous_response_id=first.id, **asked)

    def test_response_streams(self):
        for client in self.clients:
            asked = {"model": "tiny", "input": "Hello", "temperature": 0, "max_output_tokens": 12}
            whole = client.responses.create(**asked)
            events = list(client.responses.create(**asked, stream=True))
            self.assertEqual([e.sequence_number for e in events], list(range(len(events))))
            self.assertEqual((events[0].type, events[-1].type), ("response.created", "response.incomplete"))
            self.assertEqual("".join(e.delta for e in events if e.type == "response.output_text.delta"), whole.output_text)
            self.assertEqual(events[-1].response.output_text, whole.output_text)
            # The client puts together what comes, and checks that it fits.
            with client.responses.stream(model="script", input="Hello", temperature=0, reasoning={"effort": "low"},
                                         tools=[{"type": "function", "strict": True, **self.FUNCTION}]) as stream:
                kinds = {e.type for e in stream}
                final = stream.get_final_response()
            self.assertLessEqual({"response.reasoning_text.delta", "response.output_text.delta", "response.function_call_arguments.delta",
                                  "response.completed"}, kinds)
            self.assertEqual([x.type for x in final.output], ["reasoning", "message", "function_call"])
            self.assertEqual((final.output[0].content[0].text, final.output_text), (scripted.THOUGHT, scripted.SAID))
            self.assertEqual(json.loads(final.output[2].arguments), scripted.CALL["arguments"])
            self.assertEqual(final.usage.output_tokens_details.reasoning_tokens, 3)

    def test_response_tools_and_formats(self):
        for client in self.clients:
            asked = {"model": "script", "temperature": 0, "tools": [{"type": "function", "strict": True, **self.FUNCTION}]}
            first = client.responses.create(input="What time is it?", **asked)
            call = first.output[-1]
            self.assertEqual((call.type, call.name), ("function_call", "clock"))
            result = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
            self.assertEqual(client.responses.create(input=[result], previous_response_id=first.id, **asked).status, "completed")
            answer = client.responses.create(model="tiny", input="Hello", text={"format": {"type": "json_schema", "name": "colour",
                                                                                         "schema": self.SCHEMA, "strict": True}})
            self.assertIn(json.loads(answer.output_text)["colour"], ("red", "green"))

    def test_responses_asynchronously(self):
        async def all_at_once():
            async with openai.AsyncOpenAI(base_url=self.base + "/v1", api_key=KEY) as client:
                asked = {"model": "tiny", "temperature": 0, "max_output_tokens": 12}
                answers = await asyncio.gather(*(client.responses.create(input=f"Number {i % 2}", **asked) for i in range(6)))
                self.assertEqual([a.output_text for a in answers], [a.output_text for a in answers[:2]] * 3)
                events = [e async for e in await client.responses.create(input="Number 0", stream=True, **asked)]
                self.assertEqual(events[-1].response.output_text, answers[0].output_text)
        asyncio.run(all_at_once())


class Batches(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / "brush"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text('{"model_type": "brush"}')
        cls.server = Server("--draw-model", "brush", "--data", tempfile.mkdtemp() + "/data", program=TOY,
                            env={"INHOUSE_KEY": KEY})
        cls.client = openai.OpenAI(base_url=f"http://127.0.0.1:{cls.server.port}/v1", api_key=KEY, max_retries=0)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def begin(self, *bodies):
        lines = [json.dumps({"custom_id": str(i), "method": "POST", "url": "/v1/images/generations", "body": body})
                 for i, body in enumerate(bodies)]
        file = self.client.files.create(file=("lines.jsonl", "\n".join(lines).encode()), purpose="batch")
        return self.client.batches.create(input_file_id=file.id, endpoint="/v1/images/generations",
                                          completion_window="24h", metadata={"who": "me"})

    def end(self, batch):
        for _ in range(1200):
            batch = self.client.batches.retrieve(batch.id)
            if batch.status in ("completed", "failed", "cancelled", "expired"):
                return batch
            time.sleep(0.05)
        raise AssertionError(batch)

    def lines(self, file):
        return [json.loads(x) for x in self.client.files.content(file).text.splitlines()]

    def test_a_batch(self):
        body = {"model": "gpt-image-1", "prompt": "a red house", "size": "64x32", "seed": 7}
        batch = self.begin(body, {**body, "size": "huge"})
        self.assertEqual((batch.object, batch.status, batch.metadata), ("batch", "validating", {"who": "me"}))
        batch = self.end(batch)
        self.assertEqual((batch.status, batch.errors), ("completed", None))
        self.assertEqual((batch.request_counts.total, batch.request_counts.completed, batch.request_counts.failed), (2, 1, 1))
        good, bad = self.lines(batch.output_file_id), self.lines(batch.error_file_id)
        answer = self.client.images.generate(model="gpt-image-1", prompt="a red house", size="64x32", extra_body={"seed": 7})
        self.assertEqual(good[0]["response"]["body"]["data"][0]["b64_json"], answer.data[0].b64_json)
        self.assertEqual((bad[0]["custom_id"], bad[0]["response"]["status_code"]), ("1", 400))
        self.assertEqual([b.id for b in self.client.batches.list(limit=1)][:1], [batch.id])

    def test_cancel_and_errors(self):
        body = {"model": "gpt-image-1", "prompt": "a red house", "size": "128x128", "steps": 500, "n": 10}
        batch = self.client.batches.cancel(self.begin(*[body] * 10).id)
        self.assertIn(batch.status, ("cancelling", "cancelled"))
        batch = self.end(batch)
        self.assertEqual(batch.status, "cancelled")
        self.assertIsNotNone(batch.cancelled_at)
        with self.assertRaises(openai.ConflictError):
            self.client.batches.cancel(batch.id)
        with self.assertRaises(openai.NotFoundError):
            self.client.batches.retrieve("batch_none")
        with self.assertRaises(openai.BadRequestError) as e:
            self.client.batches.create(input_file_id="file-none", endpoint="/v1/images/generations", completion_window="24h")
        self.assertEqual(e.exception.param, "input_file_id")
        file = self.client.files.create(file=("lines.jsonl", b"nothing"), purpose="batch")
        batch = self.end(self.client.batches.create(input_file_id=file.id, endpoint="/v1/images/generations",
                                                    completion_window="24h"))
        self.assertEqual((batch.status, batch.errors.data[0].code, batch.errors.data[0].line), ("failed", "invalid_json_line", 1))


if __name__ == "__main__":
    print("openai", openai.__version__)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
