"""Two adapters, written from words, on one transformers model: no more than PEFT runs them.

Run it as it is, or cell by cell in an editor that knows `# %%`. Needs `pip install peft`.
"""

# %% Describe two tasks: each becomes a folder that PEFT loads
from pathlib import Path

from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from genadapter.adapter import save_adapter
from genadapter.base_model import fetch_default_base
from genadapter.condition import Condition
from genadapter.pipeline import Pipeline

TASKS = {
    "opposite": "Give the opposite of the word.",
    "language": "Name the language that the text is written in.",
}
FOLDER = Path("adapters")

pipeline = Pipeline.load()
conditions = [Condition(description=words) for words in TASKS.values()]
for name, adapter in zip(TASKS, pipeline.generate(conditions), strict=True):
    save_adapter(adapter, FOLDER / name)

# %% Load the base with transformers, and both adapters with PEFT
base_folder = fetch_default_base()  # or the base's id on the hub
tokenizer = AutoTokenizer.from_pretrained(base_folder)
base = AutoModelForCausalLM.from_pretrained(base_folder)
model = PeftModel.from_pretrained(base, FOLDER / "opposite", adapter_name="opposite")
model.load_adapter(FOLDER / "language", adapter_name="language")


# %% Ask with the input alone, as one user turn of the base's own chat template
def ask(text: str) -> str:
    """What the model answers with the adapter that is active."""
    turn = [{"role": "user", "content": text}]
    prompt = tokenizer.apply_chat_template(
        turn, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    output = model.generate(**prompt, max_new_tokens=32, do_sample=False)
    start = prompt["input_ids"].shape[1]
    return tokenizer.decode(output[0, start:], skip_special_tokens=True).strip()


# %% Switch between the adapters, and to none
WORD = "hot"
answers = {}
for name in TASKS:
    model.set_adapter(name)
    answers[name] = ask(WORD)
with model.disable_adapter():
    answers["base"] = ask(WORD)
for name, answer in answers.items():
    print(f"{name}: {answer}")
