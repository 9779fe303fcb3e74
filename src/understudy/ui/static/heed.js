// What is being learned, asked for again and again. One request brings the live run, the states at the corrections on
// the screen, which version is live and, while the Learning page is open, what changed on it.

const learning = {
  live: null,       // the run that goes on
  view: null,       // the Learning page, without the run
  champion: null,   // the number of the live version, as this page knows it
  own: null,        // that of one's own understudy, null without one
  jobs: [],         // jobs at providers, newest first, as lines
  job: null,        // the newest one of the model that is looked at
  next: '',         // when the next run starts by itself
  switches: { memory: { on: true, sentence: '' }, weak: false },
  states: {},       // completion -> the state of its correction
};

const HEED_LIVE_MS = 1000, HEED_IDLE_MS = 5000;
let heedTimer = 0;
let heeding = null;
let decided = 0;  // how many replies to buttons were heard

/** Ask now, and again when it is time. Resolves when an answer to a question of now or later is drawn. */
async function heed() {
  clearTimeout(heedTimer);
  if (heeding) { heeding.again = true; return heeding.done; }
  if (document.hidden || !state.view || !banner.hidden) { heedLater(); return undefined; }
  heeding = { again: false };
  heeding.done = askUntilQuiet();
  return heeding.done;
}

async function askUntilQuiet() {
  do {
    heeding.again = false;
    await askLearning();
  } while (heeding.again);
  heeding = null;
  heedLater();
}

async function askLearning() {
  const before = decided;
  try {
    const asked = heedFields(), now = await call(may('learning') ? 'learning' : 'heed', asked);
    if (before === decided && asked.model === lookedAt()) hear(now);  // else it may tell what was true before the button
    else if (heeding) heeding.again = true;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;  // the banner says it, or the next time
  }
}

function heedLater() {
  clearTimeout(heedTimer);
  const busy = learning.live || learning.jobs.some((job) => job.live);
  heedTimer = setTimeout(heed, busy ? HEED_LIVE_MS : HEED_IDLE_MS);
}

/** The model whose learning is shown. */
function lookedAt() {
  return atLearning() ? state.learner : '';
}

/** What this page knows already and looks at. */
function heedFields() {
  return { completions: correctedAnswers(), known: learning.champion, known_own: learning.own, mark: learning.view ? learning.view.mark : '', page: atLearning(), wanted: state.wanted, model: lookedAt() };
}

function correctedAnswers() {
  return state.view.turns.flatMap((turn) => turn.answers).map(looked).filter((answer) => answer.original !== null).map((answer) => answer.id);
}

/** Do something about learning; the reply shows what came of it. Resolves to whether it worked. */
async function decide(name, fields = {}) {
  const asked = heedFields(), now = await attempt(name, { ...asked, ...fields });
  if (now === undefined) return false;
  decided += 1;
  if (asked.model === lookedAt()) hear(now);
  return true;
}

function hear(now) {
  learning.states = now.states;
  hearChampion(now.champion);
  hearOwn(now.own);
  drawLessonLines();
  if (may('learning')) hearLearning(now);
}

function hearLearning(now) {
  const ended = learning.live && (!now.live || now.live.id !== learning.live.id);
  Object.assign(learning, { live: now.live, next: now.next, switches: now.switches, jobs: now.jobs, job: now.job });
  state.memory = now.switches.memory;
  if (now.view) learning.view = now.view;
  drawLearningBadge();
  if (atLearning()) drawLearning();
  if (ended) heedLater();
}

/** Another version is live: say what it learned, with the way back. */
function hearChampion({ number, news, can_roll_back: canRollBack }) {
  const changed = learning.champion !== null && learning.champion !== number;
  learning.champion = number;
  if (!changed) return;
  toast(news, { action: canRollBack && may('roll_back') ? { label: 'Roll back', run: () => decide('roll_back') } : null, seconds: 12 });
  refreshChoices();
}

// -- the line at a correction ----------------------------------------------------------------------------------------

/** Under a corrected answer: waiting, remembered, learned in v3, or not learned and why. Filled as soon as it is known. */
function lessonLine(answer) {
  const line = h('button.lesson', { type: 'button', act: 'lesson', disabled: !may('learning'), hidden: true }, h('span.lesson-dot'), h('span.lesson-words'));
  fillLessonLine(line, answer.id);
  return line;
}

function fillLessonLine(line, completion) {
  const found = learning.states[completion];
  line.hidden = !found;
  if (!found) return;
  if (line.dataset.value === found.correction && line.dataset.kind !== found.kind) say(`Correction ${found.words}`);
  Object.assign(line.dataset, { kind: found.kind, value: found.correction });
  line.querySelector('.lesson-words').textContent = found.words;
  line.title = may('learning') ? found.detail : '';
}

function drawLessonLines() {
  for (const line of transcript.querySelectorAll('.lesson')) fillLessonLine(line, line.closest('.answer').dataset.id);
}

actions.lesson = (button) => openLearning(button.dataset.value);
