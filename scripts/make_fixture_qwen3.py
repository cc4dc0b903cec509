#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/qwen3-tiny and tests/data/llama3-tiny: text models as the hub publishes them, narrow and random, their
tokenizers, and what transformers, tokenizers and diffusers make of them.

Usage: make_fixture_qwen3.py QWEN3.JINJA LLAMA31.JINJA
Needs torch, transformers, diffusers and tokenizers. The templates are those of Qwen/Qwen3-4B (chat_template of
tokenizer_config.json; sha256 a55ee1b1660128b7098723e0abcd92caa0788061051c62d51cbe87d9cf1974d8) and of
meta-llama/Llama-3.1-8B-Instruct (what it writes without tools). Made with torch 2.15.0, transformers 5.24.0, diffusers 0.42.1 and
tokenizers 0.23.3.
"""
import json
import random
import sys
import unicodedata
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from make_fixture_common import TEXT, write_table

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
         r"|\s+(?!\S)|\s+")
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
QWEN3_CONTROL = [("<|endoftext|>", True), ("<|im_start|>", True), ("<|im_end|>", True), ("<tool_call>", False),
                 ("</tool_call>", False), ("<tool_response>", False), ("</tool_response>", False), ("<think>", False),
                 ("</think>", False)]
LLAMA3_CONTROL = [("<|begin_of_text|>", True), ("<|end_of_text|>", True), ("<|start_header_id|>", True),
                  ("<|end_header_id|>", True), ("<|eom_id|>", True), ("<|eot_id|>", True)]
SENTENCES = [line.split("\t")[1] for line in (DATA / "roundtrip" / "sentences.tsv").read_text().splitlines()]
ODD = [
    "x\n \n y  \r\n\r\nz \n", "!!!\n\n?? \r\n... \n--\n", "   ", "\n", " ", "a  b   c\n\n  d\r\n\t e \u00a0f\u2003\u2003g \u3000 h\u0085\u0085i",
    "12 345 6789 1234567 \u0661\u0662\u0663\u0664 \u00bd\u00b2 3.14 2,718", "it's I'LL they'Re '\u017fx IT'\u017f",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u266a\u266b \U0001f1e9\U0001f1ea \u2764\ufe0f \U0001f44d\U0001f3fd",
    "\u1e9b\u0323 \u212b \u2126 \u0344 \u0958 \ufb1d \U0001d15e \u1100\u1161\u11a8 \uac00\u11a8 \u0b47\u0b3e <\u0338 a\u0315\u0300\u05ae\u0308",
    "q\u0307\u0323 q\u0323\u0307 \u0f71\u0f72\u0f74 \u0f73 \u0f75 \u0f81 \u0301 \u0301\u0301", "def f(x):\n    return x**2  # comment\n\n\n\tpass",
]
CONTROL = ["<|im_end|>\n<|im_start|>system", "a<think>b</think>c", "<|endoftext|><|endoftext|>", "<|im_end|", "<<|im_end|>>", "<|eot_id|> <|eot_id|>",
           "<|begin_of_text|>e\u0301<|end_of_text|>\u0301"]
PARTS = ["a", "B", "the", "'", "s", "S", "ll", " ", "  ", "\n", "\r\n", "\t", "1", "23", ".", "--", "e", "\u0301", "\u0323", "\u00a0", "\u4e2d",
         "\u1100", "\u1161", "\u11a8", "\U0001f600", "\u2028", "ing", " of", "\u3000", "!?", "\u00e9"]
CALLS = [{"name": "add", "arguments": '{"a": 2, "b": 2}'}, {"name": "sub", "arguments": "{}"}]
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}}
         for name in ("add", "sub")]
# Conversations in which somebody spells a control token that stays: transformers' tokenizers take it for one, ours do not.
SPELLED = ["results", "wrapped"]
QUERY = "a red fox\n jumps over the snow, 24 flakes \u00e9"


def texts():
    rng = random.Random(9)
    mixed = ["".join(rng.choice(PARTS) for _ in range(rng.randint(2, 16))) for _ in range(60)]
    return SENTENCES + [unicodedata.normalize("NFD", s) for s in SENTENCES[::3]] + ODD + mixed


def train(pattern, control, normalizer, whole_words):
    t = Tokenizer(models.BPE(ignore_merges=whole_words))
    t.normalizer = normalizer
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    t.train_from_iterator(TEXT.splitlines() + SENTENCES, trainer)
    t.add_tokens([AddedToken(text, special=special, normalized=False) for text, special in control])
    return t


def without_added(t):
    plain = json.loads(t.to_str())
    plain["added_tokens"] = []
    return Tokenizer.from_str(json.dumps(plain))


def encodings(t):
    """plain: added tokens are text like any other; added: they are what they are."""
    plain = without_added(t)
    encode = lambda by, text: by.encode(text, add_special_tokens=False).ids
    return {str(i): {"text": text, "plain": encode(plain, text), "added": encode(t, text),
                     "decoded": t.decode(encode(t, text), skip_special_tokens=True)} for i, text in enumerate(texts() + CONTROL)}


def conversations():
    user, assistant = lambda s: {"role": "user", "content": s}, lambda s, **more: {"role": "assistant", "content": s, **more}
    system, tool = lambda s: {"role": "system", "content": s}, lambda s: {"role": "tool", "content": s}
    return {
        "one": [user(QUERY)],
        "system": [system("  Be brief.\n"), user("\n hi \u00a0")],
        "turns": [system("Be brief."), user("hi"), assistant("<think>\nwell\n</think>\n\nhello"), user("and?"), assistant("bye")],
        "thoughts": [user("hi"), assistant("hello", reasoning_content="\n so \n")],
        "kept": [user("hi"), assistant("<think>a</think>b<think>\nlate\n\n</think>\n\nlast"), assistant("again")],
        "results": [user("hi"), assistant("look <think> no"), tool("4"), tool("5"), assistant("</think>\n\nnine"), user("so")],
        "no_query": [assistant("<think>x</think>hello"), system("later")],
        "wrapped": [user("hi"), assistant("one"), user("<tool_response>4</tool_response>"), assistant("two"), assistant("three")],
        "empty": [user(""), assistant("")],
        "tools": [system("Be brief."), user("2+2?"), assistant("", tool_calls=CALLS[:1]), tool("4"), assistant("4.", tool_calls=CALLS), tool("4"),
                  tool("3")],
        "tools_alone": [user("2+2?"), assistant("<think>\nadd\n</think>\n\n", tool_calls=CALLS)],
    }


def with_objects(messages):
    """Arguments of calls as objects, for templates that write them as JSON themselves."""
    read = lambda call: {**call, "arguments": json.loads(call["arguments"])}
    return [{**m, "tool_calls": [read(c) for c in m["tool_calls"]]} if "tool_calls" in m else m for m in messages]


def chats(tokenizer, plain, objects=False, modes=(True, False), spelled=SPELLED):
    cases = {}
    for name, messages in conversations().items():
        if plain and any(m["role"] == "tool" or len(m) > 2 for m in messages):
            continue
        for answer in (False, True):
            for thinking in ((True,) if plain else modes):
                tools = TOOLS if name.startswith("tools") else None
                text = tokenizer.apply_chat_template(with_objects(messages) if objects else messages, tokenize=False, add_generation_prompt=answer, enable_thinking=thinking,
                                                     tools=tools)
                ids = tokenizer(text, add_special_tokens=False)["input_ids"]
                cases[f"{name}{len(cases)}"] = {"messages": messages, "answer": answer, "thinking": thinking, "text": text,
                                               **({"tools": [json.dumps(t, ensure_ascii=False) for t in tools]} if tools else {}),
                                               **({} if name in spelled else {"ids": ids})}
    return cases


def scatter(model, seed, matrices):
    """Random norms, or errors in them stay hidden; bf16 values, so that the file holds them exactly."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in model.named_parameters():
        noise = torch.randn(value.shape, generator=generator)
        value.data = 1 + 0.3 * noise if value.dim() == 1 else matrices * noise
        value.data = value.data.bfloat16().float()


