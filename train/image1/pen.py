# SPDX-License-Identifier: Apache-2.0
"""What things are drawn with: shapes that know the colour, the material and the style of the thing.

A thing is drawn within the square from (-1, -1) to (1, 1), y down, its feet at y = 1. A paint is the name of a tone of the thing's
colour ("main", "dark", "deep", "light", "pale"), a name in colours.FIXED, or a colour.
"""

import math

import cairo

from .colours import FIXED, brightness, darker, lighter, mix

STYLES = ["flat", "cartoon", "line", "watercolour", "pixel"]
MATERIALS = ["plain", "wooden", "metal", "glass", "striped", "dotted", "checked"]
INK = FIXED["ink"]


class Pen:
    def __init__(self, context, colour, style="flat", material="plain", rng=None):
        self.c, self.colour, self.style, self.material, self.rng = context, colour, style, material, rng
        context.set_line_join(cairo.LINE_JOIN_ROUND)
        context.set_line_cap(cairo.LINE_CAP_ROUND)

    # Paint

    def tone(self, paint):
        if not isinstance(paint, str):
            return paint
        if paint in FIXED:
            return FIXED[paint]
        dark = brightness(self.colour) < 0.25
        return {
            "main": self.colour, "dark": lighter(self.colour, 0.16) if dark else darker(self.colour),
            "deep": lighter(self.colour, 0.28) if dark else darker(self.colour, 0.5), "light": lighter(self.colour, 0.3 if dark else 0.38),
            "pale": lighter(self.colour, 0.5 if dark else 0.68),
        }[paint]

    def jitter(self, around: float, share=0.1) -> float:
        """A measure that differs from drawing to drawing."""
        return around * (1 + self.rng.uniform(-share, share))

    def fill(self, paint="main", edge=True):
        """Fills the path in hand."""
        c, tone = self.c, self.tone(paint)
        own = paint == "main"
        if self.style == "line":
            c.set_source_rgb(*mix(tone, (1, 1, 1), 0.82 if own or paint in ("dark", "light", "deep", "pale") else 0.35))
        elif own and self.material == "glass":
            c.set_source_rgba(*lighter(tone, 0.12), 0.62)
        else:
            c.set_source_rgb(*tone)
        c.fill_preserve()
        if own and self.material != "plain":
            self.texture(tone)
        if edge and self.style in ("cartoon", "line"):
            c.set_source_rgb(*(INK if self.style == "cartoon" else mix(tone, INK, 0.12) if brightness(tone) < 0.8 else mix(tone, INK, 0.45)))
            c.set_line_width(0.055 if self.style == "cartoon" else 0.06)
            c.stroke_preserve()
        c.new_path()

    def texture(self, tone):
        """The material, within the path, which stays."""
        c = self.c
        path = c.copy_path()
        left, top, right, bottom = c.path_extents()
        c.save()
        c.clip()
        getattr(self, "texture_" + self.material)(tone, left, top, right, bottom)
        c.restore()
        c.new_path()
        c.append_path(path)

    def contrast(self, tone):
        return lighter(tone, 0.75) if brightness(tone) < 0.72 else darker(tone, 0.38)

    def texture_striped(self, tone, left, top, right, bottom):
        c, wide = self.c, 0.17
        c.set_source_rgb(*self.contrast(tone))
        c.set_line_width(wide * 0.72)
        x = -1.6
        while x < 1.6:
            if left - 0.6 < x < right + 0.6:
                c.move_to(x + 0.2, top - 0.1)
                c.line_to(x - 0.2, bottom + 0.1)
            x += wide * 2
        c.stroke()

    def texture_dotted(self, tone, left, top, right, bottom):
        c, apart = self.c, 0.3
        c.set_source_rgb(*self.contrast(tone))
        for row in range(-5, 6):
            for column in range(-5, 6):
                x, y = (column + (row % 2) / 2) * apart, row * apart * 0.87
                if left - 0.1 < x < right + 0.1 and top - 0.1 < y < bottom + 0.1:
                    c.new_sub_path()
                    c.arc(x, y, 0.085, 0, 7)
        c.fill()

    def texture_checked(self, tone, left, top, right, bottom):
        c, wide = self.c, 0.22
        c.set_source_rgb(*self.contrast(tone))
        for row in range(-6, 6):
            for column in range(-6, 6):
                if (row + column) % 2 == 0 and left - wide < column * wide < right and top - wide < row * wide < bottom:
                    c.rectangle(column * wide, row * wide, wide, wide)
        c.fill()

    def texture_wooden(self, tone, left, top, right, bottom):
        c = self.c
        c.set_source_rgba(*mix(darker(tone, 0.45), (0.35, 0.2, 0.08), 0.5), 0.75)
        c.set_line_width(0.03)
        y = -1.2
        while y < 1.2:
            if top - 0.1 < y < bottom + 0.1:
                c.move_to(left - 0.1, y)
                c.curve_to(left + (right - left) * 0.3, y + 0.09, left + (right - left) * 0.6, y - 0.09, right + 0.1, y + 0.02)
                c.stroke()
            y += 0.13
        c.new_path()

    def texture_metal(self, tone, left, top, right, bottom):
        shine = cairo.LinearGradient(left, top, right, bottom)
        for at, white in ((0, 0.35), (0.2, 0.05), (0.38, 0.8), (0.5, 0.1), (0.8, 0.0), (1, 0.35)):
            shine.add_color_stop_rgba(at, 1, 1, 1, white)
        self.c.set_source(shine)
        self.c.paint()

    def texture_glass(self, _tone, left, top, right, bottom):
        c, wide = self.c, right - left
        c.set_source_rgba(1, 1, 1, 0.55)
        c.set_line_width(0.14 * wide)
        c.move_to(left + 0.28 * wide, bottom)
        c.line_to(left + 0.5 * wide, top)
        c.stroke()
        c.set_line_width(0.04 * wide)
        c.move_to(left + 0.46 * wide, bottom)
        c.line_to(left + 0.68 * wide, top)
        c.stroke()

    # Shapes

    def oval(self, x, y, rx, ry=None, paint="main", turn=0.0, edge=True):
        c = self.c
        c.save()
        c.translate(x, y)
        c.rotate(turn)
        c.scale(rx, rx if ry is None else ry)
        c.new_sub_path()
        c.arc(0, 0, 1, 0, 2 * math.pi)
        c.close_path()
        c.restore()
        self.fill(paint, edge)

    def box(self, x, y, wide, high, paint="main", corner=0.0, edge=True):
        """From its top left corner."""
        c = self.c
        if corner:
            r = min(corner, wide / 2, high / 2)
            c.new_sub_path()
            for cx, cy, a in ((x + wide - r, y + r, -0.5), (x + wide - r, y + high - r, 0), (x + r, y + high - r, 0.5), (x + r, y + r, 1)):
                c.arc(cx, cy, r, a * math.pi, (a + 0.5) * math.pi)
            c.close_path()
        else:
            c.rectangle(x, y, wide, high)
        self.fill(paint, edge)

    def poly(self, points, paint="main", edge=True):
        self.c.move_to(*points[0])
        for point in points[1:]:
            self.c.line_to(*point)
        self.c.close_path()
        self.fill(paint, edge)

    def smooth(self, points, closed):
        """A path through the points, without corners (Catmull-Rom)."""
        c, n = self.c, len(points)
        at = (lambda i: points[i % n]) if closed else (lambda i: points[min(max(i, 0), n - 1)])
        c.move_to(*points[0])
        for i in range(n if closed else n - 1):
            (ax, ay), (bx, by), (cx, cy), (dx, dy) = at(i - 1), at(i), at(i + 1), at(i + 2)
            c.curve_to(bx + (cx - ax) / 6, by + (cy - ay) / 6, cx - (dx - bx) / 6, cy - (dy - by) / 6, cx, cy)

    def blob(self, points, paint="main", edge=True):
        self.smooth(points, True)
        self.c.close_path()
        self.fill(paint, edge)

    def line(self, points, wide=0.06, paint="ink", smooth=True):
        c = self.c
        c.save()
        if smooth:
            self.smooth(points, False)
        else:
            c.move_to(*points[0])
            for point in points[1:]:
                c.line_to(*point)
        if self.style == "cartoon" and paint != "ink":
            c.set_source_rgb(*INK)
            c.set_line_width(wide + 0.07)
            c.stroke_preserve()
        tone = self.tone(paint)
        c.set_source_rgb(*(mix(tone, (1, 1, 1), 0.25) if self.style == "line" and paint != "ink" else tone))
        c.set_line_width(wide)
        c.stroke()
        c.restore()

    def pie(self, x, y, r, start, end, paint="main", edge=True):
        """A slice; angles in turns, clockwise from three o'clock."""
        self.c.move_to(x, y)
        self.c.arc(x, y, r, 2 * math.pi * start, 2 * math.pi * end)
        self.c.close_path()
        self.fill(paint, edge)

    def dome(self, x, y, rx, ry, paint="main", edge=True):
        """The upper half of an oval."""
        c = self.c
        c.save()
        c.translate(x, y)
        c.scale(rx, ry)
        c.arc(0, 0, 1, math.pi, 2 * math.pi)
        c.close_path()
        c.restore()
        self.fill(paint, edge)

    def star(self, x, y, r, paint="main", points=5, inner=0.45, turn=-0.25, edge=True):
        self.poly([(x + (r if i % 2 == 0 else r * inner) * math.cos(math.pi * (i / points + 2 * turn)),
                    y + (r if i % 2 == 0 else r * inner) * math.sin(math.pi * (i / points + 2 * turn))) for i in range(2 * points)], paint, edge)

    def eye(self, x, y, r=0.09):
        self.oval(x, y, r, r, "ink", edge=False)
        self.oval(x + r * 0.3, y - r * 0.35, r * 0.36, r * 0.36, "snow", edge=False)

    def eyes(self, x, y, apart, r=0.09):
        self.eye(x - apart, y, r)
        self.eye(x + apart, y, r)

    def smile(self, x, y, wide=0.14, deep=0.08, thick=0.035):
        self.line([(x - wide, y), (x, y + deep), (x + wide, y)], thick)

    def wheel(self, x, y, r):
        self.oval(x, y, r, r, "tyre")
        self.oval(x, y, r * 0.5, r * 0.5, "steel", edge=False)

    def write(self, x, y, text, high, paint="ink", face="DejaVu Sans", bold=True):
        """Centred at (x, y)."""
        c = self.c
        c.select_font_face(face, cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD if bold else cairo.FONT_WEIGHT_NORMAL)
        c.set_font_size(high)
        box = c.text_extents(text)
        c.set_source_rgb(*self.tone(paint))
        c.move_to(x - box.x_bearing - box.width / 2, y - box.y_bearing - box.height / 2)
        c.show_text(text)
        c.new_path()
