// What the page knows. The server owns the truth; this is the copy that is drawn.

const state = {
  me: { name: '', role: 'visitor', may: [], own: false }, // who looks, what they may ask for, and whether they may have an understudy of their own
  view: null,          // the open conversation, as the server says it
  items: [],           // the sidebar
  choices: [],         // what a column can show
  reasons: { good: [], bad: [] },
  ranges: {},
  defaults: {},
  memory: { on: true, sentence: '' },
  search: '',
  page: 'chat',        // or 'learning', 'curate', 'explore'
  learner: '',         // the model that the Learning page looks at; '' is the base model
  going: 0,            // counts where the person went, so that what arrives late takes nobody back
  wanted: '',          // the correction whose row the Learning page leads to
  live: { texts: {}, notices: {}, waiting: {}, ended: [] },
  attempts: new Map(), // completion shown in a column -> an earlier attempt looked at instead
  changesShown: new Set(), // completions whose correction is shown as a difference
  editing: null,       // completion id of the correction, or turn id of the message, being edited
  panel: null,         // completion whose reasons are open
  tab: 0,              // the column that a phone shows
  revealed: new Set(), // turns whose names were uncovered on this page
};

/** What a click on [data-act] does: each file adds its own. */
const actions = {};

const app = h('div.us', { lang: 'en' });

/** Whether this person may ask for all of these; what they may not is not shown to them. */
function may(...names) {
  return names.every((name) => state.me.may.includes(name));
}

function turnOf(id) {
  return state.view.turns.find((turn) => turn.id === id);
}

function answerOf(id) {
  for (const turn of state.view.turns) {
    for (const answer of turn.answers) if (answer.id === id || answer.attempts.includes(id)) return { turn, answer: looked(answer), standing: answer };
  }
  return null;
}

/** The attempt that is looked at in the place of this answer. */
function looked(answer) {
  const other = state.attempts.get(answer.id);
  return other && other.id !== answer.id ? { ...other, attempts: answer.attempts } : answer;
}

function isRunning() {
  return Boolean(state.view && (state.view.running || state.view.turns.some((turn) => turn.answers.some((answer) => answer.state === 'running'))));
}

function labelOf(name) {
  const choice = state.choices.find((choice) => choice.name === name);
  return choice ? choice.label : name;
}

/** `A`, `B`, ... while names are hidden, else the name. */
function shortName(answer, turn) {
  if (turn.hidden) return 'ABCDEFGH'[answer.position];
  const same = turn.answers.filter((other) => other.label === answer.label).length > 1;
  return same ? `${labelOf(answer.label)} (${answer.position + 1})` : labelOf(answer.label);
}
