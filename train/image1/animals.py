# SPDX-License-Identifier: Apache-2.0
"""Animals, and people-like figures. Each function draws with the pen p (see pen.py)."""

import math


def cat(p):
    p.line([(0.45, 0.75), (0.85, 0.6), (0.8, p.jitter(0.05, 2))], 0.16, "main")
    p.blob([(-0.42, 0.95), (-0.5, 0.45), (-0.2, 0.0), (0.2, 0.0), (0.52, 0.45), (0.48, 0.95)])
    p.oval(0, 0.6, 0.24, 0.32, "light", edge=False)
    for side in (-1, 1):
        p.poly([(side * 0.52, -0.4), (side * 0.5, -0.98), (side * 0.1, -0.7)])
        p.poly([(side * 0.42, -0.55), (side * 0.42, -0.82), (side * 0.22, -0.67)], "blush", edge=False)
        p.oval(side * 0.24, 0.9, 0.2, 0.11, "main")
    p.oval(0, -0.32, p.jitter(0.56, 0.06), 0.46)
    p.eyes(0, -0.38, 0.24, 0.1)
    p.poly([(-0.06, -0.2), (0.06, -0.2), (0, -0.13)], "nose", edge=False)
    p.smile(-0.07, -0.11, 0.07, 0.05)
    p.smile(0.07, -0.11, 0.07, 0.05)
    for side in (-1, 1):
        for y in (-0.2, -0.12):
            p.line([(side * 0.3, y), (side * 0.62, y - 0.05 + (y + 0.2))], 0.022)


def dog(p):
    p.line([(0.4, 0.5), (0.75, 0.35), (0.85, 0.05)], 0.15, "main")
    p.blob([(-0.4, 0.95), (-0.46, 0.4), (-0.2, 0.0), (0.2, 0.0), (0.46, 0.4), (0.42, 0.95)])
    for side in (-1, 1):
        p.oval(side * 0.22, 0.9, 0.19, 0.11, "light")
    p.oval(0, -0.35, p.jitter(0.5, 0.06), 0.48)
    for side in (-1, 1):
        p.oval(side * 0.54, -0.3, 0.17, 0.4, "deep", turn=-side * 0.25)
    p.oval(0, -0.15, 0.28, 0.22, "pale", edge=False)
    p.oval(0, -0.25, 0.11, 0.08, "ink", edge=False)
    p.eyes(0, -0.48, 0.2, 0.085)
    p.smile(0, -0.12, 0.12, 0.08)
    p.oval(0, 0.0, 0.06, 0.08, "nose", edge=False)


def rabbit(p):
    for side in (-1, 1):
        p.oval(side * 0.2, -0.66, 0.14, 0.36, "main", turn=side * p.jitter(0.15, 0.7))
        p.oval(side * 0.2, -0.64, 0.07, 0.25, "blush", turn=side * 0.15, edge=False)
    p.oval(0.42, 0.72, 0.15, 0.15, "pale")
    p.oval(0, 0.55, 0.46, 0.43)
    p.oval(0, 0.62, 0.25, 0.28, "pale", edge=False)
    p.oval(0, -0.1, 0.42, 0.38)
    p.eyes(0, -0.14, 0.18, 0.085)
    p.oval(0, 0.0, 0.06, 0.045, "nose", edge=False)
    p.smile(0, 0.06, 0.1, 0.06)
    p.box(-0.05, 0.1, 0.1, 0.1, "snow", 0.02, edge=False)
    for side in (-1, 1):
        p.oval(side * 0.25, 0.9, 0.22, 0.1)


def bear(p):
    for side in (-1, 1):
        p.oval(side * 0.4, -0.72, 0.19)
        p.oval(side * 0.4, -0.72, 0.1, None, "light", edge=False)
        p.oval(side * 0.55, 0.3, 0.16, 0.32, "main", turn=side * -0.5)
        p.oval(side * 0.32, 0.84, 0.22, 0.16, "dark")
    p.oval(0, 0.42, 0.5, 0.5)
    p.oval(0, 0.48, 0.3, 0.32, "light", edge=False)
    p.oval(0, -0.38, p.jitter(0.52, 0.05), 0.46)
    p.oval(0, -0.24, 0.24, 0.19, "pale", edge=False)
    p.oval(0, -0.32, 0.09, 0.065, "ink", edge=False)
    p.smile(0, -0.22, 0.09, 0.06)
    p.eyes(0, -0.48, 0.2, 0.075)


