# SPDX-License-Identifier: Apache-2.0
"""What can be drawn: each class with its names, its usual colours and where it is found."""

from dataclasses import dataclass

from . import animals, food, places, things

PLURALS = {"mouse": "mice", "fish": "fish", "sheep": "sheep", "leaf": "leaves", "bus": "buses", "church": "churches", "cherry": "cherries",
           "strawberry": "strawberries", "butterfly": "butterflies", "octopus": "octopuses", "torch": "torches", "box": "boxes", "bunch of grapes": "bunches of grapes",
           "slice of watermelon": "slices of watermelon", "slice of pizza": "slices of pizza", "loaf of bread": "loaves of bread", "chunk of cheese": "chunks of cheese",
           "hot air balloon": "hot air balloons", "snowman": "snowmen", "puppy": "puppies", "lorry": "lorries", "bunny": "bunnies", "ladybug": "ladybugs", "fir": "firs",
           "torches": "torches", "cup of coffee": "cups of coffee", "piece of cheese": "pieces of cheese", "watch": "watches", "teddy": "teddies"}


def plural(name: str) -> str:
    return PLURALS.get(name) or name + "s"


@dataclass(frozen=True)
class Class:
    name: str
    draw: object
    usual: tuple  # colours that need not be said
    where: str  # ground, air, water or any
    names: tuple  # other words for it
    support: float  # y of the surface on which other things stand, in units of the drawing; 9: nothing does
    materials: bool
    wide: float = 1.0  # size among others


def c(name, draw, usual, where="ground", names=(), support=9.0, materials=False, wide=1.0):
    return Class(name, draw, tuple(usual.split()), where, tuple(names), support, materials, wide)


