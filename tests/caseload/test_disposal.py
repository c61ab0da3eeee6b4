"""The end of a file: wiped for two people's yes, kept while anything holds it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.models import DisposalCertificate, Role, User
from accounts.operations.sealing import seal_history
from accounts.operations.verifying import faults
from caseload.models import Client, Commitment, FileRequest, Participation, ReadLog
from caseload.operations.holds import lift_holds, set_hold
from caseload.record.ways import parts
from core.actor import acting
from core.clock import now, today
from core.errors import RuleBroken
from tests.accounts.factories import UserFactory
from tests.canaries import one_of_everything
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
    EpisodeFactory,
    GoalFactory,
    ParticipationFactory,
    WaitingEntryFactory,
)
from tests.caseload.files import (
    agreed,
    disposal_of,
    over_long_ago,
    seen_by,
    worked_on,
)
from tests.roles import as_owner, standing_as
from tests.world import World

pytestmark = pytest.mark.django_db


class TestDisposal:
    @pytest.mark.django_db(transaction=True)
    def test_a_file_is_wiped_and_the_seals_still_verify(
        self, keeper: User, other_keeper: User
    ) -> None:
        client = over_long_ago(name="Zenobia Kwiatek")
        with standing_as("worker"):
            seal_history()
        done = worked_on(agreed(disposal_of(client, keeper), other_keeper))

        assert done.state == "done", done.job.said
        with standing_as("worker"):
            seal_history()
        with as_owner(), transaction.atomic():
            assert list(faults()) == []
            assert not Client.objects.filter(pk=client.pk).exists()
            assert ReadLog.objects.filter(client=client).exists()
            assert "Zenobia" not in everything_written()
        certificate = DisposalCertificate.objects.get()
        assert (certificate.client, certificate.code) == (client.pk, client.code)
        assert certificate.counts["caseload.Goal"] == certificate.counts["caseload.Client"] == 1
        assert certificate.wiped["caseload_goalevent"]

    @pytest.mark.django_db(transaction=True)
    def test_only_what_the_certificate_lists_may_be_missing(
        self, keeper: User, other_keeper: User
    ) -> None:
        kept = ClientFactory.create()
        client = over_long_ago()
        with standing_as("worker"):
            seal_history()
        worked_on(agreed(disposal_of(client, keeper), other_keeper))
        with as_owner(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from caseload_clientevent where pgh_obj_id = %s", [kept.pk])
            assert {fault.what for fault in faults()} == {"gone"}
            cursor.execute(
                "update accounts_disposalcertificate set wiped = jsonb_set(wiped, '{caseload_clientevent}',"
                " (select jsonb_agg(key) from accounts_historyline))"
            )
            said = [str(fault) for fault in faults()]
        assert any("certificate" in line for line in said)
        assert len(said) > 2

    @pytest.mark.parametrize("why", ["hold", "open", "not over", "no date"])
    def test_what_must_be_kept_is_not_disposed_of(self, keeper: User, why: str) -> None:
        client = over_long_ago()
        if why == "hold":
            with acting(keeper):
                set_hold(file=seen_by(keeper, client), reason="A claim", by=keeper, at=now())
        elif why == "open":
            WaitingEntryFactory.create(client=client)
        else:
            until = today() if why == "not over" else None
            Client.objects.filter(pk=client.pk).update(kept_until=until)
        with pytest.raises(RuleBroken):
            disposal_of(client, keeper)

    @pytest.mark.parametrize("why", ["hold", "open"])
    def test_what_came_between_the_two_yeses_counts(
        self, keeper: User, other_keeper: User, why: str
    ) -> None:
        client = over_long_ago()
        job = agreed(disposal_of(client, keeper), other_keeper)
        if why == "hold":
            with acting(keeper):
                set_hold(file=seen_by(keeper, client), reason="A claim", by=keeper, at=now())
        else:
            AssignmentFactory.create(client=client)
        assert worked_on(job).state == "failed"
        assert Client.objects.filter(pk=client.pk).exists()

    def test_work_shared_with_others_stays_until_the_last_of_them(
        self, keeper: User, other_keeper: User
    ) -> None:
        one, other = over_long_ago(), over_long_ago()
        ended = today() - timedelta(days=2000)
        both = EpisodeFactory.create(kind="couple", opened_on=ended, closed_on=ended)
        for person in (one, other):
            ParticipationFactory.create(episode=both, client=person, joined_on=ended, left_on=ended)
        work = AssignmentFactory.create(episode=both, starts_on=ended, ends_on=ended)
        GoalFactory.create(assignment=work, episode=both)

        assert worked_on(agreed(disposal_of(one, keeper), other_keeper)).state == "done"
        both.refresh_from_db()
        assert list(Participation.objects.filter(episode=both)) == list(
            Participation.objects.filter(episode=both, client=other)
        )
        assert worked_on(agreed(disposal_of(other, keeper), other_keeper)).state == "done"
        assert not type(both).objects.filter(pk=both.pk).exists()

    def test_nothing_is_left_when_every_file_is_wiped(self, world: World, keeper: User) -> None:
        """One of everything: what is new and has a law against going is found here."""
        one_of_everything()
        second = UserFactory.create(roles=[Role.SUPERVISOR])
        FileRequest.objects.all().delete()
        Commitment.objects.filter(assignment=None).delete()  # nobody's in particular
        requests = [asked_to_wipe(client, keeper) for client in Client.objects.all()]
        for request in requests:
            agreed(request, second)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "create or replace function sight.open_with_client(who uuid, day date) returns text[]"
                " language sql as $$ select '{}'::text[] $$"
            )
            cursor.execute(
                "update caseload_client set kept_until = '2001-01-01', on_legal_hold = false"
            )
            for request in requests:
                cursor.execute("select from sight.wipe_record(%s, %s)", [request.pk, today()])
            cursor.execute("set constraints all immediate")
            left = {part.label for part in parts() if part.model._base_manager.exists()}
        assert left == {"caseload.ReadLog", "caseload.FileRequest"} & left


def asked_to_wipe(client: Client, keeper: User) -> FileRequest:
    return FileRequest.objects.create(
        kind="disposal",
        ground="over",
        client=client,
        code=client.code,
        asked_by=keeper,
        asked_at=now(),
    )


class TestHolds:
    def test_a_hold_stands_until_the_last_is_lifted(self, keeper: User) -> None:
        client = ClientFactory.create()
        with acting(keeper):
            set_hold(file=seen_by(keeper, client), reason="A claim", by=keeper, at=now())
            set_hold(file=seen_by(keeper, client), reason="A second", by=keeper, at=now())
            assert seen_by(keeper, client).on_legal_hold
            held = seen_by(keeper, client)
            assert lift_holds(file=held, why="Settled", by=keeper, at=now()) == 2
        assert not seen_by(keeper, client).on_legal_hold

    def test_what_a_suspension_holds_is_not_lifted_with_another(self, keeper: User) -> None:
        client = ClientFactory.create(on_legal_hold=True)
        with acting(keeper):
            set_hold(file=seen_by(keeper, client), reason="A claim", by=keeper, at=now())
        assert client.holds.filter(set_by=None, lifted_at=None).count() == 1

    def test_a_therapist_sets_none(self, world: World, keeper: User) -> None:
        client = ClientFactory.create()
        therapist = world.people["therapist"]
        with pytest.raises(RuleBroken), acting(therapist):
            set_hold(file=seen_by(keeper, client), reason="A claim", by=therapist, at=now())


def everything_written() -> str:
    """Return every text of every table of ours and of history."""
    said = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed and model._meta.app_label in (
                "accounts",
                "caseload",
                "endings",
                "referrals",
            ):
                cursor.execute(
                    f"select to_jsonb(t)::text from {model._meta.db_table} t"  # noqa: S608 -- of models
                )
                said += [text for (text,) in cursor.fetchall()]
    return "\n".join(said)