def mouse(p):
    p.line([(0.6, 0.75), (0.9, 0.8), (0.95, 0.4)], 0.06, "nose")
    p.blob([(-0.9, 0.62), (-0.45, 0.1), (0.15, -0.05), (0.7, 0.35), (0.72, 0.85), (-0.2, 0.9), (-0.7, 0.85)])
    p.oval(-0.2, -0.15, p.jitter(0.3, 0.1), 0.32)
    p.oval(-0.2, -0.13, 0.18, 0.2, "blush", edge=False)
    p.oval(0.1, 0.0, 0.24, 0.26)
    p.eye(-0.5, 0.42)
    p.oval(-0.9, 0.62, 0.08, 0.08, "nose", edge=False)
    p.oval(-0.2, 0.9, 0.16, 0.07, "light")
    p.oval(0.45, 0.9, 0.18, 0.07, "light")


def elephant(p):
    p.line([(0.85, 0.05), (0.97, 0.4)], 0.06, "dark")
    for x in (-0.2, 0.2, 0.62):
        p.box(x - 0.15, 0.35, 0.3, 0.62, "dark" if x == 0.2 else "main", 0.08)
    p.oval(0.27, 0.1, 0.64, 0.52)
    p.line([(-0.62, -0.05), (-0.8, 0.3), (-0.72, 0.7), (-0.9, 0.82)], 0.2, "main")
    p.oval(-0.4, -0.25, 0.42, 0.42)
    p.oval(-0.1, -0.25, 0.28, p.jitter(0.4), "light")
    p.eye(-0.55, -0.3)
    p.poly([(-0.62, 0.1), (-0.5, 0.14), (-0.72, 0.34)], "snow")


def fish(p):
    tall = p.jitter(0.48, 0.15)
    p.poly([(0.4, 0), (0.98, -0.45), (0.85, 0), (0.98, 0.45)], "dark")
    p.blob([(-0.2, -tall + 0.05), (0.1, -0.75), (0.35, -0.35)], "dark")
    p.blob([(-0.95, 0.02), (-0.5, -tall * 0.8), (0.0, -tall), (0.6, -0.1), (0.6, 0.1), (0.0, tall), (-0.5, tall * 0.8)])
    for x in (-0.1, 0.15):
        p.line([(x, -0.22), (x + 0.1, 0), (x, 0.22)], 0.04, "light")
    p.oval(-0.02, 0.15, 0.2, 0.11, "dark", turn=0.5)
    p.oval(-0.58, -0.1, 0.13, None, "snow", edge=False)
    p.eye(-0.6, -0.1, 0.08)
    p.smile(-0.8, 0.13, 0.08, 0.04)


def bird(p):
    p.poly([(0.4, 0.25), (0.98, 0.05), (0.95, 0.4)], "dark")
    for x in (-0.12, 0.12):
        p.line([(x, 0.6), (x, 0.95), (x - 0.14, 0.97)], 0.05, "beak", smooth=False)
    p.blob([(-0.62, -0.35), (-0.3, -0.72), (0.1, -0.45), (0.6, 0.2), (0.3, 0.62), (-0.2, 0.68), (-0.58, 0.25)])
    p.oval(-0.25, 0.38, 0.25, 0.24, "pale", edge=False)
    p.blob([(-0.1, 0.0), (0.25, -0.12), (0.72, 0.3), (0.3, 0.42)], "dark")
    p.poly([(-0.6, -0.4), (-0.95, -0.28), (-0.58, -0.2)], "beak")
    p.eye(-0.35, -0.38)


def duck(p):
    p.blob([(-0.45, 0.2), (0.2, 0.25), (0.95, -0.05), (0.8, 0.7), (0.2, 0.92), (-0.4, 0.82), (-0.62, 0.5)])
    p.blob([(-0.05, 0.42), (0.3, 0.3), (0.68, 0.35), (0.4, 0.7)], "dark")
    p.oval(-0.4, -0.2, p.jitter(0.37, 0.06))
    p.blob([(-0.68, -0.2), (-0.98, -0.16), (-0.98, 0.0), (-0.7, 0.02)], "beak")
    p.eye(-0.48, -0.3)


