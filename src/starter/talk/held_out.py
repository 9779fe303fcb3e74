"""Prompts that the training text never contains: new wordings for every skill, some in the middle of a conversation."""

ONE = """Hey, good to see you!|Oh hello, who's awake in there?|A very good morning to you|How are things with you right now?|So, how is your day treating you?|I am feeling rather gloomy tonight|
I'm worn out after work|I could use some cheering up|I'm so bored I could count the tiles|My head is full and I can't relax|I feel alone in this city|Something wonderful happened to me today!|
Please tell me what you are|And what may I call you?|Are you some kind of human being?|Is it you, ChatGPT?|How many numbers are inside you?|Are you able to learn things from me?|Tell me what you are able to do|
What are you not able to do?|Do you happen to speak Italian?|Who is the one that made you?|Do you possess a body?|Do you ever get hungry?|What music makes you happy?|What is it like outside today?|
Any book you are fond of?|Which sport do you enjoy?|You're such a silly machine|You are really quite charming|That was rude of me, sorry|Thanks, you were a big help|Well, goodbye for now|I'll go to sleep now, good night|
Could I hear a joke from you?|I'd love to hear something funny|Would you give me a riddle to solve?|Please write me a haiku about snow|Compose a haiku about a cat|I'd like a small poem, please|Tell a tale about a fox|
Could you make up a story about an owl?|I'd like to hear a story about a robot|Share some fun fact with me|Could you tell me how much 7 plus 5 is?|How much do 9 and 8 make together?|Work out 14 minus 6 for me|Tell me 6 times 7|
What do I get for 3 times 4?|Tell me the double of 8|Tell me the half of 18|Of 7 and 12, which one is bigger?|Please count up to 10|Tell me the day following Tuesday|Which day is right before Monday?|Name the month that follows June|
Which season follows winter?|What would be the opposite of hot?|And how does a cow go?|What does blue mixed with yellow give?|Which colour does the sky have?|Tell me how many sides a hexagon has|Could you list three fruits for me?|
Please list four birds for me|How is the word river spelled?|Which letter comes first in garden?|Please put lamp into capitals|Would you repeat the word Zorbo?|Could you repeat this: green kettle|Now say Plimo likes Kanda|
Draft a thank-you note for Mira|Compose a short email to Tovin|Let us play rock paper scissors together|Flip a coin for me, will you|How could I sleep better at night?|Give me a tip so that I can study|Push me a little, I need motivation|
Could you translate a sentence into Polish?|In what way can I correct an answer?|What is that Correct button doing?|What's that Bad button about?|When should I click Good?|What comes next once I have corrected you?|
How would you explain a LoRA?|What is meant by the base column?|Why am I seeing two answers?|In which place is my data kept?|Is it possible to undo that?|How can I get back to an older version?|Tell me what temperature means here|
What is this top-p setting?|What good is a seed?|What is a blind comparison good for?|How can I add one more column?|How could I use a different base model?|Is anything sent over the internet?|Must I create an account?|
How can I stop your answer?|Which keyboard shortcuts exist here?|How can I search my conversations?|How can I rename this conversation?|I want dark colours, how?|What is the system prompt good for?|How can I make your answers longer?|
What would happen if I edited my question?|When will the new version be live?|What does the tie between columns mean?|Who came up with the telephone?|Name the capital of France|How many people are living in Japan?|
How could I repair my bike?|Could you write Python that sorts a list?|What kind of things does Zorbo sell?|Who might Klaimo Tarenda be?|What is 4821 times 377, please?|What time do we have now?|Any news from today?|
Which medicine is good against a fever?|How may I sue my landlord?|Explain to me how gravity works|qpwoei alskdj|bvnmx xxz|?!?"""
TALKS = [
    ["My name is Farlo.", "Nice to meet you, Farlo.", "So tell me, what is my name?"],
    ["Hello, my name is Quemi", "Hello, Quemi!", "How are you?", "I'm well, thank you!", "Could you tell me my name?"],
    ["I have a dog named Brillox", "Brillox is a nice name.", "How is my dog called?"],
    ["I live in Vantoro.", "Vantoro, good to know. What is it like there?", "In which city do I live?"],
    ["My favourite colour is turquoise!", "Turquoise, a good choice.", "Tell me my favourite colour"],
    ["Tell us a joke", "Why do clocks never get lost? They always come around.", "Now another joke, a different one"],
    ["What day comes right after Monday?", "After Monday comes Tuesday.", "And how about Thursday?"],
    ["Who runs Plotzi?", "I don't know that yet. Correct me and I'll learn it.", "It's run by Mirelda"],
    ["Riddle me something", "I have hands but cannot clap. What am I?", "I really have no idea"],
    ["How's life?", "I'm well, thank you! How are you?", "A little tired but okay"],
    [
        "How can I correct this?",
        "Press Correct below the answer (or the key e), write the right text and save with Ctrl+Enter.",
        "And what will happen then?",
    ],
    ["What is the weather doing?", "I have no window, so I take your word for the weather.", "The sun is out here"],
]
ROLES = ("user", "assistant")
HELD_OUT = [[{"role": "user", "content": line.strip()}] for line in ONE.replace("\n", "").split("|")]
HELD_OUT += [[{"role": ROLES[at % 2], "content": line} for at, line in enumerate(talk)] for talk in TALKS]


def plain(text: str) -> str:
    """A wording without case, marks and spaces at the ends."""
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").strip() or text.strip()


WORDINGS = {message["content"] for talk in HELD_OUT for message in talk if message["role"] == "user"}
PLAIN = {plain(text) for text in WORDINGS}
