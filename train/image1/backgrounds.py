# SPDX-License-Identifier: Apache-2.0
"""What is behind the things: places at a time of the day, and the weather in front. The canvas is (0, 0) to (1, 1), y down."""

import math
import random

import cairo

from .colours import darker, lighter, mix

SKY = {"day": ((0.45, 0.74, 0.96), (0.83, 0.94, 0.99)), "sunset": ((0.45, 0.30, 0.56), (0.99, 0.66, 0.38)), "night": ((0.05, 0.07, 0.20), (0.16, 0.20, 0.42))}
TIMES = ["day", "sunset", "night"]
WEATHERS = ["rain", "snowfall", "fog", "rainbow"]


def at_time(tone, time):
    """How a colour of the landscape looks then."""
    return {"day": tone, "sunset": mix(tone, (0.75, 0.35, 0.3), 0.28), "night": mix(tone, (0.06, 0.08, 0.25), 0.58)}[time]


class Backdrop:
    def __init__(self, context, time, rng: random.Random):
        self.c, self.time, self.rng = context, time, rng

    def tone(self, tone):
        self.c.set_source_rgb(*at_time(tone, self.time))

    def gradient(self, top, bottom, upto=1.0):
        ramp = cairo.LinearGradient(0, 0, 0, upto)
        ramp.add_color_stop_rgb(0, *top)
        ramp.add_color_stop_rgb(1, *bottom)
        self.c.set_source(ramp)
        self.c.rectangle(0, 0, 1, upto)
        self.c.fill()

    def sky(self, upto=1.0):
        self.gradient(*SKY[self.time], upto)
        if self.time == "night":
            self.stars(24, upto)

    def stars(self, count, upto):
        self.c.set_source_rgba(1, 1, 0.9, 0.9)
        for _ in range(count):
            self.c.arc(self.rng.random(), self.rng.random() * upto, self.rng.uniform(0.002, 0.006), 0, 7)
            self.c.fill()

    def clouds(self, count, upto):
        c, rng = self.c, self.rng
        c.set_source_rgba(*at_time((1, 1, 1), self.time), 0.8)
        for _ in range(count):
            x, y, r = rng.random(), rng.uniform(0.06, upto), rng.uniform(0.02, 0.045)
            for dx, dy, k in ((-1.6, 0.3, 0.8), (-0.5, -0.3, 1.1), (0.7, 0, 1), (1.7, 0.35, 0.7)):
                c.arc(x + dx * r, y + dy * r, k * r, 0, 7)
                c.fill()

    def band(self, top, tone, wave=0.0, waves=2.0):
        """Land or water from there down."""
        c, shift = self.c, self.rng.uniform(0, 6)
        self.tone(tone)
        c.move_to(0, 1)
        for i in range(17):
            c.line_to(i / 16, top + wave * math.sin(shift + i / 16 * waves * 2 * math.pi))
        c.line_to(1, 1)
        c.close_path()
        c.fill()

    def peaks(self, top, bottom, tone, count=3, snow=False):
        c, rng = self.c, self.rng
        for i in range(count):
            x, half = (i + rng.uniform(0.2, 0.8)) / count, rng.uniform(0.22, 0.36)
            peak = rng.uniform(top, top + 0.12)
            self.tone(mix(tone, (0, 0, 0), rng.uniform(0, 0.12)))
            c.move_to(x - half, bottom)
            c.line_to(x, peak)
            c.line_to(x + half, bottom)
            c.fill()
            if snow:
                self.tone((0.97, 0.98, 1))
                k = 0.28
                c.move_to(x, peak)
                c.line_to(x + half * k, peak + (bottom - peak) * k)
                c.line_to(x, peak + (bottom - peak) * k * 0.7)
                c.line_to(x - half * k, peak + (bottom - peak) * k)
                c.close_path()
                c.fill()

    def tufts(self, top, tone, count=26):
        c, rng = self.c, self.rng
        self.tone(tone)
        c.set_line_width(0.006)
        for _ in range(count):
            x, y = rng.random(), rng.uniform(top + 0.03, 1)
            for dx in (-0.012, 0, 0.012):
                c.move_to(x, y)
                c.line_to(x + dx, y - 0.022)
        c.stroke()


def meadow(b, h):
    b.sky(h)
    b.clouds(3, h * 0.7)
    b.band(h - 0.04, (0.55, 0.78, 0.42), 0.03, 1.2)
    b.band(h, (0.46, 0.74, 0.34), 0.012, 1)
    b.tufts(h, (0.36, 0.62, 0.26))
    for _ in range(10):
        b.tone(b.rng.choice([(1, 1, 1), (1, 0.85, 0.3), (0.98, 0.6, 0.75)]))
        b.c.arc(b.rng.random(), b.rng.uniform(h + 0.05, 0.98), 0.007, 0, 7)
        b.c.fill()


