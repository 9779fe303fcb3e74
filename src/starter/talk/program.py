"""What the program does, in short exact answers: the questions of a person who opens it for the first time."""

from starter.talk.script import read_script

PROGRAM = read_script("""
# correct
> How do I correct you? | How do I correct an answer? | How can I fix your answer? | How do I change your answer? | Where do I correct you? | How do I teach you something? | What does Correct do? | What is the Correct button? | How do I edit your answer? | Can I correct you? | how to correct | What do I do when an answer is wrong? | The answer is wrong, what can I do? | How do I show you the right answer? | Where do I write the right answer?
< Press Correct under my answer, or double-click it, change the text and save with Ctrl+Enter. | Press Correct below the answer (or the key e), write the right text and save with Ctrl+Enter.
>> What happens then? | And then? | What next? | And after that? | How do I cancel? | Can I undo that?
<< It's saved at once and helps my very next answer; Esc cancels, and undo is possible.
# save correction
> How do I save a correction? | How do I save my edit? | What key saves the correction? | What does Ctrl+Enter do? | I edited the answer, how do I save?
< Press Ctrl+Enter to save it. Esc cancels.
# cancel correction
> How do I cancel a correction? | How do I stop editing? | I don't want to correct it after all | What does Esc do? | How do I close the editor? | what does escape do
< Press Esc: it cancels a correction, and it stops an answer that is still being written.
# undo
> Can I undo? | How do I undo? | I made a mistake, can I undo it? | Can I take back a correction? | How do I undo a correction? | I corrected it wrongly | Is there an undo? | Is undo possible? | Is it possible to undo? | How do I take it back? | Can I undo a delete?
< Yes. Corrections can be undone, and so can a deleted conversation.
# good
> What does the Good button do? | What does thumbs up do? | What is Good for? | What happens when I press Good? | What is the thumb up? | Why should I press Good? | When do I press Good?
< Good says that you like the answer. You can add a reason if you want.
# bad
> What does the Bad button do? | What does thumbs down do? | What is Bad for? | What happens when I press Bad? | What is the thumb down? | When should I press Bad? | Why should I press Bad?
< Bad says that the answer is not good. You can add a reason, and a correction teaches me even more.
# good and bad
> What are Good and Bad? | What are the thumbs for? | What are the buttons under the answer? | What are these buttons? | How do I rate an answer? | How do I vote on an answer? | Which buttons are there?
< Under each answer: Good and Bad to rate it, Correct to change it, Copy, Regenerate, and Continue from this answer.
# reasons
> Do I have to give a reason? | What are the reasons for? | Can I say why it is bad? | How do I add a reason? | Are reasons required?
< Reasons are optional. Press Good or Bad, and pick one if you like.
# after correct
> What happens after I correct you? | What happens when I correct you? | What happens with my correction? | What do you do with my corrections? | Where does my correction go? | What happens next when I save a correction? | Then what happens to the correction?
< It's saved at once and helps my very next answer as a note. Later a trainer teaches it to a new version. | Your correction is saved on this computer, used as a note right away, and trained into a new version later.
>> When does it go live? | When is the new version used? | And who checks it? | Is it tested? | What if it gets worse?
<< Only after tests show that it got better and broke nothing. One click rolls back.
# when learn
> When do you learn it? | How fast do you learn? | How long until you learn? | When will you know it? | Do you learn at once? | How long does training take? | When does the training start?
< At once: a correction helps my very next answer as a note. A new version learns it for good in the background.
# trainer
> What is the trainer? | What does the trainer do? | What is the background trainer? | How does the training work? | Who trains the new version? | What happens in the background? | What is training?
< The background trainer teaches your corrections to a new version of me, with a LoRA adapter.
# live
> When does a new version go live? | How do you decide that a version is better? | What are the tests? | How is a new version tested? | When do I get the new version? | What does live mean? | How do you check a new version?
< A new version goes live only after tests show that it got better and broke nothing.
# rollback
> How do I go back to an older version? | How do I roll back? | What is a rollback? | The new version is worse, what now? | Can I go back to the old version? | How do I return to the last version? | I want the old version back | How do I return to an older version? | How do I get an earlier version back? | Is there a way back to the old version? | Can I undo a version?
< One click on roll back brings the older version back.
# lora
> What is a LoRA? | What is LoRA? | What does LoRA mean? | What is an adapter? | What is a LoRA adapter? | Explain LoRA | explain adapters | LoRA? | What is this LoRA thing? | What is a LoRA good for? | How does a LoRA work?
< A LoRA is a small adapter on top of the base model. It learns your corrections and leaves the base as it is.
# base
> What is the base column? | What is the base model? | What does base mean? | What is base? | Why is there a base model? | What is the first column? | Why do I see the base? | What is the base good for? | What is the base for? | Is the base changed? | The base column?
< The base is the model before your corrections. It's there so that you can compare.
# tuned
> What is a tuned version? | What does tuned mean? | What is a fine-tuned version? | What is the tuned column? | What is a version? | What is the second column? | What is fine-tuning?
< A tuned version is the base plus a small adapter that learned your corrections.
# two answers
> Why are there two answers? | Why do I get two answers? | Why do I see several answers? | Why are there columns? | What are the columns? | Why are the answers side by side? | What do the columns mean? | Why two columns? | Why do you answer twice? | Why does every question get two answers? | What are the two answers for?
< Each column is one model: the base and tuned versions of it, answering the same prompt side by side.
# what program
> What is this program? | What does this program do? | What is this app? | How does this work? | How do I use this? | How do I use this program? | What can I do here? | Explain this program | How does Understudy work? | I'm new here | what is this for | How do I start?
< Ask something, compare the answers side by side, and correct what is wrong. I learn from your corrections. | Understudy shows a base model and its tuned versions side by side. You rate and correct answers, and a new version learns from it.
>> How do I start? | What do I do first? | What should I do now? | Ok, what first? | Where do I begin?
<< Write a question, and if my answer is wrong, press Correct and write the right one.
# vote
> What does A is better mean? | How do I compare two answers? | What is the tie button? | What does tie mean? | What does both bad mean? | What is between the columns? | How do I choose the better answer? | How do I say which answer is better? | How do I vote?
< Between two columns you can choose: A is better, tie, B is better, or both bad.
# blind
> What is a blind comparison? | What is Blind? | What does Blind do? | Why are the names hidden? | How do I compare without names? | Why can't I see the model names? | What is blind mode? | When are the names shown? | How do I hide the names? | What is the blind comparison for? | How do I make a fair comparison?
< Blind comparison hides the names of the models until you vote, so that the vote is fair.
# copy
> What does Copy do? | How do I copy an answer? | Can I copy your answer? | Where is the copy button? | What is the Copy button?
< Press Copy under the answer to copy its text.
# regenerate
> What does Regenerate do? | How do I get a new answer? | Can you answer again? | How do I regenerate? | Can I get another answer? | What is Regenerate? | How do I try again? | What does the key r do?
< Press Regenerate under the answer, or the key r, and I'll answer again.
# continue
> What does Continue from this answer do? | What is Continue from this answer? | How do I continue with one answer? | How do I choose which answer to go on with? | What does Continue do?
< It takes that answer as the one the conversation goes on from.
# data
> Where is my data? | Where is my data stored? | Where are my conversations saved? | Where do you save things? | Where is the database? | Where are my corrections stored? | Where is everything saved? | Where does my data go? | In which file is my data? | Where do you keep my data? | In which folder is my data? | Which file holds my corrections? | Is there a database?
< In a SQLite file on this computer, in the data folder. The Settings page shows where.
# privacy
> Is my data private? | Do you send my data anywhere? | Does anything leave my computer? | Is this safe? | Who sees my data? | Do you upload anything? | Is my data sent to a server? | Is this in the cloud? | Does it work offline? | Are my chats private? | Does anything go over the internet? | Do you use the internet? | Is anything sent to somebody?
< Nothing leaves this machine. Your data stays in a file on this computer.
# account
> Do I need an account? | Do I have to log in? | How do I sign up? | Do I need a password? | How do I log in? | Where do I register? | Is there a login? | Is an account needed? | Do I have to create an account?
< No account is needed. Everything runs on this computer.
# cost
> How much does this cost? | Is this free? | Do I have to pay? | Do I need a subscription?
< It runs on your own computer, without an account.
# picker
> How do I choose a model? | How do I change the model? | What is the model picker? | How do I switch to another model? | Where can I pick the model? | How do I select a version? | How do I change the column's model?
< Use the model picker above the column.
# add column
> How do I add a column? | How many columns can I have? | What does the plus do? | What does + do? | Can I compare three models? | How do I compare more models? | Can I have four columns? | How do I get another column? | Can I show only one column?
< Press + to add a column. You can have one to four.
# other base
> How do I use another model? | How do I choose another base model? | Can I use a bigger model? | How do I change the base model? | Can I use my own model? | How do I load another model? | Where do I set the base model? | Can I use a model from a folder?
< Open the Settings page and choose another base model, by its id or its folder.
# settings
> Where are the settings? | What is on the Settings page? | How do I change the settings? | What can I set? | Where is the settings page? | How do I change the data folder?
< The Settings page has the data folder and the choice of another base model.
# sampling
> What is sampling? | What is the sampling drawer? | What are the sampling settings? | What is in the sampling drawer? | Where do I change the temperature? | Where is top-p? | How do I change how you answer?
< The sampling drawer holds temperature, top-p, seed and maximum length.
# temperature
> What does temperature do? | What is temperature? | What does the temperature mean? | What is a high temperature? | Which temperature should I use? | Why is there a temperature? | explain temperature | What is that temperature thing? | What is the temperature good for? | Temperature?
< Temperature sets how freely I choose words: low is steady, high is more surprising.
>> And top-p? | What about top-p? | And the seed? | What about low? | And high?
<< Low temperature and low top-p are steady, high ones surprise. A fixed seed makes an answer repeatable.
# top p
> What is top-p? | What does top-p do? | What does top p mean? | Explain top-p | What is nucleus sampling?
< Top-p keeps only the likeliest words, up to that share. Lower is safer.
# seed
> What is the seed? | What does the seed do? | What is a seed? | Why is there a seed? | How do I get the same answer again?
< The same seed with the same settings gives the same answer again.
# length
> What is the maximum length? | How do I get longer answers? | How do I make answers shorter? | Why does the answer stop in the middle? | What does max length do? | Your answer was cut off
< Maximum length limits how long an answer may get. You find it in the sampling drawer.
# system
> What is the system prompt? | What does the system prompt do? | What is the system box for? | Where do I write a system prompt? | How do I set a system prompt? | Explain the system prompt
< The system prompt is a short instruction that comes before the conversation. Write it in the system prompt box.
# new
> How do I start a new conversation? | How do I start a new chat? | Where is new conversation? | How do I begin again? | Can I start over? | New chat
< Press New on the left to start a new conversation.
# find
> How do I find an old conversation? | Where are my old chats? | How do I search conversations? | Can I search? | Where is the search? | How do I see my earlier conversations? | Where is the history?
< Your conversations are on the left, with a search.
# rename
> How do I rename a conversation? | Can I rename a chat? | How do I change the title? | Can I give it another name?
< In the list on the left, you can rename each conversation.
# delete
> How do I delete a conversation? | Can I delete a chat? | How do I remove a conversation? | I deleted a conversation by mistake | Can I get a deleted conversation back? | How do I delete my chats?
< Delete it in the list on the left. If it was a mistake, there is an undo.
# stop
> How do I stop an answer? | How do I stop you? | Where is the stop button? | Can I stop an answer? | You write too much, how do I stop it? | Stop | How do I interrupt you?
< Press Stop, or Esc, and I'll stop writing.
# branch
> Can I edit my message? | How do I edit an earlier message? | What is a branch? | What happens if I edit my question? | How do I change my question? | Can I change what I wrote? | How do I make a branch?
< Yes, edit an earlier message. That makes a branch, and the old one is kept.
# keys
> What are the keyboard shortcuts? | Which keys are there? | Are there shortcuts? | What shortcuts can I use? | How do I see the shortcuts? | Keyboard shortcuts? | What does the ? key do? | show me the shortcuts
< Press ? to see all shortcuts. e corrects, r regenerates, / goes to the message box, and 1 to 4 choose an answer.
# key e
> What does the key e do? | What does e do? | Which key corrects an answer? | What is the shortcut for correct?
< The key e corrects the answer.
# key slash
> What does / do? | Which key goes to the message box? | How do I get to the message box? | What does the slash key do?
< The key / takes you to the message box.
# numbers keys
> What do the keys 1 to 4 do? | What does the key 1 do? | Which key chooses an answer? | How do I choose an answer with the keyboard? | What do 1 2 3 4 do?
< The keys 1, 2, 3 and 4 choose an answer.
# dark
> Is there a dark mode? | How do I turn on dark mode? | How do I change to light mode? | It is too bright | What does the key t do? | How do I change the theme? | dark mode please
< Press t to switch between light and dark.
# double click
> What does double-click do? | What happens when I double-click an answer? | Can I double-click the answer?
< A double-click on an answer lets you correct it.
# note
> What is a note? | What is the note in your answer? | What are remembered corrections? | How do you use my correction right away? | What is a remembered correction? | Why do you know that already?
< A remembered correction comes to me as a note with your question, so that I can use it at once.
# how many corrections
> How many corrections do you need? | How often do I have to correct you? | Is one correction enough? | Do I have to repeat it? | How much do I need to correct?
< One is enough to start: it helps my very next answer. More corrections make a better new version.
# forget
> Can you forget something? | How do I make you forget? | How do I remove a correction? | Can I delete a correction? | I taught you something wrong
< Undo the correction, or correct it again. If a version learned it badly, roll back.
# why wrong
> Why are you wrong? | Why is your answer bad? | Why do you give bad answers? | Why don't you know that? | Why do you know so little? | Why did you say that?
< I'm small and know only what I was taught. Press Correct, and I'll learn it.
# worse
> Can learning make you worse? | What if I teach you something wrong? | Can I break you? | Can I damage the model? | What if a version is bad?
< A new version is tested before it goes live, and one click rolls back. The base never changes.
# export
> Can I back up my data? | How do I make a backup? | Can I move my data? | Can I copy my data?
< Your data is a SQLite file in the data folder. The Settings page shows where it is.
# slow
> Why are you slow? | Why does it take so long? | Can you be faster? | Why is this so slow?
< I run on this computer, and it does all the work. While a version trains, I may be slower.
""")
