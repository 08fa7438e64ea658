"""Conversations of story 02: questions to the harbour master, with one right answer each.

A question joins a place, a boat, a wind and a force. The pairs of boat and force in HELD_OUT are
asked about only in the valid rows, so a right answer there cannot have been memorised from the
train rows of this story: it needs the rule that the texts of story 01 follow.
"""

from random import Random

from world import BOATS, FORCES, STATIONS, WEATHER, Boat, band, may_sail, with_article

SYSTEM = (
    "You are the harbour master of the Sound of Orrin. Answer in one sentence or two.",
    "You are the harbour master. Be brief.",
)

MAY_SAIL = (
    "The wind at {station} is {wind}, force {force}. May the {boat} sail?",
    "{station} reports force {force} from the {wind}. Can the {boat} leave?",
    "It blows {wind}, force {force}. Is the {boat} allowed out of {station}?",
    "May {skipper} take the {boat} to {station} in {a_wind} wind of force {force}?",
)

WHICH_FLAG = (
    "Which flag should {keeper} fly at {station} in {a_wind} wind of force {force}?",
    "{station} reports force {force} from the {wind}. Which flag is right?",
)

WHICH_WEATHER = (
    "{station} reports force {force} from the {wind}. What weather comes with it?",
    "What weather should {keeper} expect at {station} from {a_wind} wind of force {force}?",
)

FOLLOW_UP = ("And the {boat}?", "What about the {boat}?")

HELD_OUT = frozenset(
    {
        ("Wren", 3), ("Wren", 7),
        ("Dunlin", 1), ("Dunlin", 5),
        ("Curlew", 2), ("Curlew", 8),
        ("Petrel", 4), ("Petrel", 6),
        ("Gannet", 6), ("Gannet", 9),
        ("Walrus", 5), ("Walrus", 7),
    }
)  # fmt: skip

Messages = list[dict[str, str]]


def turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def sailing_answer(boat: Boat, force: int) -> str:
    """The reason comes first: a model this small can decide only from words it has already written."""
    flag = band(force).flag
    if may_sail(boat, force):
        return f"The flag is {flag}. Yes, the {boat.name} may sail."
    return f"The flag is {flag}. No, the {boat.name} stays in harbour."


def pairs(held_out: bool) -> list[tuple[Boat, int]]:
    return [
        (boat, force)
        for boat in BOATS
        for force in FORCES
        if ((boat.name, force) in HELD_OUT) == held_out
    ]


def sailing(random: Random, held_out: bool) -> Messages:
    boat, force = random.choice(pairs(held_out))
    station, wind = random.choice(STATIONS), random.choice(list(WEATHER))
    question = random.choice(MAY_SAIL).format(
        station=station.name,
        wind=wind,
        a_wind=with_article(wind),
        force=force,
        boat=boat.name,
        skipper=boat.skipper,
    )
    messages = [turn("user", question), turn("assistant", sailing_answer(boat, force))]
    others = [other for other, at in pairs(held_out) if at == force and other is not boat]
    if others and random.random() < 0.25:
        other = random.choice(others)
        messages.append(turn("user", random.choice(FOLLOW_UP).format(boat=other.name)))
        messages.append(turn("assistant", sailing_answer(other, force)))
    return messages


def flag_or_weather(random: Random) -> Messages:
    station, wind, force = random.choice(STATIONS), random.choice(list(WEATHER)), random.choice(FORCES)
    words = {
        "station": station.name,
        "keeper": station.keeper,
        "wind": wind,
        "a_wind": with_article(wind),
        "force": force,
    }
    if random.random() < 0.5:
        state = band(force)
        question, answer = WHICH_FLAG, f"The flag is {state.flag}, for the sea is {state.sea}."
    else:
        question, answer = WHICH_WEATHER, f"Expect {WEATHER[wind]}, as with every {wind} wind."
    return [turn("user", random.choice(question).format(**words)), turn("assistant", answer)]


def conversation(random: Random, held_out: bool) -> Messages:
    messages = sailing(random, held_out) if random.random() < 0.6 else flag_or_weather(random)
    if random.random() < 0.3:
        return [turn("system", random.choice(SYSTEM)), *messages]
    return messages


def questions_of(messages: Messages) -> tuple[str, ...]:
    return tuple(message["content"] for message in messages if message["role"] == "user")


def conversations(random: Random, train_count: int, valid_count: int) -> tuple[list[Messages], list[Messages]]:
    """Train and valid rows; no question is asked twice, and none is in both."""
    asked: set[tuple[str, ...]] = set()

    def draw(count: int, held_out: bool) -> list[Messages]:
        rows: list[Messages] = []
        while len(rows) < count:
            messages = conversation(random, held_out)
            key = questions_of(messages)[:1]
            if key not in asked:
                asked.add(key)
                rows.append(messages)
        return rows

    return draw(train_count, held_out=False), draw(valid_count, held_out=True)
