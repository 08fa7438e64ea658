"""Rows of story 04: messages to the harbour office, each with the desk it belongs to.

A message says where it comes from, what is asked for, and what else happened. The first is one of
the requests below and decides the desk; the second is sometimes a matter of another desk that is
settled already, so single words do not give the desk away. The pairs of station and boat in HELD_OUT
occur in valid rows only.
"""

from random import Random

from world import BOATS, HOURS, STATIONS, Boat, Station

RESCUE, PILOT, STORES, REPAIRS = "[[rescue]]", "[[pilot]]", "[[stores]]", "[[repairs]]"
DESKS = (RESCUE, PILOT, STORES, REPAIRS)

REQUESTS = {
    RESCUE: (
        "The {boat} has struck the reef and is taking water; send the lifeboat.",
        "{skipper} is overboard from the {boat}, and we have lost sight of the lamp.",
        "The {boat} burns red fire off the point; her crew must be taken off.",
        "Three hands of the {boat} cling to the mast; come at once.",
        "The {boat} drifts without a rudder towards the rocks, and nobody can reach her.",
    ),
    PILOT: (
        "The {boat} lies outside and asks for someone to lead her in.",
        "{skipper} does not know the channel and wants a pilot for the {boat}.",
        "Please send a pilot to the {boat} before the tide turns.",
        "The {boat} waits at the bar for a hand who knows the passage.",
        "{skipper} asks who will bring the {boat} through the narrows.",
    ),
    STORES: (
        "We have lamp oil for two nights more; put four casks on the {boat}.",
        "Flour and tea are nearly gone. Could the {boat} bring some?",
        "Please load the {boat} with coal and candles for us.",
        "The {boat} came without our sacks of flour; send them after her.",
        "We need wicks, soap and lamp oil with the next trip of the {boat}.",
    ),
    REPAIRS: (
        "The sail of the {boat} is torn from end to end and must be sewn.",
        "The pump of the {boat} is broken; we want a smith.",
        "The {boat} broke our landing stage, and it needs new planks.",
        "Our lens is cracked, and the {boat} can carry the glazier.",
        "A plank of the {boat} is rotten; {skipper} asks for a carpenter.",
    ),
}

SETTLED = {
    RESCUE: ("The lifeboat that was out yesterday is home, all hands safe.", "Nobody is overboard; it was a seal."),
    PILOT: ("The pilot of last week has been paid.", "The pilot you sent on Sunday slept here and left."),
    STORES: ("The flour has come, thank you.", "Of lamp oil and coal we have enough."),
    REPAIRS: ("The carpenter has finished the door.", "The torn sail from spring is sewn and holds."),
}

REMARKS = (
    "The hens laid nothing.",
    "Two seals came up on the slip.",
    "We counted forty terns on the reef.",
    "The dog found a crab and was sorry for it.",
    "The boys from the farm brought milk.",
)

OPENINGS = ("{station}, {hour}.", "From {keeper} at {station}, {hour}.", "{station} to the harbour office, {hour}.")

HELD_OUT = frozenset(
    {
        ("Gull Point", "Wren"), ("Gull Point", "Walrus"),
        ("Brandy Head", "Gannet"), ("Brandy Head", "Dunlin"),
        ("Lantern Rock", "Curlew"), ("Cold Ness", "Petrel"),
        ("Saltmouth", "Dunlin"), ("Saltmouth", "Curlew"),
        ("Thrift Island", "Gannet"), ("Thrift Island", "Petrel"),
    }
)  # fmt: skip

Messages = list[dict[str, str]]


def places(held_out: bool) -> list[tuple[Station, Boat]]:
    return [
        (station, boat)
        for station in STATIONS
        for boat in BOATS
        if ((station.name, boat.name) in HELD_OUT) == held_out
    ]


def aside(random: Random, desk: str) -> str:
    if random.random() < 0.5:
        return random.choice(REMARKS)
    return random.choice(SETTLED[random.choice([other for other in DESKS if other != desk])])


def text(random: Random, desk: str, held_out: bool) -> str:
    station, boat = random.choice(places(held_out))
    opening = random.choice(OPENINGS).format(station=station.name, keeper=station.keeper, hour=random.choice(HOURS))
    request = random.choice(REQUESTS[desk]).format(boat=boat.name, skipper=boat.skipper)
    rest = [request, aside(random, desk)]
    random.shuffle(rest)
    return " ".join([opening, *rest])


def conversations(random: Random, train_count: int, valid_count: int) -> tuple[list[Messages], list[Messages]]:
    """Train and valid rows, every desk equally often; no text occurs twice."""
    seen: set[str] = set()

    def draw(count: int, held_out: bool) -> list[Messages]:
        rows: list[Messages] = []
        while len(rows) < count:
            desk = DESKS[len(rows) % len(DESKS)]
            said = text(random, desk, held_out)
            if said not in seen:
                seen.add(said)
                rows.append([{"role": "user", "content": said}, {"role": "assistant", "content": desk}])
        random.shuffle(rows)
        return rows

    return draw(train_count, held_out=False), draw(valid_count, held_out=True)