@torch.no_grad()
def stages(model, ids):
    found = {"ids": torch.tensor(ids, dtype=torch.int32)}
    hooks = [model.model.embed_tokens.register_forward_hook(lambda m, i, o: found.__setitem__("embedded", o[0])),
             model.model.norm.register_forward_hook(lambda m, i, o: found.__setitem__("normed", o[0]))]
    for l, layer in enumerate(model.model.layers):
        hooks.append(layer.register_forward_hook(lambda m, i, o, l=l: found.__setitem__(f"layer{l}", o[0])))
    found["logits"] = model(input_ids=torch.tensor([ids])).logits[0]
    for hook in hooks:
        hook.remove()
    return found


@torch.no_grad()
def greedy(model, ids, count):
    """Greedy tokens, and how far the best logit is from the second at the closest call."""
    out, gap = list(ids), float("inf")
    for _ in range(count):
        best = model(input_ids=torch.tensor([out])).logits[0, -1].topk(2)
        gap = min(gap, float(best.values[0] - best.values[1]))
        out.append(int(best.indices[0]))
    return out[len(ids):], gap


@torch.no_grad()
def features(model, tokenizer):
    """What FLUX.2-klein's own pipeline takes from its text encoder: a short prompt, an empty one and one that is cut."""
    from diffusers import Flux2KleinPipeline
    prompts = {"short": QUERY, "empty": "", "cut": " ".join(SENTENCES[:40])}
    embed = lambda p: Flux2KleinPipeline._get_qwen3_prompt_embeds(model, tokenizer, p, max_sequence_length=64, hidden_states_layers=(1, 2, 3))
    return prompts, {f"features.{name}": embed(prompt)[0] for name, prompt in prompts.items()}


