"""How many units each may nominate: set one by one, or shared out by size, adjusted and saved together."""

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import fields, offer
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.store import load_allotments
from pbwidgets.workflows.organise.allotments import SharedPlaces, set_allotments, share_places


class AllotmentCard:
    """Card for the number of units that each unit may nominate.

    Attributes
    ----------
    view
        The card.
    track, unit, number
        Fields for setting a single number.
    total
        Places to share out.
    shares
        Places of each unit by code, from sharing out until saving.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        layout = elements.plain_layout()
        self._tracks = {track.id: track for track in visit.opened.campaign.tracks if track.nomination}
        self.track = w.Dropdown(
            options=[(track.name.words(visit.lang), track.id) for track in self._tracks.values()],
            description=visit.words("organise.track"),
            layout=layout,
        )
        self.unit = w.Dropdown(description=visit.words("organise.unit"), layout=layout)
        self.number = w.BoundedIntText(
            0, min=0, max=10_000, description=visit.words("organise.allotted"), layout=layout
        )
        self.total = w.BoundedIntText(
            0, min=0, max=1_000_000, description=visit.words("allotting.total"), layout=layout
        )
        self.shares: dict[str, w.BoundedIntText] = {}
        self._share = elements.button("", visit.attempt(self.share))
        self._draft, self._sum = elements.stack(), elements.paragraph("")
        self._shown = elements.stack()
        self.track.observe(lambda _: self._offer(), "value")
        self.total.observe(lambda _: self._add_up(), "value")
        self._offer()
        self.view = elements.card(
            fields(self.track, self.unit, self.number),
            elements.button(visit.words("organise.set"), visit.attempt(self.set), "primary"),
            fields(self.total, self._share),
            self._draft,
            self._shown,
            title=visit.words("organise.allotments"),
        )

    def _offer(self) -> None:
        visit, nomination = self._visit, self._tracks[self.track.value].nomination
        units = visit.units[visit.units["kind"] == (nomination.by if nomination else "")]
        offer(self.unit, list(zip(units["unit_name"], units["unit_code"], strict=True)))
        bounds = nomination.allotment if nomination else None
        if bounds is not None:
            self.number.value = bounds.usual
        self.total.value = self._tracks[self.track.value].places or 0
        self._share.description = visit.words("allotting.share", kind=self._kind())
        self.discard()
        self._show(units)

    def _kind(self) -> str:
        campaign = self._visit.opened.campaign
        return campaign.kind_names(self._tracks[self.track.value].unit_kind, self._visit.lang)

    def share(self) -> None:
        """Fill in the places of each unit by its number of units; nothing is saved."""
        visit = self._visit
        visit.messages.clear()
        self.discard()
        shared = share_places(visit.desk, self.track.value, total=self.total.value)
        layout = elements.plain_layout()
        for row in shared.units.to_dict("records"):
            number = w.BoundedIntText(
                row["allotted"], min=0, max=10_000, description=row["unit_name"], layout=layout
            )
            number.observe(lambda _: self._add_up(), "value")
            self.shares[row["unit_code"]] = number
        self._add_up()
        save = elements.button(visit.words("allotting.save_all"), visit.attempt(self.save_shares), "primary")
        leave = elements.button(visit.words("allotting.discard"), visit.attempt(self.discard))
        self._draft.children = (
            *self._explain(shared), fields(*self.shares.values()), self._sum, elements.row(save, leave)
        )  # fmt: skip

    def _explain(self, shared: SharedPlaces) -> list[w.HTML]:
        """Notes that nothing is saved yet, and on what a tie leaves open."""
        words = self._visit.words
        said = [elements.notice("info", words("allotting.proposed", kind=self._kind()))]
        if shared.open_places:
            names = words("tables.comma").join(shared.tied_names)
            said.append(
                elements.notice("warn", words("allotting.left_open", open=shared.open_places, units=names))
            )
        return said

    def _add_up(self) -> None:
        total = sum(number.value for number in self.shares.values())
        words = self._visit.words("allotting.sum", sum=total, total=self.total.value)
        self._sum.value = elements.paragraph(words).value

    def save_shares(self) -> None:
        """Save the numbers filled in for all units."""
        visit = self._visit
        visit.messages.clear()
        allotted = {code: number.value for code, number in self.shares.items()}
        set_allotments(visit.desk, self.track.value, allotted)
        self._offer()
        visit.messages.say(
            "good", visit.words("allotting.saved", count=len(allotted), sum=sum(allotted.values()))
        )

    def discard(self) -> None:
        """Discard the shares."""
        self.shares = {}
        self._draft.children = ()

    def set(self) -> None:
        """Save the number filled in for one unit."""
        visit = self._visit
        visit.messages.clear()
        allotted = {self.unit.value: self.number.value}
        set_allotments(visit.desk, self.track.value, allotted)
        said = visit.words(
            "organise.allotted_to", unit=visit.unit_name(self.unit.value), count=self.number.value
        )
        nomination = self._tracks[self.track.value].nomination
        self._show(visit.units[visit.units["kind"] == (nomination.by if nomination else "")])
        visit.messages.say("good", said)

    def _show(self, units: pd.DataFrame) -> None:
        visit = self._visit
        with visit.workspace.store.read() as reader:
            found = load_allotments(reader, visit.opened.campaign.id, visit.opened.period_id)
        of_track = found[found["track_id"] == self.track.value]
        allotted = dict(zip(of_track["by_unit"], of_track["allotted"], strict=True))
        rows = [
            (
                name,
                elements.Cell(str(allotted[code]), align="right")
                if code in allotted
                else elements.Cell(visit.words("organise.not_set"), tone="quiet"),
            )
            for name, code in zip(units["unit_name"], units["unit_code"], strict=True)
        ]
        heads = (visit.words("organise.unit"), visit.words("organise.allotted"))
        self._shown.children = (elements.table(heads, rows),)
