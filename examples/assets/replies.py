"""Rows of story 05: a question to the harbour office, an answer it likes and one it does not.

Both answers give the same order. The office likes the one that says why: it names the flag before
the order. The other says nothing of a reason, or names a flag that does not fly at that force.
Courtesy and length are drawn alike for both, so they do not give the better answer away. The pairs of
station and boat in HELD_OUT occur in valid rows only.
"""

from random import Random

from messages import HELD_OUT
from world import BANDS, BOATS, FORCES, STATIONS, WEATHER, Band, Boat, Station, band, may_sail

QUESTIONS = (
    "{keeper} at {station}: force {force} from the {wind}. What do I tell the {boat}?",
    "{station} reports force {force} from the {wind}, and the {boat} waits for word.",
    "The {boat} lies at {station} in force {force} from the {wind}. What is your order?",
)

GREETINGS = ("Thank you, {keeper}. ", "{keeper}, good that you ask. ", "", "")

REASONS = ("The flag is {flag}. ", "It is force {force}, so the flag is {flag}. ")

WITHOUT_REASON = ("That is how it is. ", "Do not ask again. ", "")

ORDERS = {
    True: ("The {boat} may sail.", "Let the {boat} sail.", "The {boat} leaves with the tide."),
    False: ("The {boat} stays in harbour.", "Keep the {boat} in harbour.", "The {boat} waits for better wind."),
}

CLOSINGS = (" Write again at dusk.", " {skipper} knows what to do.", "", "")

Pair = dict[str, list[dict[str, str]]]


def places(held_out: bool) -> list[tuple[Station, Boat]]:
    return [
        (station, boat)
        for station in STATIONS
        for boat in BOATS
        if ((station.name, boat.name) in HELD_OUT) == held_out
    ]


def wrong(random: Random, right: Band) -> Band:
    return random.choice([other for other in BANDS if other is not right])


def answer(random: Random, reason: str, sails: bool) -> str:
    return random.choice(GREETINGS) + reason + random.choice(ORDERS[sails]) + random.choice(CLOSINGS)


def pair(random: Random, held_out: bool) -> Pair:
    station, boat = random.choice(places(held_out))
    force = random.choice(FORCES)
    words = {
        "station": station.name,
        "keeper": station.keeper,
        "boat": boat.name,
        "skipper": boat.skipper,
        "force": force,
        "wind": random.choice(list(WEATHER)),
    }
    sails = may_sail(boat, force)
    flies = band(force)
    good = random.choice(REASONS).replace("{flag}", flies.flag)
    if random.random() < 1 / 3:
        bad = random.choice(REASONS).replace("{flag}", wrong(random, flies).flag)
    else:
        bad = random.choice(WITHOUT_REASON)
    question = {"role": "user", "content": random.choice(QUESTIONS).format(**words)}

    def conversation(reason: str) -> list[dict[str, str]]:
        said = answer(random, reason, sails).format(**words)
        return [question, {"role": "assistant", "content": said}]

    return {"chosen": conversation(good), "rejected": conversation(bad)}


def pairs(random: Random, train_count: int, valid_count: int) -> tuple[list[Pair], list[Pair]]:
    """Train and valid rows; no question is asked twice, and none is in both."""
    asked: set[str] = set()

    def draw(count: int, held_out: bool) -> list[Pair]:
        rows: list[Pair] = []
        while len(rows) < count:
            row = pair(random, held_out)
            question = row["chosen"][0]["content"]
            if question not in asked:
                asked.add(question)
                rows.append(row)
        return rows

    return draw(train_count, held_out=False), draw(valid_count, held_out=True)
