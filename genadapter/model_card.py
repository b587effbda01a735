"""Model card: what a folder says of its adapter to people and to the hub, as Markdown."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import TYPE_CHECKING

from huggingface_hub import ModelCardData

if TYPE_CHECKING:
    from genadapter.adapter import Adapter

CARD_FILE = "README.md"
"""Where the hub looks for a card."""
HERE = "path/to/this/folder"
"""What the example loads where nobody knows the folder's name."""
_LICENCES = {"HuggingFaceTB/SmolLM2-135M-Instruct": "apache-2.0"}
"""Of bases; what is made of one is under the same."""
_KINDS = {
    "description": "a description",
    "examples": "examples",
    "document": "a document",
    "profile": "a profile",
}


def model_card(adapter: Adapter, *, location: str = HERE) -> str:
    """The card of a PEFT folder.

    Args:
        adapter: What lies in the folder.
        location: The folder or the hub id that its example loads it by.
    """
    loading = f"""\
        from peft import PeftModel
        from transformers import AutoModelForCausalLM, AutoTokenizer

        base = AutoModelForCausalLM.from_pretrained({_quoted(adapter.base_name)})
        model = PeftModel.from_pretrained(base, {_quoted(location)})
        tokenizer = AutoTokenizer.from_pretrained({_quoted(adapter.base_name)})
        """
    return _card(
        adapter,
        library="peft",
        opening=f"A LoRA adapter for `{adapter.base_name}`",
        loading=loading,
    )


def merged_model_card(adapter: Adapter, *, location: str = HERE) -> str:
    """The card of a base that an adapter was merged into; arguments as in `model_card`."""
    loading = f"""\
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model = AutoModelForCausalLM.from_pretrained({_quoted(location)})
        tokenizer = AutoTokenizer.from_pretrained({_quoted(location)})
        """
    return _card(
        adapter,
        library="transformers",
        opening=f"`{adapter.base_name}` with a LoRA adapter merged into its weights",
        loading=loading,
    )


def _card(adapter: Adapter, *, library: str, opening: str, loading: str) -> str:
    spec, made = adapter.spec, adapter.provenance
    metadata = ModelCardData(
        base_model=adapter.base_name,
        library_name=library,
        license=_LICENCES.get(adapter.base_name),
        pipeline_tag="text-generation",
        tags=["lora", "genadapter", made.family],
    )
    kinds = " and ".join(_KINDS[kind] for kind in made.kinds)
    # Where there are examples, the adapter may have been refined on them.
    denial = "" if "examples" in made.kinds else "; no fine-tuning run was made for it"
    modules = ", ".join(sorted(module.name for module in spec.modules))
    return f"""---
{metadata.to_yaml().strip()}
---

# {adapter.id}

{opening},
written by the `{made.family}` generator of genadapter from {kinds} of its task{denial}.

## Task

{_task(adapter)}

## How it was made

- Rank {spec.rank}, alpha {spec.alpha:g}, on {modules} of layers {spec.layers[0]} to {spec.layers[-1]}.
- Bundle sha256 `{made.bundle}`, condition sha256 `{made.condition}`, seed {made.seed}.
{_closeness(adapter)}
## Use

```python
{dedent(loading)}
turn = [{{"role": "user", "content": "the input of the task"}}]
prompt = tokenizer.apply_chat_template(
    turn, add_generation_prompt=True, return_tensors="pt", return_dict=True
)
answer = model.generate(**prompt, max_new_tokens=32, do_sample=False)
start = prompt["input_ids"].shape[1]
print(tokenizer.decode(answer[0, start:], skip_special_tokens=True))
```

Give it the input alone, as one user turn of the base model's chat template, which has to
keep its own system prompt.

## Limits

- It fits that base alone, the weights of fingerprint `{spec.base_fingerprint}` or the same at another precision.
- It was not checked on real data of its task: try it on examples of your own before relying on it.
- It can be wrong without a sign of it, and has the base model's own mistakes and biases.
"""


def _task(adapter: Adapter) -> str:
    description = adapter.provenance.description
    if description is None:
        return "The description was not kept."
    # One line, so that nothing in it ends the quote.
    return f"> {' '.join(description.split())}"


def _closeness(adapter: Adapter) -> str:
    """What the task is like among those that the generator learned from."""
    made, lines = adapter.provenance, []
    if made.neighbours:
        near = ", ".join(f"{expert} ({near:.2f})" for expert, near in made.neighbours)
        lines.append(f"- Nearest experts, by cosine similarity: {near}.\n")
    if made.familiarity is not None:
        share = f"{100 * made.familiarity:.0f}%"
        lines.append(
            f"- {share} of the descriptions that the generator learned from promise less "
            "than this one.\n"
        )
    return "".join(lines)


def _quoted(text: str) -> str:
    """The text as a literal of Python."""
    return json.dumps(text)
