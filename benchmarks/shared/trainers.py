"""What all peers trained by transformers' Trainer have in common."""

from __future__ import annotations

from typing import Any


def arguments(folder: str, precision: str, **given: Any) -> dict[str, Any]:
    """Trainer arguments that write nothing, ask nobody and train in one precision (`fp32`, `bf16`)."""
    from wardspace.models import hardware

    return {
        "output_dir": folder,
        "save_strategy": "no",
        "logging_strategy": "no",
        "eval_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "use_cpu": hardware.device().type == "cpu",
        "bf16": precision == "bf16",
        "remove_unused_columns": False,
        "dataloader_pin_memory": False,
        **given,
    }


def trained(trainer: Any) -> float:
    """Train without a word and return the mean training loss; nothing of the model changes but its weights."""
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
    loss = float(trainer.train().training_loss)
    # its forward is wrapped for the precision, and the next Trainer would wrap the wrapped one
    trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)
    return loss