CLASSES = [
    c("cat", animals.cat, "orange grey black", names=["kitten"]), c("dog", animals.dog, "brown", names=["puppy"]),
    c("rabbit", animals.rabbit, "grey white brown", names=["bunny"]), c("bear", animals.bear, "brown", names=["teddy bear"]),
    c("mouse", animals.mouse, "grey"), c("elephant", animals.elephant, "grey blue"), c("fish", animals.fish, "orange blue", "water"),
    c("bird", animals.bird, "blue red", "air"), c("duck", animals.duck, "yellow white", "water"), c("owl", animals.owl, "brown", "air"),
    c("penguin", animals.penguin, "black blue"), c("pig", animals.pig, "pink"), c("sheep", animals.sheep, "white"),
    c("frog", animals.frog, "green"), c("turtle", animals.turtle, "green", "water", ["tortoise"]), c("butterfly", animals.butterfly, "purple orange blue", "air"),
    c("bee", animals.bee, "yellow", "air"), c("ladybird", animals.ladybird, "red", names=["ladybug"]), c("snail", animals.snail, "brown orange"),
    c("whale", animals.whale, "blue", "water"), c("crab", animals.crab, "red orange"), c("octopus", animals.octopus, "purple pink", "water"),
    c("spider", animals.spider, "black"), c("dinosaur", animals.dinosaur, "green"), c("lion", animals.lion, "orange yellow"),
    c("horse", animals.horse, "brown", names=["pony"]), c("boy", animals.boy, "blue red"), c("girl", animals.girl, "pink red yellow"),
    c("snowman", animals.snowman, "red blue"), c("robot", animals.robot, "grey blue"), c("ghost", animals.ghost, "white", "air"),
    c("apple", food.apple, "red green", "any"), c("pear", food.pear, "green yellow", "any"), c("banana", food.banana, "yellow", "any"),
    c("cherry", food.cherry, "red", "any"), c("strawberry", food.strawberry, "red", "any"), c("orange", food.orange_fruit, "orange", "any"),
    c("bunch of grapes", food.grapes, "purple green", "any"), c("lemon", food.lemon, "yellow", "any"), c("slice of watermelon", food.melon, "red pink", "any"),
    c("carrot", food.carrot, "orange", "any"), c("mushroom", food.mushroom, "red brown", support=-0.72), c("cake", food.cake, "pink brown", "any", ["birthday cake"]),
    c("cupcake", food.cupcake, "pink", "any"), c("ice cream", food.ice_cream, "pink brown", "any"), c("loaf of bread", food.bread, "brown", "any"),
    c("slice of pizza", food.pizza, "red", "any"), c("egg", food.egg, "white", "any", materials=True), c("chunk of cheese", food.cheese, "yellow", "any", ["piece of cheese"]),
    c("tree", food.tree, "green", wide=1.1), c("fir tree", food.fir, "green", names=["pine tree"], wide=1.1), c("flower", food.flower, "red pink purple yellow"),
    c("tulip", food.tulip, "red yellow pink"), c("cactus", food.cactus, "green"), c("leaf", food.leaf, "green orange", "any"),
    c("chair", things.chair, "brown", support=0.14, materials=True), c("table", things.table, "brown", support=-0.35, materials=True), c("bed", things.bed, "blue red", materials=True),
    c("lamp", things.lamp, "yellow red", materials=True), c("clock", things.clock, "red blue", "any", materials=True), c("key", things.key, "yellow grey", "any", materials=True),
    c("umbrella", things.umbrella, "red blue", materials=True), c("hat", things.hat, "brown black", "any", materials=True), c("shoe", things.shoe, "red blue", "any", ["sneaker"], materials=True),
    c("bag", things.bag, "brown red", "any", ["handbag"], materials=True), c("present", things.gift, "red blue purple", "any", ["gift"], -0.42, True),
    c("box", things.chest, "brown", names=["crate"], support=-0.5, materials=True), c("bottle", things.bottle, "green blue", materials=True),
    c("vase", things.vase, "blue white", names=["vase of flowers"], materials=True), c("cup", things.cup, "white blue red", "any", ["mug", "cup of coffee"], materials=True),
    c("teapot", things.teapot, "white blue", "any", materials=True), c("candle", things.candle, "white red", "any", materials=True), c("book", things.book, "red blue green", "any"),
    c("pencil", things.pencil, "yellow", "any", materials=True), c("hammer", things.hammer, "grey", "any", materials=True), c("guitar", things.guitar, "orange brown", materials=True),
    c("drum", things.drum, "red blue", support=-0.42, materials=True), c("bell", things.bell, "yellow", "any", materials=True), c("ball", things.ball, "red blue", materials=True),
    c("balloon", things.balloon, "red blue yellow", "air", materials=True), c("kite", things.kite, "red blue", "air", materials=True),
    c("flag", things.flag, "red blue", materials=True), c("crown", things.crown, "yellow", "any", materials=True), c("shirt", things.shirt, "blue white", "any", ["t-shirt"], materials=True),
    c("sock", things.sock, "red blue", "any", materials=True), c("television", things.television, "brown grey", names=["TV"], support=-0.58, materials=True),
    c("telephone", things.telephone, "black", "any", ["phone", "smartphone"], materials=True),
    c("circle", things.circle, "", "any", materials=True), c("square", things.square, "", "any", support=-0.82, materials=True), c("triangle", things.triangle, "", "any", materials=True),
    c("star", things.star, "yellow", "any", materials=True), c("heart", things.heart, "red pink", "any", materials=True), c("diamond", things.diamond, "blue", "any", materials=True),
    c("ring", things.ring, "yellow", "any", materials=True), c("hexagon", things.hexagon, "", "any", materials=True),
    c("car", places.car, "red blue", support=-0.4, materials=True), c("bus", places.bus, "red yellow", support=-0.55, materials=True), c("truck", places.truck, "blue red", names=["lorry"], materials=True),
    c("train", places.train, "red black green", names=["steam train", "locomotive"], materials=True), c("bicycle", places.bicycle, "red blue", names=["bike"]),
    c("tractor", places.tractor, "green red", materials=True), c("sailing boat", places.boat, "red blue", "water", ["sailboat", "boat"], materials=True), c("ship", places.ship, "red black blue", "water", materials=True),
    c("aeroplane", places.aeroplane, "white blue red", "air", ["plane", "airplane"], materials=True), c("helicopter", places.helicopter, "red blue", "air", materials=True),
    c("rocket", places.rocket, "red white", "air", ["spaceship"], materials=True), c("hot air balloon", places.hot_air_balloon, "red yellow", "air", materials=True),
    c("house", places.house, "yellow red white", support=-0.92, materials=True, wide=1.1), c("castle", places.castle, "grey", materials=True, wide=1.1), c("church", places.church, "white", materials=True, wide=1.1),
    c("skyscraper", places.tower, "grey blue", names=["tower"], materials=True, wide=1.1), c("lighthouse", places.lighthouse, "red", materials=True, wide=1.1), c("windmill", places.windmill, "white brown", materials=True, wide=1.1),
    c("tent", places.tent, "orange green", materials=True), c("igloo", places.igloo, "white blue"), c("bridge", places.bridge, "grey red", materials=True),
    c("sun", places.sun, "yellow orange", "air"), c("moon", places.moon, "yellow", "air"), c("cloud", places.cloud, "white grey", "air"), c("planet", places.planet, "orange purple", "air"),
]
BY_NAME = {each.name: each for each in CLASSES}
INDEX = {each.name: i for i, each in enumerate(CLASSES)}
