"""A copy of everything that leads to a client, for two people's yes."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from accounts.models import Job, Role, User
from caseload.models import Client, ExportParcel, FileRequest
from caseload.models.roads import file_of, files_due
from caseload.operations import file_requests
from caseload.record.contents import LEFT_OUT, TITLES
from caseload.record.sql import unknown
from caseload.record.ways import parts
from core.actor import acting
from core.clock import now
from core.errors import RuleBroken
from core.history import is_event
from core.sealed import SealedTextField
from tests.accounts.factories import SupervisionFactory, UserFactory
from tests.canaries import Canaries, one_of_everything
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
    EpisodeFactory,
    ParticipationFactory,
    SessionFactory,
)
from tests.caseload.files import agreed, copied, opened, over_long_ago, seen_by, worked_on
from tests.roles import as_owner, standing_as
from tests.world import World

pytestmark = pytest.mark.django_db


class TestTheRegister:
    def test_every_table_with_a_road_to_a_client_is_exported_or_left_out_for_a_reason(self) -> None:
        assert unknown() == set()
        assert not TITLES.keys() & LEFT_OUT.keys()
        assert all(LEFT_OUT.values())

    def test_the_register_names_no_table_that_is_not_there(self) -> None:
        assert {*TITLES, *LEFT_OUT} <= {part.label for part in parts()}

    def test_the_roads_are_those_of_the_models(self) -> None:
        """Drawn anew and simply: whatever hangs on a client or on work is a part."""
        reached: set[type[models.Model]] = {Client, apps.get_model("caseload.Episode")}
        while more := {
            model
            for model in apps.get_models()
            if model not in reached
            and not is_event(model)
            and any(field.related_model in reached for field in model._meta.concrete_fields)
        }:
            reached |= more
        assert {part.model for part in parts()} == reached


class TestACopy:
    def test_it_holds_every_word_about_the_client_and_nobody_elses(
        self, world: World, keeper: User, other_keeper: User
    ) -> None:
        one_of_everything()
        canaries = Canaries()
        canaries.put()
        client = Client.objects.get(pk=world.keys["client"])

        record, paper = opened(copied(client, keeper, other_keeper), keeper)

        told = canaries.in_text(json.dumps(record, ensure_ascii=False))
        assert {
            *("caseload.Client.name", "caseload.ContactChannel.value", "caseload.Goal.words"),
            *("endings.Telling.reaction", "caseload.InvolvedPerson.name"),
        } <= told
        with as_owner():
            others = Client.objects.exclude(pk=client.pk).values_list("name", flat=True)
        assert len(others) > 2
        assert not [name for name in others if name in json.dumps(record)]
        assert paper.startswith(b"%PDF")
        assert not [field for field in told if field.rpartition(".")[0] in LEFT_OUT]

    def test_sealed_words_are_opened_and_digests_stay_away(
        self, world: World, keeper: User, other_keeper: User
    ) -> None:
        client = over_long_ago()
        record, _paper = opened(copied(client, keeper, other_keeper), keeper)
        goals = next(part for part in record["parts"] if part["table"] == "caseload.Goal")
        assert [row["words"] for row in goals["rows"]] == ["To sleep again"]
        assert "_digest" not in json.dumps(record)

    def test_a_partners_own_rows_stay_theirs(self, keeper: User, other_keeper: User) -> None:
        both = EpisodeFactory.create(kind="couple")
        one, other = ClientFactory.create(name="Ada One"), ClientFactory.create(name="Bea Two")
        for person in (one, other):
            ParticipationFactory.create(episode=both, client=person)
        SessionFactory.create(assignment=AssignmentFactory.create(episode=both))

        record, _paper = opened(copied(one, keeper, other_keeper), keeper)

        by_table = {part["table"]: part["rows"] for part in record["parts"]}
        assert len(by_table["caseload.Session"]) == 1
        assert [row["client"] for row in by_table["caseload.Participation"]] == [str(one.pk)]
        assert "Bea Two" not in json.dumps(record)

    def test_nobody_agrees_with_themselves(self, world: World, keeper: User) -> None:
        client = Client.objects.get(pk=world.keys["client"])
        with acting(keeper):
            request = file_requests.ask_for_copy(
                file=seen_by(keeper, client), ground="client", by=keeper, at=now()
            )
            with pytest.raises(RuleBroken):
                file_requests.agree(request=request, by=keeper, at=now())
            with pytest.raises(DatabaseError, match="somebody_else"), transaction.atomic():
                FileRequest.objects.filter(pk=request.pk).update(
                    agreed_by=keeper, agreed_at=now(), state="agreed"
                )

    def test_nobody_says_yes_for_another(self, keeper: User, other_keeper: User) -> None:
        client = ClientFactory.create()
        with acting(keeper):
            request = file_requests.ask_for_copy(
                file=seen_by(keeper, client), ground="client", by=keeper, at=now()
            )
            with pytest.raises(DatabaseError, match="themselves"), transaction.atomic():
                FileRequest.objects.filter(pk=request.pk).update(
                    agreed_by=other_keeper, agreed_at=now(), state="agreed"
                )

    def test_who_leads_the_work_may_agree_and_another_supervisor_may_not(
        self, world: World, keeper: User
    ) -> None:
        client = Client.objects.get(pk=world.keys["client"])
        stranger = UserFactory.create(roles=[Role.SUPERVISOR])
        SupervisionFactory.create(supervisor=stranger, supervisee=UserFactory.create())
        with acting(keeper):
            request = file_requests.ask_for_copy(
                file=seen_by(keeper, client), ground="client", by=keeper, at=now()
            )
        with pytest.raises(FileRequest.DoesNotExist):  # not there, for PostgreSQL either
            agreed(request, stranger)
        assert agreed(request, world.people["supervisor"]).state == Job.State.WAITING

    def test_postgresql_tells_nothing_before_two_people_have_agreed(self, keeper: User) -> None:
        client = ClientFactory.create()
        with acting(keeper):
            request = file_requests.ask_for_copy(
                file=seen_by(keeper, client), ground="client", by=keeper, at=now()
            )
        with (
            standing_as("worker"),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="nobody else has agreed"),
            transaction.atomic(),
        ):
            cursor.execute("select * from sight.record_of(%s)", [request.pk])

    def test_the_app_itself_cannot_ask_for_a_record(self, keeper: User, other_keeper: User) -> None:
        request = copied(ClientFactory.create(), keeper, other_keeper)
        with acting(keeper), connection.cursor() as cursor:
            cursor.execute("set local role app")
            for call in ("record_of(%s)", "wipe_record(%s, current_date)"):
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    cursor.execute(f"select * from sight.{call}", [request.pk])  # noqa: S608 -- typed above

    def test_it_is_collected_once_and_by_who_asked(self, keeper: User, other_keeper: User) -> None:
        request = copied(ClientFactory.create(), keeper, other_keeper)
        assert request.state == "ready"
        with pytest.raises(RuleBroken), acting(other_keeper):
            file_requests.collect(request=request, by=other_keeper, at=now())
        opened(request, keeper)
        assert not ExportParcel.objects.exists()
        with pytest.raises(RuleBroken), acting(keeper):
            file_requests.collect(request=request, by=keeper, at=now())

    def test_it_is_gone_after_a_week(self, keeper: User, other_keeper: User) -> None:
        request = copied(ClientFactory.create(), keeper, other_keeper)
        week = request.expires_at
        assert file_requests.forget_old_copies(at=week - timedelta(seconds=1)) == 0
        with pytest.raises(RuleBroken), acting(keeper):
            file_requests.collect(request=request, by=keeper, at=week)
        assert file_requests.forget_old_copies(at=week) == 1
        assert not ExportParcel.objects.exists()
        request.refresh_from_db()
        assert request.state == "expired"

    def test_it_is_sealed_where_it_lies(self, keeper: User, other_keeper: User) -> None:
        copied(ClientFactory.create(), keeper, other_keeper)
        assert isinstance(ExportParcel._meta.get_field("content"), SealedTextField)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("select content from caseload_exportparcel")
            raw = bytes(cursor.fetchone()[0])
        assert b"UEsD" not in raw  # "PK" in base64, as every zip begins

    def test_what_was_stopped_is_not_written(self, keeper: User, other_keeper: User) -> None:
        client = ClientFactory.create()
        with acting(keeper):
            request = file_requests.ask_for_copy(
                file=seen_by(keeper, client), ground="client", by=keeper, at=now()
            )
        job = agreed(request, other_keeper)
        with acting(keeper):
            file_requests.stop(request=request, at=now())
        assert worked_on(job).state == "stopped"
        assert not ExportParcel.objects.exists()


def test_files_are_known_to_who_keeps_records_and_who_leads_the_work(
    world: World, keeper: User
) -> None:
    client = Client.objects.get(pk=world.keys["client"])
    due = over_long_ago()
    knows = {}
    for name, person in world.people.items():
        if person is not None:
            with acting(person):
                knows[name] = (file_of(client.pk) is not None, bool(files_due(how_many=5)))
    assert {name for name, (one, _all) in knows.items() if one} == {"supervisor", "records_keeper"}
    assert {name for name, (_one, all_) in knows.items() if all_} == {"records_keeper"}
    with acting(keeper):
        assert [file.code for file in files_due(how_many=5)] == [due.code]