def beach(b, h):
    b.sky(h)
    b.clouds(2, h * 0.6)
    b.band(h - 0.1, (0.20, 0.60, 0.82))
    b.band(h + 0.02, (0.85, 0.97, 0.98), 0.008, 2)
    b.band(h + 0.04, (0.96, 0.87, 0.63), 0.008, 2)
    b.tufts(h + 0.1, (0.90, 0.79, 0.54), 10)


def sea(b, h):
    b.sky(h)
    b.clouds(3, h * 0.7)
    for i, tone in enumerate(((0.22, 0.58, 0.82), (0.17, 0.50, 0.77), (0.13, 0.43, 0.70), (0.10, 0.37, 0.63))):
        b.band(h + i * 0.12, tone, 0.01, 5 - i)


def snow(b, h):
    b.gradient(*(mix(t, (0.86, 0.9, 0.96), 0.55) if b.time == "day" else t for t in SKY[b.time]), h)
    b.band(h - 0.06, (0.86, 0.91, 0.97), 0.03, 1.3)
    b.band(h, (0.95, 0.97, 1.0), 0.015, 1)
    for x in (0.08, 0.22, 0.8, 0.93):
        b.tone((0.30, 0.48, 0.42))
        b.c.move_to(x, h - 0.14)
        b.c.line_to(x + 0.045, h)
        b.c.line_to(x - 0.045, h)
        b.c.fill()


def city(b, h):
    b.sky(h)
    x = -0.02
    while x < 1:
        wide, top = b.rng.uniform(0.09, 0.17), h - b.rng.uniform(0.14, 0.38)
        b.tone(b.rng.choice([(0.66, 0.70, 0.78), (0.74, 0.72, 0.74), (0.58, 0.65, 0.74), (0.80, 0.74, 0.70)]))
        b.c.rectangle(x, top, wide, h - top + 0.01)
        b.c.fill()
        b.c.set_source_rgb(*((1, 0.86, 0.45) if b.time != "day" else (0.88, 0.94, 0.98)))
        for row in range(int((h - top) / 0.055)):
            for column in range(int(wide / 0.04)):
                if b.rng.random() < 0.7:
                    b.c.rectangle(x + 0.014 + column * 0.04, top + 0.02 + row * 0.055, 0.018, 0.026)
        b.c.fill()
        x += wide + 0.005
    b.band(h, (0.72, 0.72, 0.74))
    b.band(h + 0.05, (0.42, 0.43, 0.47))
    b.tone((0.95, 0.93, 0.85))
    for i in range(5):
        b.c.rectangle(0.03 + i * 0.22, h + 0.25, 0.11, 0.016)
    b.c.fill()


def desert(b, h):
    b.sky(h)
    b.band(h - 0.08, (0.92, 0.72, 0.45), 0.05, 1)
    b.band(h, (0.96, 0.80, 0.52), 0.025, 1.4)
    b.band(h + 0.2, (0.93, 0.74, 0.46), 0.02, 1)


def forest(b, h):
    b.sky(h)
    for row, (tone, size) in enumerate((((0.36, 0.58, 0.42), 0.3), ((0.24, 0.48, 0.32), 0.24))):
        for i in range(9):
            x, top = (i + b.rng.uniform(0, 1)) / 8 - 0.06, h - b.rng.uniform(0.7, 1.1) * size
            b.tone(tone)
            b.c.move_to(x, top)
            b.c.line_to(x + 0.075, h + 0.01 + row * 0.01)
            b.c.line_to(x - 0.075, h + 0.01 + row * 0.01)
            b.c.fill()
    b.band(h, (0.42, 0.60, 0.32), 0.01, 1)
    b.tufts(h, (0.32, 0.50, 0.24), 16)


def mountains(b, h):
    b.sky(h)
    b.peaks(h - 0.42, h + 0.02, (0.52, 0.56, 0.68), 3, True)
    b.band(h, (0.50, 0.72, 0.42), 0.015, 1)
    b.tufts(h, (0.40, 0.60, 0.34), 14)


def room(b, h):
    wall = b.rng.choice([(0.96, 0.90, 0.80), (0.82, 0.90, 0.93), (0.95, 0.84, 0.84), (0.86, 0.92, 0.82)])
    b.tone(wall)
    b.c.paint()
    b.tone(mix(wall, (1, 1, 1), 0.35))
    for i in range(5):
        b.c.rectangle(i * 0.22, 0, 0.06, h)
    b.c.fill()
    x = b.rng.choice([0.1, 0.62])
    b.tone((0.98, 0.98, 0.96))
    b.c.rectangle(x, 0.08, 0.28, 0.3)
    b.c.fill()
    b.c.set_source_rgb(*SKY[b.time][0])
    for dx in (0.02, 0.15):
        b.c.rectangle(x + dx, 0.1, 0.11, 0.26)
    b.c.fill()
    b.band(h, (0.78, 0.58, 0.38))
    b.tone((0.70, 0.50, 0.32))
    b.c.set_line_width(0.006)
    for i in range(1, 5):
        b.c.move_to(0, h + i * i * 0.025)
        b.c.line_to(1, h + i * i * 0.025)
    b.c.stroke()
    b.tone((0.99, 0.98, 0.95))
    b.c.rectangle(0, h - 0.02, 1, 0.03)
    b.c.fill()