def owl(p):
    for side in (-1, 1):
        p.poly([(side * 0.5, -0.5), (side * 0.56, -0.98), (side * 0.12, -0.72)])
        p.oval(side * 0.16, 0.92, 0.13, 0.07, "beak")
    p.blob([(-0.56, -0.45), (0, -0.8), (0.56, -0.45), (0.6, 0.4), (0, 0.95), (-0.6, 0.4)])
    p.oval(0, 0.45, 0.34, 0.4, "pale", edge=False)
    for row, y in enumerate((0.25, 0.42, 0.6)):
        for x in ([-0.14, 0.14] if row % 2 else [-0.2, 0, 0.2]):
            p.line([(x - 0.06, y), (x, y + 0.05), (x + 0.06, y)], 0.03, "dark")
    for side in (-1, 1):
        p.oval(side * 0.54, 0.2, 0.15, 0.42, "dark", turn=side * -0.1)
        p.oval(side * 0.24, -0.33, 0.24, None, "snow")
        p.eye(side * 0.22, -0.33, 0.13)
    p.poly([(-0.08, -0.22), (0.08, -0.22), (0, -0.04)], "beak")


def penguin(p):
    for side in (-1, 1):
        p.oval(side * 0.2, 0.92, 0.19, 0.08, "beak")
        p.oval(side * 0.52, 0.2, 0.12, 0.4, "dark", turn=side * -0.35)
    p.oval(0, 0.1, 0.52, 0.84)
    p.oval(0, 0.35, 0.36, 0.5, "snow", edge=False)
    for side in (-1, 1):
        p.oval(side * 0.17, -0.32, 0.19, 0.2, "snow", edge=False)
    p.eyes(0, -0.36, 0.16, 0.075)
    p.poly([(-0.12, -0.22), (0.12, -0.22), (0, -0.06)], "beak")


def pig(p):
    p.line([(0.72, 0.05), (0.9, -0.05), (0.88, 0.12), (0.98, 0.05)], 0.06, "dark")
    for x in (-0.3, 0.0, 0.32, 0.58):
        p.box(x - 0.11, 0.5, 0.22, 0.46, "dark" if x in (0.0, 0.58) else "main", 0.06)
    p.oval(0.15, 0.2, 0.64, 0.5)
    for side in (-1, 1):
        p.poly([(-0.45 + side * 0.12, -0.35), (-0.45 + side * 0.42, -0.68), (-0.45 + side * 0.42, -0.2)], "dark")
    p.oval(-0.45, 0.0, 0.44, 0.42)
    p.oval(-0.5, 0.12, 0.2, 0.15, "light")
    for side in (-1, 1):
        p.oval(-0.5 + side * 0.07, 0.12, 0.035, 0.055, "deep", edge=False)
    p.eyes(-0.47, -0.14, 0.18, 0.07)


def sheep(p):
    for x in (-0.25, 0.05, 0.35, 0.6):
        p.box(x - 0.07, 0.5, 0.14, 0.46, "ink", 0.04)
    c = p.c
    for i in range(9):
        c.new_sub_path()
        c.arc(0.18 + 0.5 * math.cos(i * 0.7), 0.15 + 0.32 * math.sin(i * 0.7), 0.25, 0, 7)
    p.fill("main", edge=False)
    p.oval(0.18, 0.15, 0.56, 0.4, edge=False)
    p.oval(-0.55, -0.02, 0.26, 0.32, (0.25, 0.22, 0.22))
    for side in (-1, 1):
        p.oval(-0.55 + side * 0.3, -0.1, 0.14, 0.07, (0.25, 0.22, 0.22), turn=side * 0.4)
        p.oval(-0.55 + side * 0.11, -0.05, 0.07, None, "snow", edge=False)
        p.oval(-0.55 + side * 0.1, -0.04, 0.035, None, "ink", edge=False)
    p.oval(-0.55, -0.3, 0.24, 0.15, "main")


