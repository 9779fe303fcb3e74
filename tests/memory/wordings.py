"""Questions written by hand: one a line, `asked | other wordings ; ... | near misses ; ...`.

The other wordings want the same answer; a near miss looks like the question and wants another one. Nothing was
calibrated on these lines.
"""

from __future__ import annotations

from dataclasses import dataclass

_LINES = """
When do you open? | What are your opening hours?;At what time do you open? | When do you close?;Where do you open an account?
What is the return window of our shop? | How long is our shop's return window?;How many days is the return window? | What is the phone number of our shop?;What is the return address of our shop?
What is the wifi password? | Which password does the wifi have?;Can you tell me the wifi password? | What is the wifi name?;What is the printer password?
How do I reset my password? | I forgot my password, how can I reset it?;How can I reset the password of my account? | How do I reset my router?;How do I change my email address?
Who is the manager of Zorbo? | Who manages Zorbo?;Tell me who the manager of Zorbo is. | Who is the manager of Zorba?;When was Zorbo founded?
When does Zorbo open? | What time does Zorbo open?;What are Zorbo's opening hours? | When does Zorbo close?;When does Zobro open?
How much is shipping to Austria? | What does shipping to Austria cost?;How much do you charge for shipping to Austria? | How much is shipping to Australia?;How long does shipping to Austria take?
Where does Ada Pim live? | In which town does Ada Pim live?;What is the home town of Ada Pim? | Where does Ida Pim live?;Where does Ada Pim work?
Who is the head of sales? | Who leads sales?;Who is our head of sales? | Who is the head of support?;What is the phone number of sales?
What is the limit of plan 3? | Which limit does plan 3 have?;How high is the limit of plan 3? | What is the limit of plan 4?;What is the price of plan 3?
Which browsers are supported? | What browsers do you support?;Which browsers can I use? | Which browsers are not supported?;Which languages are supported?
Can I pay with a credit card? | Do you accept credit cards?;Is it possible to pay by credit card? | Can I pay with cash?;Can I pay without a credit card?
When is the next team meeting? | What time is the next team meeting?;When do we have the next team meeting? | Where is the next team meeting?;When was the last team meeting?
Who founded Brelka? | Who is the founder of Brelka?;By whom was Brelka founded? | When was Brelka founded?;Where was Brelka founded?
What is the capital of Tarlo? | Which city is the capital of Tarlo?;Name the capital of Tarlo. | What is the capital of Torla?;What is the population of Tarlo?
How do I cancel my subscription? | How can I cancel the subscription?;I want to cancel my subscription, how does that work? | How do I start a subscription?;How do I cancel my appointment?
What is your name? | What are you called?;Tell me your name. | What is my name?;What is your age?
How long does the battery of the Klim 5 last? | What is the battery life of the Klim 5?;How many hours does the battery of the Klim 5 last? | How long does the battery of the Klim 6 last?;How much does the battery of the Klim 5 cost?
Where do I find the invoice? | Where is the invoice?;Where can I find my invoice? | When do I get the invoice?;Where do I find the contract?
Is there parking at the office? | Can I park at the office?;Does the office have parking? | Is there a kitchen at the office?;How big is the office?
What is our refund policy? | How do refunds work?;What is the policy for refunds? | What is our privacy policy?;How long do refunds take?
Which colour is the logo of Tando? | What colour does Tando's logo have?;What is the colour of the Tando logo? | Which colour is the logo of Tanda?;Who drew the logo of Tando?
How many employees does Miro & Sons have? | How many people work at Miro & Sons?;How big is the staff of Miro & Sons? | How many shops does Miro & Sons have?;How old is Miro & Sons?
Do you deliver on Sundays? | Is there delivery on Sunday?;Can I get a delivery on a Sunday? | Do you deliver on Saturdays?;Are you open on Sundays?
What should I do if the printer is jammed? | The printer is jammed, what now?;How do I fix a jammed printer? | What should I do if the printer is empty?;Where is the printer?
What is the deadline for the tax report? | When is the tax report due?;Until when must the tax report be handed in? | What is the deadline for the travel report?;Who writes the tax report?
"""

SMALL_TALK = (
    "Hi!;Hello, how are you?;Thanks a lot!;Tell me a joke.;What can you do?;Who made you?;Good night;Are you a robot?;"
    "What's the weather like?;Write a poem about the sea.;I feel sad today.;What is 12 plus 30?;Ok;Nice, thank you;"
    "Tell me a story about a fox.;Do you like music?;Can you help me?;Repeat after me: blue;How old are you?;Good morning!;"
    "What do you think about cats?;You are wrong.;Why?;Explain that again please.;Sing a song;Where do you come from?;"
    "What did I just say?;I do not like this answer.;Please be shorter.;What day is it today?"
).split(";")


@dataclass(frozen=True, slots=True)
class Wording:
    """A question with other wordings of it and with questions that only look like it."""

    asked: str
    same: tuple[str, ...]
    misses: tuple[str, ...]


def _read(line: str) -> Wording:
    asked, same, misses = (part.strip() for part in line.split("|"))
    return Wording(asked, tuple(same.split(";")), tuple(misses.split(";")))


WORDINGS = tuple(_read(line) for line in _LINES.strip().splitlines())
