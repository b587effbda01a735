"""A whole system in memory: random LLM, word tokenizer, hashing encoder, experts."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from torch.nn import functional
from transformers import (
    BertConfig,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from genadapter.adapter import Adapter
from genadapter.attach import AdapterSlots
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, save_bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.familiarity import FamiliarityScale
from genadapter.generators import (
    Features,
    Generator,
    PrefixStart,
    Surroundings,
    find_family,
)
from genadapter.library import (
    Expert,
    ExpertLibrary,
    SharedFactors,
    compact_basis,
    flatten_b,
)
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader

WORDS = [
    "turn",
    "the",
    "english",
    "noun",
    "into",
    "its",
    "plural",
    "give",
    "capital",
    "of",
    "a",
    "country",
    "name",
    "colour",
    "sort",
    "these",
    "numbers",
    "upwards",
    "reverse",
    "word",
    "cat",
    "dog",
    "box",
    "red",
    "blue",
    "one",
    "two",
    "three",
    "four",
    "paris",
    "france",
    "rome",
    "italy",
    "answer",
    "with",
    "only",
    "please",
]
TEXTS = (
    "turn the english noun into its plural",
    "give the capital of a country",
    "sort these numbers upwards",
)
CHAT_TEMPLATE = (
    "{% for message in messages %}<|start|> {{ message['role'] }} "
    "{{ message['content'] }} <|end|> {% endfor %}"
    "{% if add_generation_prompt %}<|start|> assistant{% endif %}"
)


def make_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer that knows some forty words."""
    special = ["<|unk|>", "<|pad|>", "<|start|>", "<|end|>", "user", "assistant"]
    vocabulary = {word: i for i, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="<|unk|>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<|unk|>",
        pad_token="<|pad|>",
        eos_token="<|end|>",
        chat_template=CHAT_TEMPLATE,
    )


def make_base(*, seed: int = 0, hidden_size: int = 32) -> BaseModel:
    """A random Llama of four layers in float32."""
    tokenizer = make_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden_size,
        intermediate_size=2 * hidden_size,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    return BaseModel(model, tokenizer, name="tests/tiny-llama")


def make_sentence_transformer(folder: Path) -> None:
    """Saves a random one-layer BERT with mean pooling."""
    tokenizer = make_tokenizer()
    # An encoder reads bare texts; a chat template would be wrapped around them.
    tokenizer.chat_template = None
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    parts = [Transformer(str(folder / "bert")), Pooling(16, pooling_mode="mean")]
    SentenceTransformer(modules=parts, device="cpu").save(str(folder))