def frog(p):
    for side in (-1, 1):
        p.oval(side * 0.58, 0.62, 0.34, 0.3, "dark", turn=side * 0.4)
        p.oval(side * 0.6, 0.88, 0.3, 0.09, "main")
    p.oval(0, 0.35, 0.62, 0.56)
    p.oval(0, 0.55, 0.4, 0.34, "pale", edge=False)
    for side in (-1, 1):
        p.oval(side * 0.32, -0.22, 0.22)
        p.oval(side * 0.32, -0.24, 0.14, None, "snow", edge=False)
        p.eye(side * 0.32, -0.24, 0.09)
        p.oval(side * 0.2, 0.88, 0.14, 0.09, "main")
    p.smile(0, 0.18, 0.32, 0.16, 0.045)


def turtle(p):
    p.oval(-0.75, 0.3, 0.23, 0.2, "light")
    for x in (-0.4, 0.42):
        p.box(x - 0.13, 0.55, 0.26, 0.38, "light", 0.1)
    p.poly([(0.7, 0.6), (0.98, 0.72), (0.7, 0.75)], "light")
    p.dome(0.05, 0.7, 0.72, p.jitter(0.95, 0.1))
    p.box(-0.7, 0.64, 1.5, 0.12, "dark", 0.06)
    p.poly([(0.05, -0.1), (0.28, 0.1), (0.2, 0.4), (-0.1, 0.4), (-0.18, 0.1)], "dark", edge=False)
    p.poly([(0.38, 0.2), (0.58, 0.5), (0.3, 0.55)], "dark", edge=False)
    p.poly([(-0.28, 0.2), (-0.48, 0.5), (-0.2, 0.55)], "dark", edge=False)
    p.eye(-0.82, 0.25, 0.06)
    p.smile(-0.85, 0.37, 0.07, 0.03)


def butterfly(p):
    for side in (-1, 1):
        p.blob([(side * 0.05, -0.1), (side * 0.4, -0.8), (side * 0.92, -0.72), (side * 0.85, -0.1), (side * 0.3, 0.1)])
        p.blob([(side * 0.05, 0.05), (side * 0.6, 0.05), (side * 0.72, 0.55), (side * 0.4, 0.78), (side * 0.1, 0.4)], "dark")
        p.oval(side * 0.6, -0.42, 0.16, 0.18, "pale", edge=False)
        p.oval(side * 0.45, 0.38, 0.1, 0.12, "pale", edge=False)
        p.line([(side * 0.03, -0.45), (side * 0.12, -0.75), (side * 0.28, -0.88)], 0.035)
    p.oval(0, 0.05, 0.085, 0.5, "ink")


def bee(p):
    for x, turn in ((0.05, 0.3), (0.35, 0.7)):
        p.oval(x, -0.5, 0.2, 0.36, (0.85, 0.93, 0.98), turn=turn)
    p.poly([(0.75, 0.1), (0.98, 0.18), (0.75, 0.3)], "ink")
    p.oval(0.1, 0.2, 0.72, 0.5)
    c = p.c
    c.save()
    c.translate(0.1, 0.2)
    c.scale(0.72, 0.5)
    c.arc(0, 0, 1, 0, 7)
    c.restore()
    c.save()
    c.clip()
    for x in (-0.05, 0.25, 0.53):
        p.box(x, -0.5, 0.14, 1.4, "ink", edge=False)
    c.restore()
    p.eye(-0.38, 0.1)
    p.smile(-0.42, 0.3, 0.1, 0.06)
    p.line([(-0.4, -0.2), (-0.5, -0.48), (-0.62, -0.52)], 0.035)
    p.line([(-0.25, -0.25), (-0.28, -0.52), (-0.4, -0.62)], 0.035)


