"""What people decide about sending: held messages, senders that are refused, the pause; by name, and not by anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from messaging import breakers, guard, record
from messaging.domain.delivery import Channel, Status
from messaging.models import Message, Sender, SendingPause
from tests.support.admin_pages import Desk, superuser
from tests.support.messages import MAILBOX, PHONE, draft, mail, outbox_with

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HELD = "messaging/message/held/"


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


@pytest.fixture
def onlooker(client: Client) -> Desk:
    """Somebody who may see everything of messages and change nothing."""
    user = get_user_model().objects.create_user("onlooker", password="pw", is_staff=True)
    views = Permission.objects.filter(content_type__app_label="messaging", codename__startswith="view_")
    user.user_permissions.set(views)
    client.force_login(user)
    return Desk(client)


def hold(*, mails: int = 1) -> list[Message]:
    now = timezone.now()
    when = {"due_at": now - HOUR, "expires_at": now + HOUR}
    texts = [draft(f"text-{number}", template="visit_day_before", **when) for number in range(3)]
    rows = outbox_with(*texts, *(mail(f"mail-{number}", template="how_are_you", **when) for number in range(mails)))
    record.move(Message.objects.all(), Status.HELD, now=now, reason="too much for one address: 6 in an hour")
    return rows


def account_is_refused() -> Sender:
    breakers.trip(Channel.SMS, "", code="20003", words="no credentials", whole_account=True, now=timezone.now())
    return Sender.objects.get()


class TestHeldMessages:
    def test_it_lists_them_by_address_and_template_and_counts_them_beside(self, desk: Desk) -> None:
        hold()
        html = desk.see(HELD)
        assert PHONE in html
        assert MAILBOX in html
        assert html.count('name="group"') == 2
        assert ">4<" in html.replace("\n", "").replace(" ", "")

    def test_it_lets_a_group_through_under_the_name_of_the_person(self, desk: Desk) -> None:
        rows = hold()
        response = desk.send(HELD, deed="let_through", group=f"{rows[0].pk}-{rows[2].pk}")
        assert "3 of 3 messages are let through" in desk.told(response)
        let = Message.objects.filter(status=Status.PLANNED)
        assert {(row.address, row.released_by) for row in let} == {(PHONE, "boss")}
        assert guard.holding().get().address == MAILBOX

    def test_it_drops_a_group_under_the_name_of_the_person(self, desk: Desk) -> None:
        rows = hold()
        desk.send(HELD, deed="drop", group=f"{rows[0].pk}-{rows[2].pk}")
        assert set(Message.objects.filter(address=PHONE).values_list("status", "reason")) == {
            ("suppressed", "too much for one address; dropped by boss")
        }

    def test_it_decides_nothing_about_what_came_after_the_page(self, desk: Desk) -> None:
        rows = hold()
        desk.send(HELD, deed="drop", group=f"{rows[0].pk}-{rows[1].pk}")
        assert guard.holding().filter(address=PHONE).get().pk == rows[2].pk

    @pytest.mark.parametrize("group", ["", "x-y", "1", "-", "9" * 50, "١-٢", "0-0"])
    def test_it_stands_odd_input(self, desk: Desk, group: str) -> None:
        hold()
        assert "nothing that is still held was chosen" in desk.told(desk.send(HELD, deed="drop", group=group))
        assert guard.holding().count() == 4

    def test_it_does_nothing_without_a_deed(self, desk: Desk) -> None:
        rows = hold()
        assert "deed:" in desk.told(desk.send(HELD, group=f"{rows[0].pk}-{rows[2].pk}"))
        assert guard.holding().count() == 4

    def test_it_lets_nobody_decide_who_may_only_look(self, onlooker: Desk) -> None:
        rows = hold()
        assert 'name="deed"' not in onlooker.see(HELD)
        assert onlooker.send(HELD, deed="drop", group=f"{rows[0].pk}-{rows[2].pk}").status_code == 403
        assert guard.holding().count() == 4


class TestSenders:
    def test_it_says_what_is_held_and_why(self, desk: Desk) -> None:
        row = account_is_refused()
        assert "no credentials (20003)" in desk.see("messaging/sender/")
        assert "Try again now" in desk.see(f"messaging/sender/{row.pk}/change/")

    def test_it_has_one_tried_again_at_once(self, desk: Desk) -> None:
        row = account_is_refused()
        told = desk.told(desk.send(f"messaging/sender/{row.pk}/try-again/"))
        assert "It is tried again now" in told
        assert breakers.held(now=timezone.now()).open == {}
        assert "not held any more" in desk.told(desk.send(f"messaging/sender/{row.pk}/try-again/"))

    def test_it_changes_nothing_for_who_may_only_look(self, onlooker: Desk) -> None:
        row = account_is_refused()
        assert "Try again now" not in onlooker.see(f"messaging/sender/{row.pk}/change/")
        assert onlooker.send(f"messaging/sender/{row.pk}/try-again/").status_code == 403
        assert breakers.held(now=timezone.now()).open

    def test_it_takes_a_pace_for_a_sender_and_refuses_what_cannot_be_one(self, desk: Desk) -> None:
        good = desk.send("messaging/sender/add/", channel="sms", address="+12025550100", pace="3")
        assert good.status_code == 302
        assert Sender.objects.get().pace == 3
        bad = desk.send("messaging/sender/add/", channel="sms", address="Lakeside", pace="3")
        assert "address: neither a number" in bad.content.decode()


class TestPause:
    def test_it_pauses_under_a_name_with_a_reason_on_every_page(self, desk: Desk) -> None:
        assert desk.send("messaging/sendingpause/add/", reason="wrong clinic imported").status_code == 302
        pause = SendingPause.objects.get()
        assert (pause.began_by, pause.reason, pause.ended_at) == ("boss", "wrong clinic imported", None)
        for page in ("", HELD, "patients/patient/", "messaging/sendingpause/"):
            assert "Routine messages are paused: wrong clinic imported" in desk.see(page)

    def test_it_needs_a_reason(self, desk: Desk) -> None:
        desk.send("messaging/sendingpause/add/", reason="  ")
        assert not SendingPause.objects.exists()

    def test_it_resumes_under_a_name(self, desk: Desk) -> None:
        guard.pause(by="Ana", reason="import", now=timezone.now())
        assert "leave again" in desk.told(desk.send("messaging/sendingpause/resume/"))
        pause = SendingPause.objects.get()
        assert (pause.began_by, pause.ended_by) == ("Ana", "boss")
        assert "Routine messages are paused" not in desk.see("")

    def test_it_is_no_business_of_who_may_only_look(self, onlooker: Desk) -> None:
        guard.pause(by="Ana", reason="import", now=timezone.now())
        assert "Routine messages are paused: import" in onlooker.see("messaging/sendingpause/")
        assert onlooker.send("messaging/sendingpause/resume/").status_code == 403
        assert onlooker.send("messaging/sendingpause/add/", reason="no").status_code == 403
        assert guard.paused(now=timezone.now())

    def test_it_is_begun_and_ended_from_the_command_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("pause_sending")
        call_command("pause_sending", reason="bad import", by="Ana")
        call_command("pause_sending")
        call_command("pause_sending", resume=True, by="Ben")
        call_command("pause_sending", resume=True, by="Ben")
        said = capsys.readouterr().out.splitlines()
        assert said[0] == "Nothing is paused."
        assert said[1] == said[2]
        assert said[1].endswith("by Ana: bad import")
        assert said[3:] == ["Routine messages leave again.", "Nothing was paused."]
        assert SendingPause.objects.get().ended_by == "Ben"

    def test_it_asks_for_a_reason_on_the_command_line(self) -> None:
        with pytest.raises(CommandError, match="--reason"):
            call_command("pause_sending", reason="  ")
