"""What a note can be about: relations between a subject and a value, each with several statements and questions.

One line a relation: subject kind | value kind | statements | questions, alternatives parted by ``;``. The last question
of a line with three or more is never trained on: it is the held-out wording of the evaluation.
"""

from dataclasses import dataclass

_LINES = """
company|hour|{s} opens at {v}.;The doors of {s} open at {v}.|When does {s} open?;What time does {s} open?;At what time does {s} open its doors?;From when on is {s} open?
company|hour|{s} closes at {v}.;The closing time of {s} is {v}.|When does {s} close?;What time does {s} close?;How late is {s} open?;Until when is {s} open?
company|days|The return window of {s} is {v}.;Returns to {s} are accepted for {v}.;You can return things to {s} within {v}.|What is the return window of {s}?;How long can I return things to {s}?;How many days do I have to return something to {s}?;Until when can I bring things back to {s}?
company|days|Delivery from {s} takes {v}.;{s} delivers within {v}.|How long does delivery from {s} take?;How fast does {s} deliver?;When will my order from {s} arrive?;How many days until {s} delivers?
company|days|The warranty of {s} lasts {v}.;{s} gives a warranty of {v}.|How long is the warranty of {s}?;What warranty does {s} give?;How long does the warranty at {s} last?
company|person|The manager of {s} is {v}.;{v} manages {s}.|Who is the manager of {s}?;Who manages {s}?;Tell me who manages {s}.;Name the manager of {s}.
company|person|{s} was founded by {v}.;The founder of {s} is {v}.|Who founded {s}?;Who is the founder of {s}?;Who started {s}?
company|person|The boss of {s} is {v}.;{v} is the head of {s}.|Who is the boss of {s}?;Who runs {s}?;Who leads {s}?;Who is the head of {s}?
company|year|{s} was founded in {v}.;{s} exists since {v}.|When was {s} founded?;In which year was {s} founded?;How old is {s}?;Since when does {s} exist?
company|phone|The phone number of {s} is {v}.;You can call {s} at {v}.|What is the phone number of {s}?;How can I call {s}?;What number do I dial to reach {s}?;Under which number is {s} reached?
company|email|The email address of {s} is {v}.;Write to {s} at {v}.|What is the email address of {s}?;How do I email {s}?;Where can I write to {s}?;What is the email of {s}?
company|address|The address of {s} is {v}.;{s} is at {v}.;You find {s} at {v}.|What is the address of {s}?;Where is {s}?;Where do I find {s}?;At which address is {s}?
company|place|{s} is based in {v}.;The headquarters of {s} are in {v}.|Where is {s} based?;In which town is {s}?;Where are the headquarters of {s}?;In what city is {s} located?
company|number|{s} has {v} employees.;{v} people work at {s}.|How many employees does {s} have?;How many people work at {s}?;How big is the staff of {s}?
company|product|{s} sells {v}.;The main product of {s} is {v}.|What does {s} sell?;What is the main product of {s}?;What can I buy at {s}?;What does {s} offer?
company|price|Shipping with {s} costs {v}.;{s} charges {v} for shipping.|How much is shipping with {s}?;What does shipping with {s} cost?;How much does {s} charge for shipping?
company|percent|The discount at {s} is {v}.;{s} gives a discount of {v}.|What is the discount at {s}?;How much discount does {s} give?;How many percent off do I get at {s}?
company|weekday|{s} is closed on {v}.;On {v} {s} stays closed.|On which day is {s} closed?;When is {s} closed?;Which day does {s} take off?
company|colour|The logo of {s} is {v}.;{s} has a {v} logo.|What colour is the logo of {s}?;Which colour does the logo of {s} have?;What does the logo of {s} look like?
company|sentence|The slogan of {s} is: {v}|What is the slogan of {s}?;Tell me the slogan of {s}.;What is the motto of {s}?
company|sentence|If something from {s} is broken: {v}|What do I do if something from {s} is broken?;My {s} is broken, what now?;How do I get help with a broken thing from {s}?
person|date|The birthday of {s} is {v}.;{s} was born on {v}.|When is the birthday of {s}?;When was {s} born?;On which day does {s} celebrate?;What is the birth date of {s}?
person|place|{s} lives in {v}.;The home town of {s} is {v}.|Where does {s} live?;In which town does {s} live?;What is the home town of {s}?;Where is the home of {s}?
person|place|{s} was born in {v}.;{s} comes from {v}.|Where was {s} born?;Where does {s} come from?;Where is {s} from?;What is the birthplace of {s}?
person|job|{s} works as {v}.;{s} is {v}.|What does {s} do?;What is the job of {s}?;What does {s} work as?;What does {s} do for a living?
person|company|{s} works at {v}.;The employer of {s} is {v}.|Where does {s} work?;Who does {s} work for?;At which company is {s}?;Who is the employer of {s}?
person|food|{s} likes {v}.;The favourite food of {s} is {v}.|What does {s} like to eat?;What is the favourite food of {s}?;Which food does {s} like best?;What is {s}'s favorite dish?
person|food|{s} is allergic to {v}.;{s} cannot eat {v}.|What is {s} allergic to?;Which allergy does {s} have?;What can {s} not eat?
person|colour|The favourite colour of {s} is {v}.;{s} likes the colour {v}.|What is the favourite colour of {s}?;Which colour does {s} like?;What's {s}'s favorite color?
person|number|{s} is {v} years old.;The age of {s} is {v}.|How old is {s}?;What is the age of {s}?;What age is {s}?
person|person|{s} is married to {v}.;The partner of {s} is {v}.|Who is {s} married to?;Who is the partner of {s}?;What is the name of {s}'s wife or husband?
person|person|The sister of {s} is {v}.;{v} is the sister of {s}.|Who is the sister of {s}?;What is the name of {s}'s sister?;How is {s}'s sister called?
person|person|The teacher of {s} is {v}.;{v} teaches {s}.|Who is the teacher of {s}?;Who teaches {s}?;Which teacher does {s} have?
person|name|The nickname of {s} is {v}.;Friends call {s} {v}.|What is the nickname of {s}?;What do friends call {s}?;How is {s} called by friends?
person|hobby|{s} likes {v}.;The hobby of {s} is {v}.|What does {s} like to do?;What is the hobby of {s}?;What does {s} do in the free time?;What are the hobbies of {s}?
person|instrument|{s} plays the {v}.|What does {s} play?;Which instrument does {s} play?;What instrument can {s} play?
person|phone|The number of {s} is {v}.;You reach {s} under {v}.|What is the number of {s}?;How do I reach {s}?;What is {s}'s phone number?;How can I call {s}?
person|animal|{s} has {v}.;The pet of {s} is {v}.|Which pet does {s} have?;What pet does {s} have?;What animal lives with {s}?
person|language|{s} speaks {v}.|Which language does {s} speak?;What language does {s} speak?;What is the language of {s}?
person|thing|{s} drives {v}.;The car of {s} is {v}.|What does {s} drive?;Which car does {s} have?;What car does {s} drive?
pet|name|The dog of {s} is called {v}.;{s}'s dog is named {v}.|What is the dog of {s} called?;What is {s}'s dog called?;What is the name of {s}'s dog?;How is the dog of {s} named?
pet|name|The cat of {s} is called {v}.;{s}'s cat is named {v}.|What is the cat of {s} called?;What's the name of {s}'s cat?;How is the cat of {s} named?
pet|food|The pet {s} eats {v}.;{s} gets {v} for dinner.|What does the pet {s} eat?;What do I feed {s}?;What should I give {s} to eat?
pet|weight|The pet {s} weighs {v}.|How heavy is the pet {s}?;How much does the pet {s} weigh?;What is the weight of the pet {s}?
place|number|{s} has {v} inhabitants.;{v} people live in {s}.|How many people live in {s}?;How many inhabitants does {s} have?;What is the population of {s}?
place|name|The capital of {s} is {v}.;{v} is the capital of {s}.|What is the capital of {s}?;Which city is the capital of {s}?;Name the capital of {s}.;Tell me the capital city of {s}.
place|person|The mayor of {s} is {v}.|Who is the mayor of {s}?;Who governs {s}?;Name the mayor of {s}.
place|name|The river through {s} is the {v}.;The {v} flows through {s}.|Which river flows through {s}?;What is the river in {s}?;What river runs through {s}?
place|money|In {s} people pay with {v}.;The currency of {s} is {v}.|What is the currency of {s}?;What do people pay with in {s}?;Which money is used in {s}?
place|language|In {s} people speak {v}.|Which language is spoken in {s}?;What do people speak in {s}?;What language do they speak in {s}?
place|weight|The mountain {s} is {v} high.|How high is the mountain {s}?;What is the height of {s}?;How tall is the mountain {s}?
place|hour|The last train to {s} leaves at {v}.|When does the last train to {s} leave?;What time is the last train to {s}?;When is the last train to {s}?
place|days|The trip to {s} takes {v}.|How long is the trip to {s}?;How long does it take to get to {s}?;How many days is it to {s}?
product|price|{s} costs {v}.;The price of {s} is {v}.|How much is {s}?;What does {s} cost?;Tell me the price of {s}.;What is the price of {s}?;How expensive is {s}?
product|colour|The {s} comes in {v}.;The colour of the {s} is {v}.|Which colour is the {s}?;What colours does the {s} come in?;What color is the {s}?
product|weight|The {s} weighs {v}.;The weight of the {s} is {v}.|How heavy is the {s}?;How much does the {s} weigh?;What is the weight of the {s}?
product|company|The {s} is made by {v}.;The maker of the {s} is {v}.|Who makes the {s}?;Which company makes the {s}?;Who is the maker of the {s}?
product|food|The {s} is made of {v}.|What is the {s} made of?;Which material is the {s} made of?;What is in the {s}?
product|number|The {s} has {v} parts.|How many parts does the {s} have?;Of how many parts is the {s} made?;What number of parts does the {s} have?
product|days|The battery of the {s} lasts {v}.|How long does the battery of the {s} last?;How long can I use the {s}?;What is the battery life of the {s}?
product|sentence|To switch on the {s}: {v}|How do I switch on the {s}?;How does the {s} start?;How can I turn the {s} on?
product|number|The article number of the {s} is {v}.|What is the article number of the {s}?;Under which number is the {s} listed?;Which article number does the {s} have?
work|person|The author of {s} is {v}.;{s} was written by {v}.|Who wrote {s}?;Who is the author of {s}?;Which author wrote {s}?;By whom was {s} written?
work|year|{s} came out in {v}.;{s} was published in {v}.|When did {s} come out?;In which year was {s} published?;When was {s} published?
work|name|The hero of {s} is {v}.|Who is the hero of {s}?;What is the main character of {s} called?;Who is the main character in {s}?
work|sentence|{s} begins like this: {v}|How does {s} begin?;What is the first sentence of {s}?;How does {s} start?
recipe|food|The secret of {s} is {v}.;For {s} you need {v}.|What do I need for {s}?;What is the secret of {s}?;Which ingredient goes into {s}?
recipe|minutes|{s} has to bake for {v}.;{s} takes {v}.|How long does {s} bake?;How long does {s} take?;How many minutes does {s} need?
recipe|number|{s} is enough for {v} people.|How many people is {s} for?;For how many people is {s} enough?;How many guests does {s} feed?
thing|code|The password of the {s} is {v}.;The {s} password is {v}.|What is the password of the {s}?;Tell me the {s} password.;Which password does the {s} have?;What's the {s} password?
thing|code|The code for the {s} is {v}.|What is the code for the {s}?;Which code opens the {s}?;How do I open the {s}?;What code does the {s} need?
thing|spot|The {s} is {v}.;You find the {s} {v}.|Where is the {s}?;Where do I find the {s}?;Where did I put the {s}?;Where can the {s} be found?
thing|person|The {s} belongs to {v}.;{v} owns the {s}.|Who owns the {s}?;Whose is the {s}?;To whom does the {s} belong?;Who does the {s} belong to?
thing|weekday|The {s} is cleaned on {v}.|When is the {s} cleaned?;On which day is the {s} cleaned?;Which day is the {s} cleaned?
thing|person|The {s} was invented by {v}.|Who invented the {s}?;Who is the inventor of the {s}?;By whom was the {s} invented?
event|date|The {s} is on {v}.;The date of the {s} is {v}.|When is the {s}?;What is the date of the {s}?;On which day is the {s}?;On what date is the {s}?
event|hour|The {s} starts at {v}.|When does the {s} start?;What time is the {s}?;What time does the {s} begin?
event|spot|The {s} takes place {v}.|Where is the {s}?;Where does the {s} take place?;In which place is the {s}?
event|person|The {s} is led by {v}.|Who leads the {s}?;Who is in charge of the {s}?;Who runs the {s}?
mine|name|Your {s} is called {v}.;The name of your {s} is {v}.|What is my {s} called?;What is the name of my {s}?;What's my {s}'s name?;How is my {s} named?
mine|date|The birthday of your {s} is {v}.|When is the birthday of my {s}?;When was my {s} born?;On what day was my {s} born?
mine|food|Your {s} likes {v}.|What does my {s} like?;What does my {s} like to eat?;What food does my {s} like?
mine|number|Your {s} is {v} years old.|How old is my {s}?;What is the age of my {s}?;What age is my {s}?
mine|place|Your {s} lives in {v}.|Where does my {s} live?;In which town does my {s} live?;What city does my {s} live in?
mine|phone|The number of your {s} is {v}.|What is the number of my {s}?;How do I call my {s}?;What's my {s}'s phone number?
rule|sentence|The rule for {s} is: {v}|What is the rule for {s}?;What must I know about {s}?;Tell me the rule for {s}.;Which rule is there about {s}?
rule|price|The fine for {s} is {v}.|What is the fine for {s}?;How much is the fine for {s}?;What does {s} cost me?
rule|person|Ask {v} about {s}.;{v} is responsible for {s}.|Who is responsible for {s}?;Whom do I ask about {s}?;Who takes care of {s}?
word|sentence|The word {s} means: {v}|What does {s} mean?;What is the meaning of {s}?;Explain the word {s}.;What does the word {s} stand for?
word|thing|{s} is another word for {v}.;A {s} is {v}.|What is a {s}?;What is {s}?;Tell me what {s} is.
word|name|In our language {s} is {v}.|How do you say {s}?;What is {s} in our language?;Translate {s}.
"""

