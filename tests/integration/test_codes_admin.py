"""Deciding in the admin what a code calls for, and having an address tried again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from messaging import codes, faults
from messaging.domain.delivery import Channel
from messaging.domain.reactions import Reaction
from messaging.models import AddressFault, CodeReaction
from tests.support.admin_pages import Desk, errors, superuser
from tests.support.messages import NOW, PHONE

pytestmark = pytest.mark.django_db

PAGE = "messaging/codereaction/"
FORM = {"code": "30003", "reaction": "other_way", "wait_seconds": "0", "tries": "0", "words": "", "note": "Our network"}


def desk_of(role: str) -> Desk:
    """Somebody of a group, as grant_roles makes it."""
    call_command("grant_roles")
    user = get_user_model().objects.create_user(role.lower(), password="pw", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return Desk(client)


@pytest.fixture
def desk() -> Desk:
    return desk_of("Managers")


def decide(desk: Desk, **changes: str) -> Any:
    return desk.send(f"{PAGE}add/", **FORM | changes)


class TestThePage:
    def test_it_lists_every_code_with_its_default(self, desk: Desk) -> None:
        html = desk.see(PAGE)
        for code, known in codes.DEFAULTS.items():
            assert f"<strong>{code}</strong>" in html
            assert known.words.replace("'", "&#x27;") in html

    def test_it_shows_what_was_decided_instead_by_whom_and_why(self, desk: Desk) -> None:
        decide(desk)
        decide(desk, code="39999", reaction="operator", words="a thing of theirs", note="They said so")
        html = desk.see(PAGE, decided="on")
        assert html.count('<span class="bw-chip bw-info">decided</span>') == 2
        for told in ("the same again after 30 min, up to 2 times more", "Our network", "managers", "a thing of theirs"):
            assert told in html
        assert "<strong>30005</strong>" not in html

    @pytest.mark.parametrize(
        ("wanted", "found"), [("30005", "30005"), ("not in use", "30005"), ("mailbox", "smtp-550")]
    )
    def test_a_code_is_found_by_name_or_words(self, desk: Desk, wanted: str, found: str) -> None:
        html = desk.see(PAGE, q=wanted)
        assert f"<strong>{found}</strong>" in html
        assert "<strong>20429</strong>" not in html

    @pytest.mark.parametrize("odd", ["<script>", "\x00", "x" * 5000, "%"])
    def test_an_odd_search_is_no_error(self, desk: Desk, odd: str) -> None:
        assert "<script>x" not in desk.see(PAGE, q=odd)


class TestDeciding:
    def test_it_holds_at_once_and_says_whose_it_is(self, desk: Desk) -> None:
        assert "30 seconds" in desk.told(decide(desk))
        row = CodeReaction.objects.get()
        assert (row.code, row.changed_by, row.note) == ("30003", "managers", "Our network")
        codes.refresh(now=NOW)
        known = codes.lookup("30003")
        assert known is not None
        assert known.reaction is Reaction.OTHER_WAY

    def test_the_form_of_a_code_begins_with_its_default(self, desk: Desk) -> None:
        html = desk.see(f"{PAGE}add/", code="30003")
        for part in ('value="30003"', 'value="1800"', 'value="retry" selected'):
            assert part in html

    def test_it_is_changed_and_the_code_stays(self, desk: Desk) -> None:
        decide(desk)
        row = CodeReaction.objects.get()
        desk.edit(f"{PAGE}{row.pk}/change/", "codereaction_form", reaction="retry", tries="1", code="30005")
        row.refresh_from_db()
        assert (row.code, row.reaction, row.tries) == ("30003", "retry", 1)

    def test_it_is_put_back_to_its_default(self, desk: Desk) -> None:
        decide(desk)
        codes.refresh(now=NOW)
        row = CodeReaction.objects.get()
        assert desk.client.get(f"/admin/{PAGE}{row.pk}/default/").status_code == 405
        assert "back to its default" in desk.told(desk.send(f"{PAGE}{row.pk}/default/"))
        assert not CodeReaction.objects.exists()
        codes.refresh(now=NOW)
        assert codes.lookup("30003") == codes.DEFAULTS["30003"]

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"code": "3x003"}, "code", "3x003"),
            ({"code": "smtp-5.7.1.2"}, "code", "smtp-5.7.1.2"),
            ({"code": "<b>"}, "code", "<b>"),
            ({"reaction": "retry", "tries": "1", "wait_seconds": "-5"}, "wait_seconds", "-5 seconds"),
            ({"reaction": "retry", "tries": "1", "wait_seconds": "99999999"}, "wait_seconds", "99999999 seconds"),
            ({"reaction": "retry", "tries": "-1"}, "tries", "-1 more tries"),
            ({"reaction": "retry", "tries": "0", "wait_seconds": "60"}, "tries", "0 for 30003"),
            ({"reaction": "address", "wait_seconds": "60"}, "wait_seconds", "60 seconds"),
            ({"reaction": "operator", "tries": "2"}, "tries", "2 more tries"),
            ({"reaction": "explode"}, "reaction", "explode"),
            ({"note": ""}, "note", "required"),
            ({"code": "20003", "reaction": "address"}, "reaction", "20003"),
            ({"code": "21610", "reaction": "retry", "tries": "1"}, "reaction", "21610"),
        ],
    )
    def test_nonsense_is_refused_at_its_field_with_its_value(
        self, desk: Desk, changes: dict[str, str], field: str, words: str
    ) -> None:
        refused = errors(decide(desk, **changes))
        assert list(refused) == [field]
        assert words in refused[field][0]
        assert not CodeReaction.objects.exists()

    def test_one_code_is_decided_once(self, desk: Desk) -> None:
        decide(desk)
        assert "code" in errors(decide(desk))


class TestWho:
    @pytest.mark.parametrize("role", ["Coordinators", "Nurses"])
    def test_others_see_it_and_decide_nothing(self, role: str) -> None:
        row = CodeReaction.objects.create(code="30003", reaction="other_way", note="so")
        desk = desk_of(role)
        html = desk.see(PAGE)
        assert "Decide otherwise" not in html
        assert "Put back" not in html
        assert decide(desk, code="30005").status_code == 403
        assert desk.send(f"{PAGE}{row.pk}/default/").status_code == 403
        assert CodeReaction.objects.count() == 1

    def test_whoever_has_no_rights_sees_nothing(self) -> None:
        user = get_user_model().objects.create_user("new", password="pw", is_staff=True)
        client = Client()
        client.force_login(user)
        assert client.get(f"/admin/{PAGE}").status_code == 403

    def test_a_superuser_may(self, client: Client) -> None:
        client.force_login(superuser())
        assert decide(Desk(client)).status_code == 302


class TestAddressesThatDoNotWork:
    PAGE = "messaging/addressfault/"

    @pytest.fixture
    def fault(self) -> AddressFault:
        faults.note(Channel.SMS, PHONE, code="30005", words="the number is not in use", now=NOW)
        return AddressFault.objects.get()

    def test_the_list_shows_those_that_stand(self, desk: Desk, fault: AddressFault) -> None:
        html = desk.see(self.PAGE)
        assert PHONE in html
        assert "not in use" in html
        faults.clear(fault, by="boss", now=NOW)
        assert PHONE not in desk.see(self.PAGE)
        assert PHONE in desk.see(self.PAGE, state="cleared")
        assert PHONE in desk.see(self.PAGE, state="all")

    @pytest.mark.parametrize("role", ["Managers", "Coordinators"])
    def test_one_is_tried_again_from_the_list(self, fault: AddressFault, role: str) -> None:
        desk = desk_of(role)
        chosen = {"action": "try_again", "_selected_action": [str(fault.pk)]}
        assert "1 of 1" in desk.told(desk.send(self.PAGE, **chosen))
        fault.refresh_from_db()
        assert fault.cleared_by == role.lower()
        assert faults.standing([(Channel.SMS, PHONE)]) == {}

    def test_one_is_tried_again_from_its_page(self, desk: Desk, fault: AddressFault) -> None:
        address = f"{self.PAGE}{fault.pk}/try-again/"
        assert address in desk.see(f"{self.PAGE}{fault.pk}/change/")
        assert desk.client.get(f"/admin/{address}").status_code == 405
        assert "1 of 1" in desk.told(desk.send(address))
        assert address not in desk.see(f"{self.PAGE}{fault.pk}/change/")

    def test_a_nurse_sees_it_and_clears_nothing(self, fault: AddressFault) -> None:
        desk = desk_of("Nurses")
        address = f"{self.PAGE}{fault.pk}/try-again/"
        assert address not in desk.see(f"{self.PAGE}{fault.pk}/change/")
        assert desk.send(address).status_code == 403
        assert faults.standing([(Channel.SMS, PHONE)])
