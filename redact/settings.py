"""What the user can choose, as one frozen value per stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from .mask_size import MARGIN
from .types import DEFAULT_TARGETS, EVERYWHERE, TEXT_TARGETS, Scope, Target, without_nested


class Sensitivity(StrEnum):
    """How hard the detector looks; see `redact.detection`."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"


class Caution(StrEnum):
    """How readily something is hidden that may be no face or plate."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Damaged(StrEnum):
    """What is done where the decoder could not show what the camera saw."""

    HOLD = "hold"
    """What it shows instead is searched like any picture, and masks are held and enlarged on top;
    the whole picture is hidden where it is broken (`Frame.broken`)."""
    HIDE = "hide"
    """The whole picture is hidden wherever no mask is near, or where damage lasts."""


class Audio(StrEnum):
    """What becomes of the sound."""

    KEEP = "keep"
    MUTE = "mute"


class Style(StrEnum):
    """Looks of a mask; none uses a pixel inside the mask."""

    COVER = "cover"
    BLUR = "blur"
    MOSAIC = "mosaic"
    SOLID = "solid"


class OptionalNetwork(StrEnum):
    """A network that a user may leave out (`redact.detection.NETWORKS`; see the model card)."""

    CENTERFACE = "centerface"
    """Trained by others on pictures of people; and those that build on it."""
    READER = "reader"
    """It reads what may be a plate."""


if TYPE_CHECKING:
    from .render import MaskStyle

    AnyStyle: TypeAlias = Style | MaskStyle
else:
    # All that can be read from a file: one of your own exists only in the program that passed it.
    AnyStyle = Style


class Rotate(StrEnum):
    """By how many degrees pictures are turned clockwise when they are looked at once more."""

    AUTO = "auto"
    """As faces in a few of them lie."""
    NOT = "0"
    RIGHT = "90"
    OVER = "180"
    LEFT = "270"


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """What is looked for, and how.

    Attributes:
        targets: what to hide, in the order of `Target`; a kind that is part of another that is
            asked for, as a face is of a head, is left out: it is hidden with that. None where only
            `texts` are hidden.
        sensitivity: how hard to look.
        without: networks that are left out, in the order of `OptionalNetwork`.
        detector: name of one that another package brings (`redact.detection.load_plugin`); "" for
            redact's own networks.
        caution: how readily something is hidden that may be no target.
        scope: where and when it is looked.
        damaged: what is done with damaged pictures.
        rotate: whether pictures are looked at turned as well.
        texts: kinds of text that are hidden, none or some of `TEXT_TARGETS`.

    Raises:
        ValueError: nothing to look for, or something that nothing can look for.
    """

    targets: tuple[Target, ...] = DEFAULT_TARGETS
    sensitivity: Sensitivity = Sensitivity.BALANCED
    without: tuple[OptionalNetwork, ...] = ()
    detector: str = ""
    caution: Caution = Caution.NORMAL
    scope: Scope = EVERYWHERE
    damaged: Damaged = Damaged.HOLD
    rotate: Rotate = Rotate.AUTO
    texts: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        if self.targets or not self.texts:
            targets = without_nested(self.targets)
            object.__setattr__(self, "targets", targets)  # the way past `frozen`
        left_out = tuple(n for n in OptionalNetwork if n in self.without)
        object.__setattr__(self, "without", left_out)
        if strange := [t.word for t in self.texts if t not in TEXT_TARGETS]:
            raise ValueError(f"the reader does not find {', '.join(strange)}")

    @property
    def kinds(self) -> tuple[Target, ...]:
        """All that is hidden: what is searched for, and texts."""
        return *self.targets, *self.texts


class Corner(StrEnum):
    """A corner of the picture."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Words in a corner of every picture, which say what the copy is.

    Attributes:
        text: in ASCII.
        corner: where it stands.
    """

    text: str
    corner: Corner = Corner.BOTTOM_RIGHT


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """How masks look.

    Attributes:
        style: see `Style`; or one of your own.
        margin: added to every side of a box, share of its size (`redact.mask_size`).
        colour: red, green, blue, 0 to 255, of the solid style.
        label: text template printed on masks of the styles cover and solid; "" for none; "{track}"
            is the number.
        notice: words over every picture, in ASCII; "" for none. They need a place that is hidden.
        stamp: words in a corner of every picture, beside the masks; None for none.
    """

    style: AnyStyle = Style.COVER
    margin: float = MARGIN
    colour: tuple[int, int, int] = (128, 128, 128)
    label: str = ""
    notice: str = ""
    stamp: Stamp | None = None

    @property
    def style_name(self) -> str:
        """The style in words, for records."""
        style = self.style
        return style.value if isinstance(style, Style) else f"{style.name} (passed in)"


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """How the output is written.

    Attributes:
        codec: one of `redact.media.CODECS`; "auto" goes by the source, "web" is H.264 as every
            browser plays it.
        crf: quality, None for the codec's default here.
        preset: speed, None for the codec's default here.
        audio: keep or mute.
    """

    codec: str = "auto"
    crf: int | None = None
    preset: str | None = None
    audio: Audio = Audio.KEEP


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """How a plan is drawn: all that is chosen once it is known what to hide."""

    render: RenderSettings = RenderSettings()
    encode: EncodeSettings = EncodeSettings()


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is chosen for a whole run."""

    detect: DetectSettings = DetectSettings()
    render: RenderSettings = RenderSettings()
    encode: EncodeSettings = EncodeSettings()

    @property
    def draw(self) -> DrawSettings:
        """The part that has nothing to do with detection."""
        return DrawSettings(self.render, self.encode)
