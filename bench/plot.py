"""Bar charts as an SVG image."""

from collections.abc import Collection, Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, LEFT, BAR, GAP, TITLE = 780, 270, 20, 8, 44
LONGEST = WIDTH - LEFT - 90

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px }
  .ours { fill: #0969da }
  .other { fill: #afb8c1 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .other { fill: #6e7681 } .ours { fill: #4493f8 } }
"""


def bars(panels: Sequence[tuple[str, Mapping[str, float]]], ours: Collection[str]) -> str:
    """Draw one bar chart per panel: a title and values in milliseconds. The bars of `ours` are highlighted."""
    parts: list[str] = []
    y = 0
    for title, values in panels:
        y += TITLE
        parts.append(f'<text class="title" x="0" y="{y - 14}">{escape(title)}</text>')
        for name, value in values.items():
            kind = "ours" if name in ours else "other"
            parts += _bar(name, value, y, width=max(1.0, value / max(values.values()) * LONGEST), kind=kind)
            y += BAR + GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img">'
    description = f"<title>{escape(panels[0][0])} and more</title>"
    return "\n".join([head, description, f"<style>{_STYLE}</style>", *parts, "</svg>", ""])


def _bar(name: str, value: float, y: int, *, width: float, kind: str) -> list[str]:
    middle = y + BAR - 6
    return [
        f'<text x="{LEFT - 10}" y="{middle}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
        f'<text x="{LEFT + width + 8:.1f}" y="{middle}">{value:,.{0 if value >= 100 else 1}f} ms</text>',
    ]
