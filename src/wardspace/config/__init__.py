"""The study file as typed sections; one place for defaults."""

from wardspace.config.corpus.annotated import AnnotatedConfig
from wardspace.config.corpus.cleaning import CleanConfig
from wardspace.config.corpus.columns import ColumnsConfig
from wardspace.config.corpus.corpus import CorpusConfig, SplitConfig
from wardspace.config.corpus.deidentify import DeidentifyConfig
from wardspace.config.corpus.source import MedsConfig, OmopConfig, SourceConfig, WardConfig
from wardspace.config.engine import EngineConfig
from wardspace.config.keys import Key, study_keys
from wardspace.config.load import load_study, parse_study
from wardspace.config.objectives.blend import BlendConfig
from wardspace.config.objectives.category import CategoryConfig
from wardspace.config.objectives.declutr import DeclutrConfig
from wardspace.config.objectives.mlm import MlmConfig
from wardspace.config.objectives.pairs import PairsConfig
from wardspace.config.objectives.registry import OBJECTIVES, ObjectiveConfig
from wardspace.config.objectives.section import ObjectiveSection
from wardspace.config.privacy import CanaryConfig, LimitsConfig, PrivacyConfig
from wardspace.config.report import IntervalMethod, ReportConfig
from wardspace.config.search.section import OptionConfig, SearchConfig, SearchScoreConfig
from wardspace.config.space import SpaceConfig
from wardspace.config.study import BASELINES, CompareConfig, StudyConfig
from wardspace.config.tasks.answers import AnswerFinetuneConfig, AnswersConfig
from wardspace.config.tasks.assertions import AssertionsConfig, Question
from wardspace.config.tasks.classification import EMBEDDING_TFIDF, ClassificationConfig, DpConfig
from wardspace.config.tasks.entities import EntitiesConfig, EntityFinetuneConfig
from wardspace.config.tasks.finetuning import FinetuneConfig
from wardspace.config.tasks.pairs import PairFinetuneConfig, TextPairsConfig
from wardspace.config.tasks.registry import TASKS, TaskConfig
from wardspace.config.tasks.relations import RelationFinetuneConfig, RelationsConfig
from wardspace.config.tasks.retrieval import RetrievalConfig
from wardspace.config.tasks.section import TaskSection
from wardspace.config.tasks.sentences import SentenceFinetuneConfig, SentencesConfig
from wardspace.config.terms import TermsConfig
from wardspace.config.tfidf import TfidfConfig
from wardspace.config.training import (
    AdaptConfig,
    BudgetConfig,
    EncoderConfig,
    LoraConfig,
    TrainingConfig,
    TrainingOverrides,
)

__all__ = [
    "BASELINES",
    "EMBEDDING_TFIDF",
    "OBJECTIVES",
    "TASKS",
    "AdaptConfig",
    "AnnotatedConfig",
    "AnswerFinetuneConfig",
    "AnswersConfig",
    "AssertionsConfig",
    "BlendConfig",
    "BudgetConfig",
    "CanaryConfig",
    "CategoryConfig",
    "ClassificationConfig",
    "CleanConfig",
    "ColumnsConfig",
    "CompareConfig",
    "CorpusConfig",
    "DeclutrConfig",
    "DeidentifyConfig",
    "DpConfig",
    "EncoderConfig",
    "EngineConfig",
    "EntitiesConfig",
    "EntityFinetuneConfig",
    "FinetuneConfig",
    "IntervalMethod",
    "Key",
    "LimitsConfig",
    "LoraConfig",
    "MedsConfig",
    "MlmConfig",
    "ObjectiveConfig",
    "ObjectiveSection",
    "OmopConfig",
    "OptionConfig",
    "PairFinetuneConfig",
    "PairsConfig",
    "PrivacyConfig",
    "Question",
    "RelationFinetuneConfig",
    "RelationsConfig",
    "ReportConfig",
    "RetrievalConfig",
    "SearchConfig",
    "SearchScoreConfig",
    "SentenceFinetuneConfig",
    "SentencesConfig",
    "SourceConfig",
    "SpaceConfig",
    "SplitConfig",
    "StudyConfig",
    "TaskConfig",
    "TaskSection",
    "TermsConfig",
    "TextPairsConfig",
    "TfidfConfig",
    "TrainingConfig",
    "TrainingOverrides",
    "WardConfig",
    "load_study",
    "parse_study",
    "study_keys",
]