class HashingEncoder:
    """Every word has a fixed random vector; a text is the mean of its words."""

    dtype = torch.float32

    def __init__(self, name: str = "hashing", embedding_size: int = 16) -> None:
        self.name = name
        self.embedding_size = embedding_size

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Embeddings of B texts."""
        sums = [
            torch.stack([*map(self._vector, text.lower().split())]).sum(dim=0)
            for text in texts
        ]
        return functional.normalize(torch.stack(sums), dim=1)

    def _vector(self, word: str) -> torch.Tensor:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(self.embedding_size, generator=generator)


def make_weights(spec: LoraSpec, *, seed: int) -> LoraWeights:
    """Random factors that fit a spec."""
    generator = torch.Generator().manual_seed(seed)
    a, b = {}, {}
    for module in spec.modules:
        layers, rank = len(module.layers), spec.rank
        shape = (layers, rank, module.in_features)
        a[module.name] = torch.randn(shape, generator=generator) * 0.2
        shape = (layers, module.out_features, rank)
        b[module.name] = torch.randn(shape, generator=generator) * 0.2
    return LoraWeights(a, b)


def make_surroundings(spec: LoraSpec, encoder: Encoder) -> Surroundings:
    """Three experts on one random A."""
    shared = make_weights(spec, seed=0)
    factors = SharedFactors(a=shared.a, b=shared.b)
    flat_NP = torch.stack(
        [flatten_b(make_weights(spec, seed=i).b) for i in range(1, 1 + len(TEXTS))]
    )
    basis_CP, coefficients_NC = compact_basis(
        flat_NP - factors.flat_b(), num_components=len(TEXTS)
    )
    experts = [
        Expert(
            id=f"task-{i}", family=f"family-{i}", group=f"group-{i}", description=text
        )
        for i, text in enumerate(TEXTS)
    ]
    library = ExpertLibrary(
        experts,
        embeddings_NE=encoder.encode(TEXTS),
        coefficients_NC=coefficients_NC,
        basis_CP=basis_CP,
    )
    return Surroundings(
        spec=spec,
        shared=factors,
        library=library,
        embedding_size=encoder.embedding_size,
        hidden_size=spec.modules[0].in_features,
        reading_spec=with_outputs(spec),
        prefix=make_prefix_start(with_outputs(spec), num_tokens=16),
    )


def with_outputs(spec: LoraSpec) -> LoraSpec:
    """The spec with the projections behind attention, which no prefix takes."""
    (query,) = (module for module in spec.modules if module.name == "q_proj")
    output = replace(
        query,
        name="o_proj",
        in_features=query.out_features,
        out_features=query.in_features,
    )
    # The tiny Llama's hidden layers are twice as wide as its states.
    down = replace(
        output, name="down_proj", parent="mlp", in_features=2 * query.in_features
    )
    return replace(spec, modules=(down, output, *spec.modules))


def make_prefix_start(spec: LoraSpec, *, num_tokens: int) -> PrefixStart:
    """Random rows, maps and keys for a prefix, beside a random adapter."""
    modules = {module.name: module for module in spec.modules}
    query, value = modules["q_proj"], modules["v_proj"]
    generator = torch.Generator().manual_seed(7)

    def noise(*sizes: int) -> torch.Tensor:
        return torch.randn(len(value.layers), *sizes, generator=generator) * 0.2

    prompted = make_weights(spec, seed=8)
    return PrefixStart(
        prompted=SharedFactors(a=prompted.a, b=prompted.b),
        rows_LNI=noise(num_tokens, value.in_features),
        queries_LNO=noise(num_tokens, query.out_features),
        keys_LNO=noise(num_tokens, value.out_features),
        values_LNO=noise(num_tokens, value.out_features),
        key_maps_LOI=noise(value.out_features, value.in_features),
        value_maps_LOI=noise(value.out_features, value.in_features),
    )


def make_generator(
    family: str, surroundings: Surroundings, *, seed: int = 0
) -> Generator:
    """A family with its default Config and, if it has any, random parameters."""
    cls = find_family(family)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        generator = cls(cls.Config(), surroundings)
        # Families start at the shared adapter; noise makes every part matter.
        with torch.no_grad():
            for parameter in generator.parameters():
                parameter.add_(0.02 * torch.randn_like(parameter))
    return generator.eval()


@pytest.fixture(scope="session")
def base() -> BaseModel:
    """The random LLM; tests that change its weights must take a copy."""
    return make_base()


@pytest.fixture(scope="session")
def reader(base: BaseModel, spec: LoraSpec) -> Reader:
    """The random LLM, reading through no adapter."""
    return Reader(base, spec=spec)


@pytest.fixture(scope="session")
def new_base() -> Callable[..., BaseModel]:
    """Builds further random LLMs by `seed` and `hidden_size`."""
    return make_base


@pytest.fixture(scope="session")
def spec(base: BaseModel) -> LoraSpec:
    """Rank 2 on the query and value projections of the upper two layers."""
    return base.spec(rank=2, alpha=4.0, start_layer=2)


@pytest.fixture
def slots(base: BaseModel, spec: LoraSpec) -> Iterator[AdapterSlots]:
    """Hooks on the random LLM, removed afterwards."""
    slots = AdapterSlots(base.model, spec)
    yield slots
    slots.detach()


@pytest.fixture(scope="session")
def encoder() -> HashingEncoder:
    """The hashing encoder."""
    return HashingEncoder()


@pytest.fixture(scope="session")
def new_encoder() -> type[HashingEncoder]:
    """Builds further encoders by `name` and `embedding_size`."""
    return HashingEncoder


@pytest.fixture(scope="session")
def base_folder(base: BaseModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random LLM as a folder that transformers loads."""
    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    base.model.save_pretrained(folder)
    base.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random sentence-transformers model of size 16 as a folder."""
    folder = tmp_path_factory.mktemp("models") / "tiny-encoder"
    make_sentence_transformer(folder)
    return folder


@pytest.fixture(scope="session")
def random_weights(spec: LoraSpec) -> Callable[..., LoraWeights]:
    """Builds random factors by `seed` and, if wanted, another `spec`."""

    def build(*, seed: int, spec: LoraSpec = spec) -> LoraWeights:
        return make_weights(spec, seed=seed)

    return build


@pytest.fixture(scope="session")
def surroundings(spec: LoraSpec, encoder: HashingEncoder) -> Surroundings:
    """Three experts on one A."""
    return make_surroundings(spec, encoder)


@pytest.fixture(scope="session")
def new_surroundings(spec: LoraSpec) -> Callable[[Encoder], Surroundings]:
    """Builds the three experts for another encoder."""
    return partial(make_surroundings, spec)


@pytest.fixture(scope="session")
def library(surroundings: Surroundings) -> ExpertLibrary:
    """The three experts."""
    return surroundings.library


@pytest.fixture
def new_generator(surroundings: Surroundings) -> Callable[..., Generator]:
    """Builds a generator by `family` and `seed`."""

    def build(family: str, *, seed: int = 0) -> Generator:
        return make_generator(family, surroundings, seed=seed)

    return build


@pytest.fixture(scope="session")
def features(
    encoder: HashingEncoder, surroundings: Surroundings, reader: Reader
) -> Features:
    """Features of three texts that are not in the library."""
    texts = ["give the plural of a noun please", "sort one two three", "capital"]
    embeddings_BE = encoder.encode(texts)
    return Features(
        embeddings_BE=embeddings_BE,
        neighbours=surroundings.library.search(embeddings_BE, num_neighbours=4),
        reading=reader.read([(text,) for text in texts]),
    )


@pytest.fixture
def write_bundle(
    base: BaseModel, surroundings: Surroundings, encoder: HashingEncoder
) -> Callable[..., Bundle]:
    """Writes a bundle to a folder, by `family`, if wanted with a `familiarity`."""

    def write(
        folder: Path,
        *,
        family: str = "hypernetwork",
        familiarity: FamiliarityScale | None = None,
    ) -> Bundle:
        return save_bundle(
            folder,
            generator=make_generator(family, surroundings),
            surroundings=surroundings,
            encoder_name=encoder.name,
            base=base,
            trained_on=[expert.id for expert in surroundings.library.experts],
            seeds={"generator": 0},
            results={},
            card="# A bundle for tests\n",
            untrained_configs={"blend": {"num_neighbours": 2, "temperature": 0.2}},
            familiarity=familiarity,
        )

    return write


@pytest.fixture(scope="session")
def bundle_folder(
    tmp_path_factory: pytest.TempPathFactory,
    base: BaseModel,
    surroundings: Surroundings,
    encoder: HashingEncoder,
) -> Path:
    """A bundle on disk that tests only read."""
    folder = tmp_path_factory.mktemp("bundles") / "bundle"
    save_bundle(
        folder,
        generator=make_generator("hypernetwork", surroundings),
        surroundings=surroundings,
        encoder_name=encoder.name,
        base=base,
        trained_on=[],
        seeds={"generator": 0},
        results={},
        card="# A bundle for tests\n",
    )
    return folder


@pytest.fixture
def pipeline(
    tmp_path: Path,
    write_bundle: Callable[..., Bundle],
    encoder: HashingEncoder,
    reader: Reader,
) -> Pipeline:
    """A pipeline on the random LLM's own bundle."""
    bundle = write_bundle(tmp_path / "bundle")
    return Pipeline(bundle.manifest.base.name, bundle, encoder, reader)


@pytest.fixture
def adapter(pipeline: Pipeline) -> Adapter:
    """One generated adapter."""
    return pipeline.generate([Condition(description="give the plural of a noun")])[0]


@pytest.fixture
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """A block in which the system takes no more than a thousand bytes a file."""

    @contextmanager
    def limited() -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
        try:
            yield
        finally:
            # At once: the test run's own log is a file as well.
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited
