"""The sections of a configuration, together.

Each section is defined by its consumer, with the default, bounds, unit and meaning of each key. Invariant: this is the
only module of `aiev.config` that knows them.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from aiev.alignment.settings import AlignSettings
from aiev.batch.settings import BatchSettings
from aiev.dataset.settings import ExportSettings, SplitSettings
from aiev.dialogue.settings import DialogueSettings
from aiev.evidence.settings import AcceptSettings
from aiev.preference.settings import PreferSettings
from aiev.run.settings import LimitsSettings, RunRatesSettings, RunSettings
from aiev.seeds.settings import EvolveSettings, FiltersSettings, SeedsSettings
from aiev.similarity.settings import DecontaminationSettings, NearDuplicatesSettings
from aiev.store.settings import StoreSettings
from aiev.student.settings import GateSettings, StudentSettings
from aiev.student.training.settings import TrainSettings
from aiev.telemetry.settings import TelemetrySettings
from aiev_agents.clients.settings import ModelSettings, VllmSettings
from aiev_agents.roles.settings import ProgrammerSettings, QuestionerSettings
from aiev_interpreter.settings import InstallSettings, InterpreterSettings


class Settings(BaseModel):
    """All sections, in the order in which they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: RunSettings = RunSettings()
    model: ModelSettings = ModelSettings()
    rates: RunRatesSettings = RunRatesSettings()
    limits: LimitsSettings = LimitsSettings()
    vllm: VllmSettings = VllmSettings()
    batch: BatchSettings = BatchSettings()
    questioner: QuestionerSettings = QuestionerSettings()
    programmer: ProgrammerSettings = ProgrammerSettings()
    dialogue: DialogueSettings = DialogueSettings()
    accept: AcceptSettings = AcceptSettings()
    align: AlignSettings = AlignSettings()
    prefer: PreferSettings = PreferSettings()
    seeds: SeedsSettings = SeedsSettings()
    filters: FiltersSettings = FiltersSettings()
    evolve: EvolveSettings = EvolveSettings()
    near_duplicates: NearDuplicatesSettings = NearDuplicatesSettings()
    decontamination: DecontaminationSettings = DecontaminationSettings()
    interpreter: InterpreterSettings = InterpreterSettings()
    install: InstallSettings = InstallSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    store: StoreSettings = StoreSettings()
    split: SplitSettings = SplitSettings()
    export: ExportSettings = ExportSettings()
    gate: GateSettings = GateSettings()
    train: TrainSettings = TrainSettings()
    student: StudentSettings = StudentSettings()