def ladybird(p):
    for x in (-0.5, 0, 0.5):
        p.line([(x, 0.3), (x * 1.3, 0.85)], 0.06)
    p.oval(-0.68, 0.2, 0.26, 0.26, "ink")
    p.dome(0.08, 0.62, 0.78, 0.95)
    p.line([(0.08, -0.32), (0.08, 0.6)], 0.04)
    for x, y in ((-0.32, 0.2), (-0.15, 0.45), (0.35, 0.05), (0.5, 0.42), (-0.08, -0.05), (0.27, 0.42)):
        p.oval(x, y, 0.09, None, "ink", edge=False)
    p.oval(-0.76, 0.12, 0.07, None, "snow", edge=False)
    p.line([(-0.7, 0.0), (-0.85, -0.25)], 0.035)


def snail(p):
    p.blob([(-0.9, 0.1), (-0.7, -0.02), (-0.55, 0.3), (-0.2, 0.65), (0.6, 0.7), (0.98, 0.92), (-0.6, 0.93), (-0.85, 0.6)], "light")
    for x in (-0.82, -0.62):
        p.line([(x, 0.1), (x - 0.06, -0.2)], 0.045, "light")
        p.oval(x - 0.06, -0.22, 0.05, None, "ink", edge=False)
    p.oval(0.18, 0.12, 0.58)
    p.line([(0.18 + r * math.cos(a), 0.12 + r * math.sin(a)) for a, r in ((i * 0.7, 0.45 - i * 0.032) for i in range(14))], 0.06, "deep")
    p.smile(-0.78, 0.35, 0.08, 0.05)


def whale(p):
    p.blob([(0.7, 0.1), (0.68, -0.5), (0.5, -0.62), (0.82, -0.42), (1.0, -0.65), (0.92, -0.2), (0.95, 0.2)])
    p.blob([(-0.95, 0.3), (-0.8, -0.15), (-0.3, -0.35), (0.3, -0.1), (0.75, -0.05), (0.92, 0.15), (0.6, 0.65), (0, 0.82), (-0.7, 0.72)])
    p.blob([(-0.93, 0.42), (-0.3, 0.5), (0.4, 0.5), (0.3, 0.72), (-0.2, 0.8), (-0.75, 0.7)], "pale", edge=False)
    p.oval(0.0, 0.55, 0.24, 0.1, "dark", turn=0.5)
    p.eye(-0.55, 0.2, 0.08)
    for side in (-1, 1):
        p.line([(-0.3, -0.38), (-0.3 + side * 0.05, -0.7), (-0.3 + side * 0.22, -0.75)], 0.06, (0.45, 0.75, 0.92))


def crab(p):
    for side in (-1, 1):
        for y in (0.4, 0.55, 0.68):
            p.line([(side * 0.45, y), (side * 0.78, y + 0.02), (side * 0.88, y + 0.22)], 0.07, "dark")
        p.line([(side * 0.5, 0.25), (side * 0.78, 0.0), (side * 0.72, -0.25)], 0.12, "main")
        p.pie(side * 0.72, -0.45, 0.28, 0.82 - 0.02 * side, 1.68 - 0.02 * side)
        p.line([(side * 0.2, 0.1), (side * 0.2, -0.18)], 0.06, "dark")
        p.oval(side * 0.2, -0.22, 0.1, None, "snow")
        p.eye(side * 0.2, -0.22, 0.06)
    p.oval(0, 0.42, 0.62, 0.42)
    p.smile(0, 0.48, 0.18, 0.1, 0.045)


def octopus(p):
    for i, x in enumerate((-0.62, -0.32, 0.0, 0.32, 0.62)):
        p.line([(x * 0.6, 0.1), (x * 1.05, 0.55), (x * 1.15 + (0.15 if i % 2 else -0.12), 0.92)], 0.22, "main" if i % 2 else "dark")
    p.blob([(-0.55, 0.25), (-0.6, -0.35), (-0.3, -0.85), (0.3, -0.85), (0.6, -0.35), (0.55, 0.25), (0, 0.4)])
    for side in (-1, 1):
        p.oval(side * 0.22, -0.2, 0.17, 0.19, "snow")
        p.eye(side * 0.21, -0.18, 0.1)
        p.oval(side * 0.42, 0.03, 0.09, 0.06, "blush", edge=False)
    p.smile(0, 0.05, 0.14, 0.09)