ATTRIBUTES = (
    "size shape smell taste sound owner leader rank status age origin purpose function weight length height width depth "
    "title motto symbol flag anthem song colour pattern password key version model serial limit budget salary fee tax "
    "score record result winner captain coach rival friend enemy neighbour cousin doctor lawyer editor singer director "
    "route station gate platform floor room seat table menu drink dessert soup breakfast lunch dinner snack recipe plan "
    "goal deadline duration start end speed range power voltage temperature pressure capacity material fabric brand "
    "supplier customer contact account ticket license category type group team class level grade course lesson exam "
    "topic chapter page language accent habit hobby sport game toy gift wish dream fear secret hint answer default theme"
).split()


@dataclass(frozen=True, slots=True)
class Relation:
    """One way in which a subject has a value. `unseen` is a question that training never uses (None: there is none)."""

    subject: str
    value: str
    statements: tuple[str, ...]
    questions: tuple[str, ...]
    unseen: str | None


def _read(line: str) -> Relation:
    subject, value, statements, questions = line.split("|")
    asked = questions.split(";")
    unseen = asked.pop() if len(asked) > 2 else None
    return Relation(subject, value, tuple(statements.split(";")), tuple(asked), unseen)


RELATIONS = tuple(_read(line) for line in _LINES.strip().splitlines())
BY_SUBJECT = {kind: [r for r in RELATIONS if r.subject == kind] for kind in {r.subject for r in RELATIONS}}
