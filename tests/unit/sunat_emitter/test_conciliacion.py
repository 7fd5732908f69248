"""What follows from a state here and another at SUNAT, for every pair; the pace of questions."""

import itertools

import pytest

from sunat_emitter.conciliacion.consulta import Ritmo
from sunat_emitter.conciliacion.cotejo import Arreglo, judge
from sunat_emitter.verdict import Consulted

HERE = ("PENDIENTE", "ACEPTADO", "RECHAZADO", "ANULADO")
THERE = (Consulted.ACCEPTED, Consulted.REJECTED, Consulted.VOIDED, Consulted.ABSENT)
SAME = {("ACEPTADO", Consulted.ACCEPTED), ("RECHAZADO", Consulted.REJECTED), ("ANULADO", Consulted.VOIDED)}
NOWHERE = {("PENDIENTE", Consulted.ABSENT), ("RECHAZADO", Consulted.ABSENT)}


@pytest.mark.parametrize(("here", "there"), list(itertools.product(HERE, THERE)))
@pytest.mark.parametrize("en_duda", [False, True])
def test_every_pair_of_states_has_its_end_and_only_what_can_be_ours_is_changed(
    here: str, there: Consulted, en_duda: bool
) -> None:
    found = judge(here, there, en_duda=en_duda, en_baja=False)
    decided_there = here == "PENDIENTE" and there in {Consulted.ACCEPTED, Consulted.REJECTED}
    if (here, there) in SAME | NOWHERE:
        assert (found.arreglo, found.estado, found.detalle) == (Arreglo.NADA, here, "")
    elif decided_there and en_duda:
        assert found.arreglo is Arreglo.CONCLUIR
        assert found.estado == ("ACEPTADO" if there is Consulted.ACCEPTED else "RECHAZADO")
    elif (here, there) == ("ACEPTADO", Consulted.VOIDED):
        assert (found.arreglo, found.estado) == (Arreglo.ANULAR, "ANULADO")
    else:
        assert (found.arreglo, found.estado) == (Arreglo.DIFERENCIA, here)
        assert found.detalle.endswith(".")


def test_a_voiding_of_ours_that_is_under_way_is_left_to_its_ticket() -> None:
    assert judge("ACEPTADO", Consulted.VOIDED, en_duda=False, en_baja=True).arreglo is Arreglo.NADA


def test_without_an_answer_nothing_is_judged() -> None:
    with pytest.raises(ValueError, match="did not say"):
        judge("ACEPTADO", Consulted.UNANSWERED, en_duda=False, en_baja=False)


async def test_questions_are_spread_evenly_and_a_pause_is_not_caught_up() -> None:
    moments = iter([100.0, 100.0, 100.002, 200.0])
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds, 3))

    ritmo = Ritmo(100, lambda: next(moments), sleep)
    for _ in range(4):
        await ritmo.wait()
    assert waited == [0.01, 0.018]