def spider(p):
    for side in (-1, 1):
        for y, up in ((-0.1, -0.55), (0.05, -0.2), (0.2, 0.15), (0.35, 0.5)):
            p.line([(side * 0.2, y), (side * 0.65, y + up * 0.8 - 0.1), (side * 0.92, y + up + 0.3)], 0.06, "dark")
    p.oval(0, 0.25, 0.46, 0.44)
    p.oval(0, -0.3, 0.3, 0.28)
    for side in (-1, 1):
        p.oval(side * 0.12, -0.34, 0.1, None, "snow")
        p.oval(side * 0.11, -0.32, 0.05, None, "ink", edge=False)


def dinosaur(p):
    p.blob([(-0.75, -0.85), (-0.35, -0.92), (-0.15, -0.6), (-0.12, 0.0), (0.3, 0.15), (0.6, 0.45), (0.98, 0.35), (0.85, 0.75), (0.4, 0.85),
            (-0.25, 0.8), (-0.5, 0.4), (-0.48, -0.3), (-0.85, -0.45), (-0.95, -0.65)])
    p.oval(-0.2, 0.5, 0.24, 0.3, "light", edge=False)
    for x in (-0.28, 0.28):
        p.box(x - 0.15, 0.6, 0.3, 0.37, "main", 0.1)
    for x, y in ((-0.1, -0.5), (-0.02, -0.2), (0.15, 0.02), (0.42, 0.2)):
        p.poly([(x - 0.1, y - 0.1), (x + 0.16, y - 0.12), (x + 0.08, y + 0.14)], "deep")
    p.line([(-0.42, 0.1), (-0.65, 0.2), (-0.68, 0.1)], 0.1, "dark")
    p.eye(-0.5, -0.72, 0.07)
    p.smile(-0.75, -0.57, 0.12, 0.05)


def lion(p):
    p.line([(0.4, 0.6), (0.8, 0.5), (0.85, 0.1)], 0.08, "main")
    p.oval(0.85, 0.05, 0.12, 0.14, "deep")
    p.blob([(-0.38, 0.95), (-0.42, 0.4), (0, 0.1), (0.42, 0.4), (0.42, 0.95)])
    for side in (-1, 1):
        p.oval(side * 0.22, 0.9, 0.19, 0.1, "light")
    p.star(0, -0.28, 0.72, "deep", 12, 0.84)
    p.oval(0, -0.26, 0.46, 0.44)
    p.oval(0, -0.1, 0.22, 0.17, "pale", edge=False)
    p.poly([(-0.09, -0.2), (0.09, -0.2), (0, -0.1)], "ink", edge=False)
    p.smile(0, -0.06, 0.12, 0.06)
    p.eyes(0, -0.34, 0.2, 0.075)


def horse(p):
    p.line([(0.72, 0.0), (0.95, 0.2), (0.9, 0.6)], 0.16, "deep")
    for x in (-0.28, -0.02, 0.4, 0.62):
        p.box(x - 0.08, 0.3, 0.17, 0.65, "dark" if x in (-0.02, 0.4) else "main", 0.05)
        p.box(x - 0.08, 0.86, 0.17, 0.1, "ink", 0.02)
    p.oval(0.2, 0.15, 0.58, 0.34)
    p.blob([(-0.12, 0.3), (-0.45, -0.1), (-0.55, -0.35), (-0.92, -0.38), (-0.95, -0.58), (-0.6, -0.78), (-0.3, -0.72), (0.1, -0.05)])
    p.line([(-0.32, -0.75), (-0.12, -0.5), (0.05, -0.1)], 0.15, "deep")
    p.poly([(-0.5, -0.72), (-0.42, -0.98), (-0.32, -0.7)])
    p.eye(-0.6, -0.6, 0.055)


