"""Language models: opened by the settings, asked in the way each wants it, read as plain text.

    OPENAI_API_KEY alone      OpenAI
    OPENAI_BASE_URL           any compatible server; the model it lists first unless one is named
    CITEWIRE_GGUF             a local file, served inside this process (extra `local`)
    none of them              no model: answers are quotations

    opening: Settings -> a llama-index model
    completion: request -> rejected? the part that was is changed, and remembered (known_models);
        busy? once more after a pause -> text without reasoning, calls of tools and fences
    local_servers: usual ports of this machine -> servers and their models, by name
    model_check: Settings -> does the model that is set answer?

Every failure becomes a ModelError with a reason a reader can understand. What was tried stands in
docs/models.md. The only package that knows openai.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.writing.models.completion import Completion, first_token
from qa.writing.models.opening import model_name, open_judge, open_model

if TYPE_CHECKING:
    from llama_index.core.llms import LLM as LLM

__all__ = ["LLM", "Completion", "first_token", "model_name", "open_judge", "open_model"]
