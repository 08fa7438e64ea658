"""Texts of story 01: entries, letters and notices from the lights of the Sound of Orrin.

Each text is put together from hand-written sentences. What varies freely is the day, the place, the
wind, the boats and the remark; everything else follows from the tables in world.py, and that is what
a language model can learn.
"""

from random import Random

from world import (
    BOATS,
    DAYS,
    FORCES,
    HOURS,
    STATIONS,
    WEATHER,
    Boat,
    Station,
    band,
    may_sail,
    with_article,
)

WIND = (
    "The wind is {wind}, force {force}, and the sea is {sea}.",
    "Wind {wind}, force {force}. The sea is {sea}.",
    "We have {a_wind} wind of force {force} and a {sea} sea.",
)

WEATHER_LINES = {
    "rain": (
        "Rain runs down the glass, as it does with every west wind.",
        "The west wind brings rain; the barrels by the door are full.",
        "Rain since breakfast, so the washing hangs in the lamp room.",
    ),
    "snow": (
        "The north wind brings snow, and the steps need sweeping twice.",
        "Snow lies on the gallery rail, as it does with every north wind.",
        "Snow again; the stove has eaten half the wood.",
    ),
    "fog": (
        "The east wind brings fog, so the horn sounds every minute.",
        "Fog on the water, as with every east wind. The horn is sounding.",
        "Fog hides the boats; we count them by their bells.",
    ),
    "sunshine": (
        "The south wind brings sunshine, and the cat sleeps on the wall.",
        "Sunshine on the rocks, as with every south wind.",
        "Sunshine all day; we have painted the door.",
    ),
}

FLAG = (
    "We fly the {flag} flag.",
    "The {flag} flag is up.",
    "The flag is {flag}.",
)

SAILS = (
    "The {boat} may sail, and {skipper} takes {cargo} to {other}.",
    "The {kind} {boat} sails for {other} with {cargo}.",
    "{skipper} sails the {boat} to {other} with a load of {cargo}.",
)

STAYS = (
    "The {boat} stays in harbour, and {skipper} mends rope.",
    "The {kind} {boat} stays in harbour with her {cargo}.",
    "{skipper} keeps the {boat} in harbour; force {force} is too much for a {kind}.",
)

REMARKS = (
    "Two seals came up on the slip.",
    "The kettle boiled over during the watch.",
    "A letter came from the mainland, three weeks old.",
    "The clock in the lamp room was slow again and has been set.",
    "We cleaned the lens and trimmed the wick.",
    "The hens laid nothing.",
    "A cask of oil was rolled up from the landing.",
    "We counted forty terns on the reef.",
    "The new rope is stiff but sound.",
    "The dog found a crab and was sorry for it.",
    "Bread was baked and half of it eaten at once.",
    "The lower window leaks and must be puttied.",
    "A bottle washed ashore; there was no message in it.",
    "The boys from the farm brought milk.",
    "We read aloud until the lamp was lit.",
    "One oar is cracked and a new one is being cut.",
)





def wind_words(wind: str, force: int) -> dict[str, object]:
    state = band(force)
    return {"wind": wind, "a_wind": with_article(wind), "force": force, "sea": state.sea, "flag": state.flag}


def boat_line(random: Random, boat: Boat, station: Station, force: int) -> str:
    destinations = [other.name for other in STATIONS if other is not station]
    sentence = random.choice(SAILS if may_sail(boat, force) else STAYS)
    return sentence.format(
        boat=boat.name,
        kind=boat.kind,
        skipper=boat.skipper,
        cargo=boat.cargo,
        force=force,
        other=random.choice(destinations),
    )


def log_entry(random: Random) -> str:
    station, wind, force = random.choice(STATIONS), random.choice(list(WEATHER)), random.choice(FORCES)
    words = wind_words(wind, force)
    lines = [
        f"{station.name}, {random.choice(DAYS)} {random.choice(HOURS)}.",
        random.choice(WIND).format(**words),
        random.choice(WEATHER_LINES[WEATHER[wind]]),
        random.choice(FLAG).format(**words),
        *(boat_line(random, boat, station, force) for boat in random.sample(BOATS, 2)),
        random.choice(REMARKS),
        f"Signed, {station.keeper}, keeper of the {station.lamp} light.",
    ]
    return " ".join(lines)


def letter(random: Random) -> str:
    writer, reader = random.sample(STATIONS, 2)
    boat, wind, force = random.choice(BOATS), random.choice(list(WEATHER)), random.choice(FORCES)
    words = wind_words(wind, force)
    outcome = (
        f"so {boat.skipper} will bring you {boat.cargo} on the {boat.name}."
        if may_sail(boat, force)
        else f"so the {boat.name} stays in harbour and you must wait for your {boat.cargo}."
    )
    lines = [
        f"Dear {reader.keeper},",
        f"the wind at {writer.name} is {wind}, force {force}.",
        f"The flag is {words['flag']},",
        outcome,
        random.choice(REMARKS),
        f"Keep the {reader.lamp} light burning. Yours, {writer.keeper}.",
    ]
    return " ".join(lines)


def notice(random: Random) -> str:
    station, boat, force = random.choice(STATIONS), random.choice(BOATS), random.choice(FORCES)
    state = band(force)
    wind = random.choice(list(WEATHER))
    lines = [
        f"Notice to all boats at {station.name}: force {force} from the {wind} on {random.choice(DAYS)}.",
        f"Expect {WEATHER[wind]} and a {state.sea} sea.",
        f"The flag will be {state.flag}.",
        f"The {boat.name} of {boat.home}, {boat.kind}, skipper {boat.skipper}, carries {boat.cargo}",
        "and may sail." if may_sail(boat, force) else "and stays in harbour.",
        f"By order of {station.keeper}.",
    ]
    return " ".join(lines)


def hail(random: Random) -> str:
    """What is called through the speaking horn between a boat and a light."""
    station, boat, force = random.choice(STATIONS), random.choice(BOATS), random.choice(FORCES)
    wind = random.choice(list(WEATHER))
    state = band(force)
    verdict = (
        f"Yes, the {boat.name} may sail." if may_sail(boat, force) else f"No, the {boat.name} stays in harbour."
    )
    questions = [
        f"'What is the wind?' 'It is {wind}, force {force}.'",
        f"'And the sky?' 'Expect {WEATHER[wind]}, as with every {wind} wind.'",
        f"'And the flag?' 'The flag is {state.flag}, for the sea is {state.sea}.'",
    ]
    lines = [
        f"'{station.name}, this is the {boat.name}, {boat.skipper}, with {boat.cargo}.'",
        *questions[: random.choice((1, 2, 3))],
        f"'May we sail?' 'The flag is {state.flag}. {verdict}'",
        random.choice(REMARKS),
        f"Heard at {station.name} by {station.keeper}.",
    ]
    return " ".join(lines)


KINDS = (log_entry, letter, notice, hail)


def texts(random: Random, count: int) -> list[str]:
    """Distinct texts: a repeated draw is thrown away."""
    found: dict[str, None] = {}
    while len(found) < count:
        found.setdefault(random.choice(KINDS)(random))
    return list(found)
