# SPDX-License-Identifier: Apache-2.0
"""English everyday sentences from templates: what people say to each other and to machines.

A template is a line with {slots}; a slot is a list of words below. Help texts never say these things.
"""

import random
import re

from num2words import num2words

WORDS = {
    "name": "Anna Ben Clara David Emma Frank Grace Henry Isabel Jack Kate Leo Maria Nick Olivia Paul Rosa Sam Tina Victor Wendy Adam Alice Bob Carol Daniel Ella George Hannah James Julia Kevin Laura Mark Nora Oscar Peter Rachel Simon Susan Thomas William Sarah Michael Linda Robert Jennifer John Mary",
    "place": "London|Paris|Berlin|Rome|Madrid|New York|Chicago|Boston|Tokyo|Sydney|Dublin|Vienna|Oslo|Prague|Lisbon|Toronto|Moscow|Cairo|Delhi|Seattle|Texas|California|Canada|Germany|France|Italy|Spain|England|Scotland|Japan|China|India|Brazil|Mexico",
    "spot": "the station|the airport|the office|the library|the park|the beach|the kitchen|the garden|the school|the hospital|the market|the bank|the post office|the hotel|the museum|the theater|the bathroom|the bedroom|the living room|the garage|the corner shop|the train station|the city center|the swimming pool|the parking lot|my house|your place|church|work|town",
    "room": "kitchen|bedroom|living room|bathroom|garage|hallway|office|garden|dining room|basement|attic|balcony",
    "device": "light|lights|lamp|radio|television|heater|fan|oven|washing machine|computer|printer|alarm|music|speaker|camera|coffee machine|air conditioning",
    "thing": "book|phone|key|bag|coat|umbrella|bottle|cup|chair|table|ticket|letter|picture|box|hat|pen|watch|camera|bicycle|car|door|window|shirt|shoe|map|newspaper|knife|spoon|plate|blanket|pillow|candle|guitar|ball|clock|mirror|wallet|laptop|glass|towel",
    "food": "bread|milk|eggs|cheese|butter|apples|oranges|bananas|chicken|fish|rice|soup|salad|pasta|pizza|chocolate|sugar|salt|coffee|tea|water|orange juice|wine|beer|potatoes|tomatoes|onions|carrots|strawberries|ice cream|cake|honey|a sandwich|breakfast|lunch|dinner",
    "animal": "dog|cat|horse|cow|sheep|bird|fish|rabbit|mouse|lion|tiger|elephant|bear|fox|wolf|duck|chicken|goat|pig|monkey|snake|frog|bee|butterfly|owl",
    "adj": "big|small|old|new|good|bad|nice|beautiful|red|blue|green|yellow|black|white|brown|cold|hot|warm|heavy|light|long|short|clean|dirty|cheap|expensive|broken|empty|full|quiet|loud|strange|wonderful|terrible|soft|hard|fast|slow|dark|bright|wet|dry|round|little|great|fresh|sweet",
    "feel": "happy|sad|tired|hungry|thirsty|angry|sick|afraid|sorry|excited|bored|busy|ready|late|early|lost|lonely|proud|sure|glad|nervous|surprised|worried|cold|fine|all right",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "when": "today|tomorrow|tonight|this morning|this afternoon|this evening|next week|on {day}|in {month}|at {hour} o'clock|right now|later|soon|after lunch|before dinner|in {small} minutes|in {small} hours|every day|at noon|at midnight|next {day}|at the weekend|after work|in the summer|in the winter",
    "past": "yesterday|last night|last week|last {day}|this morning|{small} days ago|{small} years ago|in {month}|a long time ago|an hour ago|when I was a child|before the war|two weeks ago|just now",
    "person": "I|you|we|they|he|she|{name}|my brother|my sister|my mother|my father|the teacher|the doctor|our neighbor|his wife|her husband|the children|my friend|the man|the woman|the boy|the girl|everybody|someone|nobody|the old man|a young woman|my boss|the driver",
    "who": "him|her|them|us|me|you|{name}|my brother|my sister|my mother|the doctor|the teacher|everyone|the children|your friend|my father|his wife|the police",
    "did": "went to {spot}|came from {place}|lost the {thing}|found a {thing}|bought {food}|saw a {animal}|ate {food}|called {who}|met {who} in {place}|opened the {thing}|closed the door|forgot the {thing}|broke the {adj} {thing}|left {spot}|fell asleep|was very {feel}|wrote a letter|told {who} a story|laughed|started to cry|waited for {who}|drove to {place}|said nothing|asked {who} about the {thing}|wanted to go home|had a good time|gave {who} a {thing}|heard a noise|looked out of the window|took the {thing}|sat down|stood up|ran away|made {food}|thought about it|learned English|slept all day|played with the {animal}|worked in {spot}",
    "doing": "go to {spot}|come with {who}|look for the {thing}|buy some {food}|eat {food}|call {who}|meet {who}|open the {thing}|close the window|stay here|talk to {who}|help {who}|wait for {who}|drive to {place}|go home|take a break|try again|read the {thing}|watch a movie|play a game|cook {food}|clean the {room}|fix the {thing}|go for a walk|listen to music|pay the bill|take the train|write to {who}|sleep|learn something new|bring the {thing}|sing a song|see the {animal}|find the {thing}|fly to {place}|leave now|sit down|have {food}|ask {who}|tell {who} the truth|turn left|do it",
    "small": "two three four five six seven eight nine ten twelve fifteen twenty thirty",
    "hour": "one two three four five six seven eight nine ten eleven twelve",
    "digit": "zero one two three four five six seven eight nine",
    "letter": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "command": "Stop|Go|Start|Play|Pause|Next|Previous|Back|Help|Cancel|Yes|No|Open|Close|Save|Delete|Repeat|Louder|Quieter|Up|Down|Left|Right|On|Off|Hello|Goodbye|Thank you|Please|Continue|Exit|Undo|Wait|Hurry up|Good morning|Good night|Good evening|Never mind|All right|Of course|Not now|Come in|Sit down|Be careful|Wake up|Shut up|Excuse me|I don't know|Let's go|How are you|What is this|Who is it|Come here|Look|Listen|Okay",
    "color": "red|blue|green|yellow|orange|purple|pink|white|black|brown|gray",
}
TEMPLATES = """
{command}.
{command}, {name}.
Turn on the {device} in the {room}.
Turn off the {device}.
Turn the {device} off {when}.
Please turn {updown} the volume.
Set the temperature to {number} degrees.
Set an alarm for {hour} {minute}.
Set a timer for {number} minutes.
Wake me up at {hour} {minute} {when}.
Play some music in the {room}.
Call {who} {when}.
Send a message to {name}.
What time is it?
What's the weather like in {place} {when}?
It will be {adj} and {adj} in {place} {when}.
It is {number} degrees in {place}.
The temperature is {number} degrees.
Is it going to rain {when}?
It rained all day {past}.
Remind me to {doing} {when}.
Add {food} to the shopping list.
We need {food} and {food}.
I would like {food} and {food}, please.
How much is the {adj} {thing}?
It costs {number} dollars.
That will be {number} dollars and {number} cents.
I have {small} {thing}s and a {thing}.
There are {number} people in {spot}.
There is a {adj} {animal} in {spot}.
The {animal} is {adj}.
The {adj} {animal} ran across the road.
The {thing} is on the table.
Where is the {thing}?
Where is {spot}?
Where are my {thing}s?
Have you seen my {adj} {thing}?
I can't find the {thing}.
I am {feel}.
I'm so {feel}.
Are you {feel}?
Don't be {feel}.
{person} {did} {past}.
{person} {did}.
{person} {did} and {did}.
{person} {did}, but {person} {did}.
{past}, {person} {did}.
When {person} {did}, {person} {did}.
I think {person} {did}.
She said that {person} {did}.
He told me {person} {did} {past}.
I know that {person} {did}.
{person} {did} because the {thing} was {adj}.
I want to {doing} {when}.
We have to {doing}.
They will {doing} {when}.
You should {doing}.
Could you {doing}, please?
Can you {doing} {when}?
Let's {doing} {when}.
Shall we {doing}?
Do you want to {doing}?
Why don't we {doing} and {doing}?
I don't want to {doing}.
Please {doing}.
Don't {doing}.
If you {doing}, I will {doing}.
We are going to {doing} {when}.
She wanted to {doing}, so {person} {did}.
Did you {doing} {past}?
I have never been to {place}.
I live in {place}.
I was born in {place} in {year}.
My name is {name} and I come from {place}.
This is {name} from {place}.
Nice to meet you, {name}.
How old are you?
I am {number} years old.
My phone number is {digits}.
The code is {digits}.
The number is {digits}.
{digits}.
{digits}.
{digits}.
{digit}.
{digit}.
{number}.
{bignumber}.
The answer is {bignumber}.
{number} plus {number} is {number}.
{number} minus {number}.
{number} times {number}.
Today is {day}, {month} {ordinal}.
The meeting is on {day} at {hour} {minute}.
Her birthday is on the {ordinal} of {month}.
The train to {place} leaves at {hour} {minute} from platform {small}.
The flight from {place} to {place} takes {small} hours.
Two tickets to {place}, please.
Turn left at {spot}, then go straight on.
Go to page {number}.
Open chapter {number}.
Read the next line.
Count from {number} to {number}.
My favorite color is {color}.
The {color} {thing} is {adj}.
The {adj} {color} {thing} belongs to {name}.
{letter}, {letter}, {letter}.
Press {digit} for help.
Volume {number} percent.
Stop the music.
What is the {adj} {thing}?
Who is {name}?
Why is the {thing} so {adj}?
That is a {adj} idea.
What a {adj} {thing}!
{name} and {name} live in {place}.
I love {food}.
I like {food} more than {food}.
Do you like {food}?
""".strip().splitlines()


