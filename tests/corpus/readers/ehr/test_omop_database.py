import os
import sqlite3

import pytest

from tests.corpus.readers.ehr.test_omop import found
from tests.fixtures.omop import ALL_COLUMNS, EXPECTED, fill_database
from tests.fixtures.sources import prepared, rejected
from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers import open_readers, source_content, source_files
from wardspace.corpus.readers.ehr.omop_database import database_url

sqlalchemy = pytest.importorskip("sqlalchemy")

OMOP = {"format": "omop"}


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'omop.db'}"
    fill_database(url)
    return url


def execute(tmp_path, statement):
    with sqlite3.connect(tmp_path / "omop.db") as connection:
        connection.execute(statement)


def test_a_database_gives_what_files_give(url, tmp_path):
    corpus = prepared(url, tmp_path / "corpus", {"metadata": ALL_COLUMNS}, source=OMOP)
    assert found(corpus) == EXPECTED
    assert corpus.manifest.source == {"format": "omop", "files": ["sqlite:note"], "encoding": None}
    assert [(row, name, kind) for _, row, name, kind in rejected(corpus)] == [
        (3, "3", "note without a person"),
        (4, "4", "unknown person"),
    ]


@pytest.mark.enable_socket
@pytest.mark.skipif("WARDSPACE_TEST_POSTGRES" not in os.environ, reason="WARDSPACE_TEST_POSTGRES gives no database")
def test_postgresql(tmp_path):
    import sqlalchemy as sa

    url, schema = os.environ["WARDSPACE_TEST_POSTGRES"], "wardspace_test"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    fill_database(url, schema, dates=True)
    source = {"omop": {"cdm_schema": schema}, **OMOP}
    try:
        corpus = prepared("env:WARDSPACE_TEST_POSTGRES", tmp_path / "corpus", {"metadata": ALL_COLUMNS}, source=source)
        config = SourceConfig.model_validate({"path": "env:WARDSPACE_TEST_POSTGRES", **source})
        assert source_content(config) == source_content(config)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
    assert found(corpus) == EXPECTED
    assert corpus.manifest.source["files"] == ["postgresql:note"]


def test_rows_are_streamed(tmp_path):
    path = tmp_path / "omop.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE note (note_id INTEGER PRIMARY KEY, person_id INTEGER, note_date TEXT, note_text TEXT)"
        )
        rows = ((i, i, "2020-01-01", "x" * 1000) for i in range(20_000))
        connection.executemany("INSERT INTO note VALUES (?, ?, ?, ?)", rows)
    import tracemalloc

    (reader,) = open_readers(
        SourceConfig(path=f"sqlite:///{path}", format="omop"), ("note_id", "note_time", "note_text"), tmp_path
    )
    assert reader.size == 20_000
    tracemalloc.start()
    assert sum(row.values[1] == "2020-01-01" for row in reader.rows()) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reader.position() == 20_000
    assert peak < 8e6  # 20 MB of text


def test_the_content_is_what_notes_can_be_made_of(url, tmp_path):
    config = SourceConfig(path=url, format="omop")
    before = source_content(config)
    assert source_content(config) == before
    assert source_files(config) == []
    execute(tmp_path, "UPDATE person SET year_of_birth = 1951 WHERE person_id = 501")
    changed = source_content(config)
    assert changed != before
    execute(tmp_path, "UPDATE note SET note_text = 'mended' WHERE note_id = 1")
    assert source_content(config) != changed


def test_a_database_with_note_alone(url, tmp_path):
    for table in ("person", "visit_occurrence", "concept"):
        execute(tmp_path, f"DROP TABLE {table}")
    corpus = prepared(url, tmp_path / "corpus", source=OMOP)
    assert found(corpus)["1"]["note_class"] == "706531"
    with pytest.raises(CorpusError, match="no table person in this database"):
        prepared(url, tmp_path / "corpus", {"metadata": ["gender"]}, source=OMOP)


def test_a_missing_column_and_a_missing_table(url, tmp_path):
    with pytest.raises(CorpusError, match=r"'note_titel' \(did you mean 'note_title'"):
        prepared(url, tmp_path / "corpus", {"metadata": ["note_titel"]}, source=OMOP)
    execute(tmp_path, "DROP TABLE note")
    with pytest.raises(CorpusError, match="no table note in this database"):
        prepared(url, tmp_path / "corpus", source=OMOP)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("sqlite:///nowhere/omop.db", "no such database file"),
        ("postgresql://doctor:secret@host/omop", "a password in the study file"),
        ("postgresql:///omop?host=a&password=secret", "a password in the study file"),
        ("postgresql:///omop?host=a&sslpassword=secret", "sslpassword may hold one"),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dme%3BPWD%3Dsecret", "odbc_connect may hold one"),
        ("mssql+pyodbc://dsn;PWD=secret", "a password in the study file"),
        ("mssql+pyodbc://host/omop;PWD=secret?driver=x", "a password in the study file"),
        ("mysql+pymysql://host/omop?passwd=secret", "passwd may hold one"),
        ("snowflake://me@account/omop?token=secret", "token may hold one"),
        ("snowflake://me@account/omop?private_key_passphrase=secret", "private_key_passphrase may hold one"),
        ("oracle+oracledb://host?wallet_password=secret&service_name=x", "wallet_password may hold one"),
        ("databricks://host?http_path=x&access_token=secret", "access_token may hold one"),
        ("env:WARDSPACE_NO_SUCH_VARIABLE", "WARDSPACE_NO_SUCH_VARIABLE holds no URL"),
        ("nosuchdatabase://host/omop", r"cannot be read \(NoSuchModuleError\)"),
    ],
)
def test_faults_of_the_address_are_told_without_secrets(tmp_path, path, message):
    with pytest.raises(CorpusError, match=message) as caught:
        prepared(path, tmp_path / "corpus", source=OMOP)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "postgresql+psycopg://me@host:5432/omop?sslmode=verify-full&passfile=/home/me/.pgpass",
        "postgresql+psycopg:///?service=omop",
        "mysql+pymysql://me@host/omop?read_default_file=~/.my.cnf&charset=utf8mb4",
        "mssql+pyodbc://server/omop?driver=ODBC+Driver+18+for+SQL+Server&Trusted_Connection=yes&Encrypt=yes",
        "oracle+oracledb://me@host?service_name=omop&wallet_location=/wallet",
    ],
)
def test_an_address_may_say_where_its_password_is(path):
    assert database_url(path) == sqlalchemy.make_url(path)


def test_an_address_in_the_environment_may_hold_a_password(monkeypatch):
    monkeypatch.setenv("OMOP_URL", "postgresql://doctor:secret@host/omop?odbc_connect=x")
    assert database_url("env:OMOP_URL").password == "secret"


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "omop.db").write_text("not a database, but long enough to be looked at as one")
    with pytest.raises(CorpusError, match=r"cannot be read \(DatabaseError\)"):
        prepared(f"sqlite:///{tmp_path / 'omop.db'}", tmp_path / "corpus", source=OMOP)


def test_a_missing_driver_is_named(tmp_path):
    with pytest.raises(CorpusError, match="install the driver pg8000"):
        prepared("postgresql+pg8000://host/omop", tmp_path / "corpus", source=OMOP)


def test_the_address_may_stand_in_the_environment(url, tmp_path, monkeypatch):
    monkeypatch.setenv("OMOP_URL", url)
    assert len(prepared("env:OMOP_URL", tmp_path / "corpus", source=OMOP)) == 3
