"""Words in, an adapter out, over HTTP: `python examples/client.py URL [KEY]`."""

import sys
from pathlib import Path

import httpx

url, key = (*sys.argv[1:], "")[:2]
headers = {"Authorization": f"Bearer {key}"} if key else {}
with httpx.Client(base_url=url, headers=headers, timeout=120) as service:
    task = {"description": "Give the opposite of the word."}
    model = service.post("/v1/adapters", json=task).raise_for_status().json()["id"]
    turn = {"role": "user", "content": "hot"}
    chat = {"model": model, "messages": [turn]}
    reply = service.post("/v1/chat/completions", json=chat).raise_for_status().json()
    print(f"{model}: {reply['choices'][0]['message']['content']}")
    folder = service.get(f"/v1/adapters/{model}/download").raise_for_status()
    Path(f"{model}.zip").write_bytes(folder.content)  # what PEFT loads, unpacked
