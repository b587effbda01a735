/** Snippets: ways to use an adapter elsewhere, filled with its id and this service's address. */

/** By title, what to paste. */
export function snippetsFor({ id, base_model: base, rank }, { origin, isKeyed }) {
  const header = isKeyed ? ` \\\n  -H "Authorization: Bearer $GENADAPTER_KEY"` : "";
  const key = isKeyed ? `os.environ["GENADAPTER_KEY"]` : `"none"`;
  const save = `curl -OJ${header} \\\n  "${origin}/v1/adapters/${id}/download?format=`;
  return {
    curl: `curl ${origin}/v1/chat/completions${header} \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${id}", "messages": [{"role": "user", "content": "..."}]}'`,
    OpenAI: `${isKeyed ? "import os\n\n" : ""}from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=${key})
reply = client.chat.completions.create(
    model="${id}",
    messages=[{"role": "user", "content": "..."}],
)
print(reply.choices[0].message.content)`,
    PEFT: `# ./${id} is the zip, unpacked here
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("${base}")
base = AutoModelForCausalLM.from_pretrained("${base}")
model = PeftModel.from_pretrained(base, "${id}")`,
    vLLM: `${save}zip" && unzip ${id}.zip
vllm serve ${base} --enable-lora --max-lora-rank ${vllmRank(rank)} \\
  --lora-modules ${id}=./${id}`,
    Ollama: `${save}gguf"
cat > Modelfile <<END
# The same base as a GGUF file, converted by llama.cpp's convert_hf_to_gguf.py
FROM ./base.gguf
ADAPTER ./${id}.gguf
PARAMETER temperature 0
END
ollama create ${id} -f Modelfile`,
  };
}

/** vLLM knows some ranks alone. */
function vllmRank(rank) {
  return [8, 16, 32, 64, 128, 256, 320, 512].find((known) => known >= rank) ?? rank;
}
