"""Settings that the user can choose, one frozen value per stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from .mask_size import MARGIN
from .types import DEFAULT_TARGETS, EVERYWHERE, TEXT_TARGETS, Scope, Target, without_nested


class Sensitivity(StrEnum):
    """How hard to search; see `redact.schedule`."""

    BALANCED = "balanced"
    THOROUGH = "thorough"


class Damaged(StrEnum):
    """How to treat pictures that the decoder could not decode completely."""

    HOLD = "hold"
    """The picture is searched as it is, and masks are held and enlarged; the whole picture is
    hidden where it is broken (`Frame.broken`)."""
    HIDE = "hide"
    """The whole picture is hidden wherever no mask is near, or where damage lasts."""


class Audio(StrEnum):
    """Whether the sound is kept."""

    KEEP = "keep"
    MUTE_SPEECH = "mute-speech"
    """Kept, except where somebody speaks."""
    MUTE = "mute"

    @property
    def kept(self) -> bool:
        """Whether the result has sound."""
        return self is not Audio.MUTE


class Style(StrEnum):
    """Appearance of a mask; none uses a pixel inside the mask."""

    COVER = "cover"
    BLUR = "blur"
    MOSAIC = "mosaic"
    SOLID = "solid"


class OwnStyle(Protocol):
    """A style that a program passes in: a `redact.render.MaskStyle`, which can also paint."""

    @property
    def name(self) -> str: ...

    @property
    def soft(self) -> bool: ...


if TYPE_CHECKING:
    AnyStyle: TypeAlias = Style | OwnStyle
else:
    # Only these can be read from a file: an own style exists only in the program that passed it.
    AnyStyle = Style


class Rotate(StrEnum):
    """Degrees by which pictures are turned clockwise to be scanned once more."""

    AUTO = "auto"
    """As much as the faces in a sample of them are turned."""
    NOT = "0"
    RIGHT = "90"
    OVER = "180"
    LEFT = "270"


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """Settings of a search.

    Attributes:
        targets: kinds to hide, in the order of `Target`. A kind that is part of another one in the
            list, as a face is of a head, is dropped, because it is hidden with that. Empty if only
            `texts` are hidden.
        sensitivity: how hard to search.
        scope: limits of the search in space and time.
        damaged: how to treat damaged pictures.
        rotate: whether to scan pictures turned as well.
        texts: kinds of text to hide, any of `TEXT_TARGETS`.

    Raises:
        ValueError: there is nothing to search for, or one of the kinds cannot be searched for.
    """

    targets: tuple[Target, ...] = DEFAULT_TARGETS
    sensitivity: Sensitivity = Sensitivity.BALANCED
    scope: Scope = EVERYWHERE
    damaged: Damaged = Damaged.HOLD
    rotate: Rotate = Rotate.AUTO
    texts: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        if self.targets or not self.texts:
            targets = without_nested(self.targets)
            object.__setattr__(self, "targets", targets)  # the way past `frozen`
        if strange := [t.word for t in self.texts if t not in TEXT_TARGETS]:
            raise ValueError(f"the reader does not find {', '.join(strange)}")

    @property
    def kinds(self) -> tuple[Target, ...]:
        """All kinds that are hidden: targets and texts."""
        return *self.targets, *self.texts


class Corner(StrEnum):
    """A corner of the picture."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Text in a corner of every picture that identifies the copy.

    Attributes:
        text: in ASCII.
        corner: where it is drawn.
    """

    text: str
    corner: Corner = Corner.BOTTOM_RIGHT


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Settings of masks.

    Attributes:
        style: see `Style`; or your own.
        margin: added to every side of a box, as a share of its size (`redact.mask_size`).
        colour: red, green, blue, 0 to 255, of the solid style.
        label: template of the text on masks of the styles cover and solid, "" for none; "{track}"
            is the track's number, and "{code}" the code of why its subject is hidden.
        codes: word of a target → code for subjects that have none of their own, in pairs.
        stamp: text in a corner of every picture, outside the masks; None for none.
    """

    style: AnyStyle = Style.COVER
    margin: float = MARGIN
    colour: tuple[int, int, int] = (128, 128, 128)
    label: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    stamp: Stamp | None = None

    @property
    def style_name(self) -> str:
        """The style in words, for records."""
        style = self.style
        return style.value if isinstance(style, Style) else f"{style.name} (passed in)"


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """Settings of the encoder.

    Attributes:
        codec: one of `redact.media.CODECS`; "auto" follows the source, "web" is H.264 that every
            browser plays.
        crf: quality, None for redact's default for the codec.
        preset: speed, None for redact's default for the codec.
        audio: what becomes of the sound.
    """

    codec: str = "auto"
    crf: int | None = None
    preset: str | None = None
    audio: Audio = Audio.KEEP


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """Settings that apply once it is known what to hide."""

    render: RenderSettings = RenderSettings()
    encode: EncodeSettings = EncodeSettings()


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a whole run."""

    detect: DetectSettings = DetectSettings()
    render: RenderSettings = RenderSettings()
    encode: EncodeSettings = EncodeSettings()

    @property
    def draw(self) -> DrawSettings:
        """The settings that do not concern the search."""
        return DrawSettings(self.render, self.encode)
