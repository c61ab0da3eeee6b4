"""Forms of a page as a browser sees them: what they send, and where."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Sent = dict[str, list[str]]


@dataclass
class FoundForm:
    """One form: where it goes, and what it would send; of picks that are not made, the first."""

    action: str
    is_post: bool
    sent: Sent = field(default_factory=dict)
    first_pick: Sent = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)

    def filled(self) -> Sent:
        """Return what is sent, with something picked wherever one may pick."""
        return {**self.first_pick, **{name: said for name, said in self.sent.items() if any(said)}}


class Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FoundForm] = []
        self.form: FoundForm | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            is_post = said.get("method", "get").lower() == "post"
            self.form = FoundForm(said.get("action", ""), is_post)
            self.found.append(self.form)
        elif self.form is None:
            return
        elif tag == "select":
            self.select = said.get("name", "")
        elif tag == "textarea" and said.get("name"):
            self.form.add(said["name"], "")
        elif tag == "option" and self.select and said.get("value"):
            self.pick(self.select, said, "selected")
        elif tag in ("input", "button") and said.get("name"):
            if said.get("type") in ("radio", "checkbox"):
                self.pick(said["name"], said, "checked")
            else:
                self.form.add(said["name"], said.get("value", ""))

    def pick(self, name: str, said: dict[str, str], made: str) -> None:
        assert self.form is not None
        if made in said:
            self.form.add(name, said.get("value", "on"))
        else:
            self.form.first_pick.setdefault(name, [said.get("value", "on")])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""


def forms_of(html: str) -> list[FoundForm]:
    """Return the forms of a page that are sent by POST."""
    read = Forms()
    read.feed(html)
    return [form for form in read.found if form.is_post]