def figure(p, hair, dress):
    """A person whose clothes have the colour."""
    skin, locks = p.rng.choice([((0.98, 0.82, 0.68), "hair"), ((0.80, 0.58, 0.42), "ink"), ((0.52, 0.35, 0.25), "ink"), ((0.98, 0.84, 0.72), (0.85, 0.62, 0.25))])
    if hair == "long":
        p.blob([(-0.36, -0.62), (0, -0.98), (0.36, -0.62), (0.4, -0.1), (-0.4, -0.1)], locks)
    for side in (-1, 1):
        p.line([(side * 0.24, 0.1), (side * 0.5, 0.35), (side * p.jitter(0.52), 0.45)], 0.13, skin)
        p.line([(side * 0.14, 0.55), (side * 0.15, 0.9)], 0.17, skin if dress else "denim")
        p.oval(side * 0.18, 0.93, 0.14, 0.07, "ink")
    if dress:
        p.blob([(-0.2, -0.12), (0.2, -0.12), (0.26, 0.2), (0.5, 0.72), (-0.5, 0.72), (-0.26, 0.2)])
    else:
        p.box(-0.28, -0.14, 0.56, 0.76, "main", 0.14)
        for side in (-1, 1):
            p.line([(side * 0.26, 0.0), (side * 0.42, 0.22)], 0.17, "main")
    p.oval(0, -0.48, 0.34, 0.36, skin)
    if hair == "short":
        p.dome(0, -0.52, 0.36, 0.38, locks)
    elif hair == "long":
        p.dome(0, -0.58, 0.35, 0.33, locks)
    p.eyes(0, -0.44, 0.13, 0.05)
    p.smile(0, -0.3, 0.1, 0.06)


def boy(p):
    figure(p, "short", False)


def girl(p):
    figure(p, "long", True)


def snowman(p):
    """The scarf and the hat have the colour."""
    p.oval(0, 0.55, 0.52, 0.44, "snow")
    p.oval(0, -0.08, 0.36, 0.34, "snow")
    for side in (-1, 1):
        p.line([(side * 0.3, -0.05), (side * 0.75, -0.3)], 0.05, "bark")
    p.oval(0, -0.5, 0.27, 0.25, "snow")
    p.box(-0.4, -0.72, 0.8, 0.12, "main", 0.05)
    p.box(-0.25, -0.99, 0.5, 0.32, "main", 0.04)
    p.box(-0.3, -0.36, 0.6, 0.17, "main", 0.08)
    p.box(0.08, -0.28, 0.17, 0.42, "main", 0.05)
    p.eyes(0, -0.54, 0.1, 0.04)
    p.poly([(-0.03, -0.48), (0.0, -0.42), (-0.28, -0.42)], "beak")
    for y in (0.1, 0.45, 0.7):
        p.oval(0, y, 0.045, None, "ink", edge=False)


def robot(p):
    p.line([(0, -0.7), (0, -0.9)], 0.05, "steel")
    p.oval(0, -0.92, 0.07, None, "flame")
    for side in (-1, 1):
        p.line([(side * 0.4, 0.05), (side * 0.68, 0.2), (side * 0.68, 0.45)], 0.13, "steel", smooth=False)
        p.box(side * 0.22 - 0.11, 0.6, 0.22, 0.36, "steel", 0.03)
        p.box(side * 0.22 - 0.17, 0.86, 0.34, 0.12, "dark", 0.04)
    p.box(-0.44, -0.1, 0.88, 0.75, "main", 0.08)
    p.box(-0.4, -0.74, 0.8, 0.56, "main", 0.12)
    p.box(-0.3, -0.62, 0.6, 0.32, "ink", 0.08, edge=False)
    for side in (-1, 1):
        p.oval(side * 0.14, -0.48, 0.09, None, (0.5, 0.95, 0.9), edge=False)
    p.box(-0.26, 0.08, 0.52, 0.3, "light", 0.04)
    for x in (-0.15, 0, 0.15):
        p.oval(x, 0.23, 0.055, None, ("flame", "nose", "leaf")[int(x * 7) + 1], edge=False)


def ghost(p):
    p.blob([(-0.55, 0.9), (-0.52, -0.2), (-0.3, -0.8), (0.3, -0.8), (0.52, -0.2), (0.55, 0.9), (0.36, 0.72), (0.18, 0.92), (0, 0.72), (-0.18, 0.92),
            (-0.36, 0.72)])
    for side in (-1, 1):
        p.oval(side * 0.2, -0.3, 0.1, 0.15, "ink", edge=False)
        p.oval(side * 0.34, -0.02, 0.1, 0.06, "blush", edge=False)
    p.oval(0, 0.0, 0.08, 0.1, "ink", edge=False)