def entries(words):
    """A slot's choices: separated by bars where they hold spaces."""
    if isinstance(words, list):
        return words
    return words.split("|") if "|" in words else words.split()


SLOTS = {name: entries(words) for name, words in WORDS.items()}


def made_up(slot: str, rng: random.Random) -> str:
    """Slots that are numbers rather than words of a list."""
    if slot == "number":
        return num2words(rng.randrange(100))
    if slot == "bignumber":
        return num2words(rng.randrange(10 ** rng.randint(2, 6))).replace(",", "")
    if slot == "ordinal":
        return num2words(rng.randint(1, 31), to="ordinal")
    if slot == "year":
        return num2words(rng.randint(1900, 2030), to="year")
    if slot == "minute":
        return rng.choice(["", "fifteen", "thirty", "forty-five", "oh five", "twenty", "ten", "fifty", "a.m.", "p.m."][:8])
    if slot == "updown":
        return rng.choice(["up", "down"])
    if slot == "digits":
        return " ".join(rng.choice(SLOTS["digit"]) for _ in range(rng.randint(2, 9)))
    return rng.choice(SLOTS[slot])


def sentence(rng: random.Random) -> str:
    text = rng.choice(TEMPLATES)
    while "{" in text:
        text = re.sub(r"\{(\w+)\}", lambda m: made_up(m.group(1), rng), text)
    text = re.sub(r"\s+([.,?!])", r"\1", " ".join(text.split()))
    text = re.sub(r"\ba (?=[aeiouAEIOU])", "an ", text)
    return text[0].upper() + text[1:]


def known_words() -> set:
    """Every word that templates and slots can give, in lower case."""
    numbers = " ".join(num2words(n) + " " + num2words(n, to="ordinal") for n in [*range(100), 100, 1000, 10**6])
    slots = " ".join(word for words in SLOTS.values() for word in words)
    text = re.sub(r"\{\w+\}", " ", " ".join([*TEMPLATES, slots, numbers]))
    return set(re.findall(r"[a-z']+", text.lower()))
