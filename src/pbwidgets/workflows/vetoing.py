"""Vetoes: put on record with kind and basis, appealed, upheld, lifted; each by the top level or the organiser."""

from pbwidgets import store
from pbwidgets.campaign import Campaign, Track
from pbwidgets.campaign.model import Gate
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor, Reader, Veto, VetoOnRecord
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import Opened, Workspace, today


def gates_of(campaign: Campaign, unit_kind: str) -> tuple[tuple[Track, Gate], ...]:
    """Gates that can be closed for a kind of unit, each with its track."""
    return tuple(
        (track, gate) for track in campaign.tracks if track.unit_kind == unit_kind for gate in track.gates
    )


def record_veto(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    unit_code: str,
    kind: str,
    basis: str,
    document_number: str | None = None,
) -> int:
    """Number of a veto that was put on record.

    Parameters
    ----------
    workspace, actor, opened
        Where, who, and in which campaign.
    unit_code
        Unit that it concerns.
    kind
        Id of a gate of a track that assesses such units; how far it reaches stands in the gate.
    basis
        What it rests on.
    document_number
        Number of the document, if there is one.

    Raises
    ------
    DataError
        ``review.unknown_veto_kind``, ``store.reason_needed``.
    RightsError
        If the actor may not record vetoes here.
    """
    units = workspace.units(opened.day(today()))
    authorise(actor, "veto", unit_code, units)
    kinds = units.loc[units["unit_code"] == unit_code, "kind"]
    known = {gate.id: track.id for of in kinds for track, gate in gates_of(opened.campaign, of)}
    if kind not in known:
        raise DataError("review.unknown_veto_kind", kind=kind, unit=unit_code)
    number = document_number.strip() if document_number else None
    veto = Veto(opened.campaign.id, opened.period_id, unit_code, kind, basis, known[kind], number or None)
    with workspace.store.write(actor) as writer:
        return store.record_veto(writer, veto)


def appeal_veto(workspace: Workspace, actor: Actor, opened: Opened, veto_id: int, reason: str) -> None:
    """Note an appeal; the veto stays in force until it is lifted.

    Raises
    ------
    DataError
        ``store.veto_status``, ``store.reason_needed``, ``store.unknown_veto``.
    RightsError
        If the actor may not.
    """
    _authorise_veto(workspace, actor, opened, veto_id)
    with workspace.store.write(actor) as writer:
        store.appeal_veto(writer, veto_id, reason)


def uphold_veto(workspace: Workspace, actor: Actor, opened: Opened, veto_id: int, reason: str) -> None:
    """Refuse an appeal: the veto is in force as before.

    Raises
    ------
    DataError, RightsError
        As :func:`appeal_veto`.
    """
    _authorise_veto(workspace, actor, opened, veto_id)
    with workspace.store.write(actor) as writer:
        store.uphold_veto(writer, veto_id, reason)


def lift_veto(workspace: Workspace, actor: Actor, opened: Opened, veto_id: int, reason: str) -> None:
    """Lift a veto; it stays on record as lifted.

    Raises
    ------
    DataError, RightsError
        As :func:`appeal_veto`.
    """
    _authorise_veto(workspace, actor, opened, veto_id)
    with workspace.store.write(actor) as writer:
        store.lift_veto(writer, veto_id, reason)


def vetoes_of(reader: Reader, opened: Opened, unit_code: str) -> tuple[VetoOnRecord, ...]:
    """Vetoes of one unit, in the order in which they were recorded."""
    records = store.load_veto_records(reader, opened.campaign.id, opened.period_id)
    return tuple(item for item in records if item.veto.unit_code == unit_code)


def _authorise_veto(workspace: Workspace, actor: Actor, opened: Opened, veto_id: int) -> None:
    with workspace.store.read() as reader:
        records = store.load_veto_records(reader, opened.campaign.id, opened.period_id)
    found = next((item for item in records if item.id == veto_id), None)
    if found is None and actor.role in ("reviewer", "organiser", "operator"):
        raise DataError("store.unknown_veto", veto=veto_id)
    if found is None:
        raise RightsError("workflows.not_allowed", role=actor.role, action="veto")
    authorise(actor, "veto", found.veto.unit_code, workspace.units(opened.day(today())))