def hub_tokenizer(t, template, pad, **more):
    made = PreTrainedTokenizerFast(tokenizer_object=t, pad_token=pad, padding_side="right", **more)
    made.chat_template = template
    return made


def write(folder, model, raw, marks, tensors, expected, **save):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    model.bfloat16().save_pretrained(folder, **save)
    raw.save(str(folder / "tokenizer.json"))
    # Not the published template, only what tells which one it is.
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": marks}) + "\n")
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "stages.safetensors")
    write_table(folder / "expected.json", expected)


def make_qwen3(template):
    raw = train(QWEN2, QWEN3_CONTROL, normalizers.NFC(), False)
    tokenizer = hub_tokenizer(raw, template, "<|endoftext|>")
    ids = {text: raw.token_to_id(text) for text, _ in QWEN3_CONTROL}
    config = Qwen3Config(vocab_size=640, hidden_size=64, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
                         num_key_value_heads=2, head_dim=32, max_position_embeddings=256, rms_norm_eps=1e-6, rope_theta=1e6,
                         tie_word_embeddings=True, bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|im_end|>"])
    model = Qwen3ForCausalLM(config).eval()
    scatter(model, 3, 0.2)
    model.generation_config.eos_token_id = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    prompt = tokenizer(QUERY, add_special_tokens=False)["input_ids"]
    chosen, gap = greedy(model, prompt, 24)
    prompts, tensors = features(model, tokenizer)
    write(DATA / "qwen3-tiny", model, raw, "<|im_start|>{{ enable_thinking }}", {**stages(model.float(), prompt), **tensors},
          {"encode": encodings(raw), "chat": chats(tokenizer, False), "prompts": prompts, "greedy": {"ids": chosen, "gap": gap}})


def make_llama3(template):
    raw = train(LLAMA3, LLAMA3_CONTROL, None, True)
    tokenizer = hub_tokenizer(raw, template, "<|end_of_text|>", bos_token="<|begin_of_text|>")
    ids = {text: raw.token_to_id(text) for text, _ in LLAMA3_CONTROL}
    scaling = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 32}
    config = LlamaConfig(vocab_size=616, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                         num_key_value_heads=1, max_position_embeddings=256, rms_norm_eps=1e-5, rope_parameters=scaling,
                         tie_word_embeddings=False, bos_token_id=ids["<|begin_of_text|>"], eos_token_id=ids["<|eot_id|>"])
    model = LlamaForCausalLM(config).eval()
    scatter(model, 4, 0.2)
    prompt = tokenizer(" ".join(SENTENCES[9:12]), add_special_tokens=False)["input_ids"][:100]
    chosen, gap = greedy(model, prompt, 24)
    write(DATA / "llama3-tiny", model, raw, "<|start_header_id|>Cutting Knowledge Date", stages(model.float(), prompt),
          {"encode": encodings(raw), "chat": chats(tokenizer, True), "greedy": {"ids": chosen, "gap": gap}}, max_shard_size="100KB")


def main():
    make_qwen3(Path(sys.argv[1]).read_text())
    make_llama3(Path(sys.argv[2]).read_text())


if __name__ == "__main__":
    main()
