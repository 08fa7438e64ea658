"""The Sound of Orrin: the small invented world that every example text and question is about.

Everything a text may say follows from the tables below, so a reader can check any row by hand:
the force of the wind decides the sea and the flag, the flag decides which boats may sail, and the
direction of the wind decides the weather.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    name: str
    keeper: str
    lamp: str


@dataclass(frozen=True)
class Boat:
    name: str
    kind: str
    skipper: str
    cargo: str
    home: str


@dataclass(frozen=True)
class Band:
    """A range of wind forces with one sea state and one flag."""

    forces: range
    sea: str
    flag: str


STATIONS = (
    Station("Gull Point", "Ada Finch", "white"),
    Station("Brandy Head", "Tom Reed", "red"),
    Station("Lantern Rock", "Mary Stone", "green"),
    Station("Cold Ness", "Nell Frost", "blue"),
    Station("Saltmouth", "Ivor Pike", "amber"),
    Station("Thrift Island", "Ruth Vane", "violet"),
)

BOATS = (
    Boat("Wren", "skiff", "Lil Marsh", "letters", "Saltmouth"),
    Boat("Dunlin", "skiff", "Sam Tully", "eggs", "Thrift Island"),
    Boat("Curlew", "ketch", "Joan Archer", "salt", "Gull Point"),
    Boat("Petrel", "ketch", "Hugh Bell", "herring", "Brandy Head"),
    Boat("Gannet", "steamer", "Kate Moss", "coal", "Cold Ness"),
    Boat("Walrus", "steamer", "Ned Oakes", "timber", "Lantern Rock"),
)

BANDS = (
    Band(range(1, 4), "smooth", "green"),
    Band(range(4, 6), "choppy", "yellow"),
    Band(range(6, 8), "rough", "red"),
    Band(range(8, 10), "wild", "black"),
)

SAILS_UNDER = {
    "skiff": ("green",),
    "ketch": ("green", "yellow"),
    "steamer": ("green", "yellow", "red"),
}

WEATHER = {"north": "snow", "east": "fog", "south": "sunshine", "west": "rain"}

FORCES = range(1, 10)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

HOURS = ("at dawn", "at noon", "at dusk", "at midnight")


def band(force: int) -> Band:
    return next(candidate for candidate in BANDS if force in candidate.forces)


def may_sail(boat: Boat, force: int) -> bool:
    return band(force).flag in SAILS_UNDER[boat.kind]


def with_article(wind: str) -> str:
    return f"an {wind}" if wind == "east" else f"a {wind}"