def road(b, h):
    b.sky(h)
    b.clouds(2, h * 0.6)
    b.band(h - 0.03, (0.52, 0.76, 0.42), 0.02, 1)
    b.band(h + 0.06, (0.40, 0.41, 0.45))
    b.tone((0.97, 0.95, 0.85))
    for i in range(5):
        b.c.rectangle(0.02 + i * 0.22, h + 0.24, 0.12, 0.018)
    b.c.fill()


def space(b, h):
    b.gradient((0.03, 0.03, 0.12), (0.12, 0.07, 0.25))
    b.stars(60, 1)
    x, y, r = b.rng.choice([0.12, 0.88]), b.rng.choice([0.13, 0.87]), b.rng.uniform(0.05, 0.08)
    b.c.set_source_rgb(*b.rng.choice([(0.85, 0.5, 0.35), (0.5, 0.65, 0.85), (0.8, 0.75, 0.5)]))
    b.c.arc(x, y, r, 0, 7)
    b.c.fill()


def sky(b, h):
    b.sky()
    b.clouds(6, 0.95)


def underwater(b, h):
    b.gradient((0.20, 0.66, 0.84), (0.05, 0.28, 0.55))
    b.band(0.9, (0.85, 0.78, 0.55), 0.015, 1.5)
    for x in (0.07, 0.14, 0.86, 0.95):
        b.c.set_source_rgb(0.16, 0.52, 0.36)
        b.c.set_line_width(0.018)
        b.c.move_to(x, 0.94)
        b.c.curve_to(x - 0.04, 0.85, x + 0.04, 0.8, x, b.rng.uniform(0.66, 0.76))
        b.c.stroke()
    b.c.set_source_rgba(1, 1, 1, 0.45)
    for _ in range(14):
        b.c.arc(b.rng.random(), b.rng.uniform(0, 0.85), b.rng.uniform(0.004, 0.014), 0, 7)
        b.c.fill()


GROUND = {"meadow": meadow, "beach": beach, "snow": snow, "city": city, "desert": desert, "forest": forest, "mountains": mountains, "room": room, "road": road}
OPEN = {"space": space, "sky": sky, "underwater": underwater}  # things float
WATER = {"sea": sea}


def paint(context, name, time, horizon, rng):
    """A place, or "plain" with the colour as its time."""
    if name == "plain":
        tint = time
        context.set_source_rgb(*tint)
        context.paint()
        return
    {**GROUND, **OPEN, **WATER}[name](Backdrop(context, time, rng), horizon)


def over(context, weather, time, rng):
    """The weather, in front of all."""
    c = context
    if weather == "rain":
        c.set_source_rgba(0.35, 0.42, 0.55, 0.16)
        c.paint()
        c.set_source_rgba(0.80, 0.89, 0.98, 0.8)
        c.set_line_width(0.006)
        for _ in range(55):
            x, y = rng.random(), rng.random()
            c.move_to(x, y)
            c.line_to(x - 0.018, y + 0.06)
        c.stroke()
    elif weather == "snowfall":
        c.set_source_rgba(1, 1, 1, 0.95)
        for _ in range(70):
            c.arc(rng.random(), rng.random(), rng.uniform(0.005, 0.012), 0, 7)
            c.fill()
    elif weather == "fog":
        c.set_source_rgba(0.93, 0.94, 0.95, 0.22)
        c.paint()
        for _ in range(5):
            y = rng.uniform(0.2, 0.9)
            c.set_source_rgba(0.95, 0.96, 0.97, 0.3)
            c.rectangle(0, y, 1, rng.uniform(0.04, 0.1))
            c.fill()


def rainbow(context, horizon):
    """Behind the things."""
    context.set_line_width(0.022)
    for i, tone in enumerate(((0.90, 0.25, 0.25), (0.97, 0.6, 0.2), (0.98, 0.88, 0.3), (0.35, 0.72, 0.35), (0.25, 0.5, 0.88), (0.52, 0.3, 0.72))):
        context.set_source_rgba(*tone, 0.85)
        context.arc(0.5, horizon + 0.06, 0.5 - i * 0.022, math.pi, 2 * math.pi)
        context.stroke()


def tint(name: str, named: dict):
    """The colour of plain paper."""
    return {"white": (0.98, 0.98, 0.97), "black": (0.1, 0.1, 0.12), "grey": (0.78, 0.79, 0.8)}.get(name) or lighter(named[name], 0.45) if name != "brown" else darker(lighter(named[name], 0.4), 0.02)
