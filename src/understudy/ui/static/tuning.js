// The drawer of a conversation: its system prompt and how tokens are chosen. Saved as one types.

const KNOBS = [
  ['temperature', 'Temperature', 'How freely it chooses. 0 always takes the likeliest word.', 0.05],
  ['top_p', 'Top-p', 'Only the likeliest words that together reach this share. 1 switches it off.', 0.01],
  ['top_k', 'Top-k', 'Only this many of the likeliest words. 0 switches it off.', 1],
  ['repetition_penalty', 'Repetition penalty', 'Above 1 makes words that were used less likely.', 0.01],
  ['max_tokens', 'Max tokens', 'The longest an answer may get.', 1],
];
const SLIDER_MOST = { top_k: 100, max_tokens: 2048 };  // the number field takes the whole range

actions.tuning = () => openTuning();

function openTuning() {
  openDialog('tuning', 'Tune this conversation', (dialog) => {
    const system = h('textarea', { id: 'system-prompt', rows: 5, placeholder: 'You answer for the shop, in one friendly sentence.', value: state.view.system, autofocus: '' });
    const saveSystem = debounce(500, () => saveTuning(dialog, 'system', { text: system.value }));
    system.addEventListener('input', () => { dialogStatus(dialog, ''); saveSystem(); });
    return [
      h('section', {}, h('label.field-label', { for: 'system-prompt' }, 'System prompt'), h('p.field-help', {}, 'What every column is told before the conversation.'), system),
      memorySection(dialog),
      h('section', {}, h('div.section-head', {}, h('h3', {}, 'Sampling'), h('button.quiet', { type: 'button', on: { click: () => resetTuning(dialog) } }, svg('undo'), 'Reset')),
        h('p.field-help', {}, 'The same for all columns, so that a difference is the model’s.'),
        h('div.knobs', {}, ...KNOBS.map((knob) => drawKnob(dialog, knob)), drawSeed(dialog))),
    ];
  }, { drawer: true });
}

function drawKnob(dialog, [name, label, help, step]) {
  const [low, high] = state.ranges[name];
  const value = state.view.sampling[name];
  const number = h('input.number', { type: 'number', id: `knob-${name}`, min: low, max: high, step, value, 'aria-describedby': `help-${name}` });
  const slider = h('input', { type: 'range', min: low, max: SLIDER_MOST[name] || high, step, value, 'aria-label': label, tabIndex: -1 });
  const problem = h('p.problem', { role: 'alert', hidden: true });
  const save = debounce(300, () => {
    const wanted = Number(number.value);
    const bad = number.value === '' || Number.isNaN(wanted) || wanted < low || wanted > high;
    number.setAttribute('aria-invalid', String(bad));
    problem.hidden = !bad;
    problem.textContent = bad ? `${label} must be between ${low} and ${high}.` : '';
    if (!bad) saveTuning(dialog, 'sampling', { values: { [name]: wanted } }, problem);
  });
  slider.addEventListener('input', () => { number.value = slider.value; save(); });
  number.addEventListener('input', () => { slider.value = number.value; save(); });
  return h('div.knob', { data: { knob: name } },
    h('div.knob-head', {}, h('label', { for: `knob-${name}` }, label), number), slider, h('p.field-help', { id: `help-${name}` }, help), problem);
}

function drawSeed(dialog) {
  const [low, high] = state.ranges.seed;
  const number = h('input.number', { type: 'number', id: 'knob-seed', min: low, max: high, step: 1, placeholder: 'random', value: state.view.sampling.seed ?? '' });
  const problem = h('p.problem', { role: 'alert', hidden: true });
  number.addEventListener('input', debounce(300, () => {
    const wanted = number.value === '' ? null : Number(number.value);
    const bad = wanted !== null && !(Number.isInteger(wanted) && wanted >= low && wanted <= high);
    number.setAttribute('aria-invalid', String(bad));
    problem.hidden = !bad;
    problem.textContent = bad ? `The seed must be a whole number from ${low} to ${high}, or empty.` : '';
    if (!bad) saveTuning(dialog, 'sampling', { values: { seed: wanted } }, problem);
  }));
  return h('div.knob', {}, h('div.knob-head', {}, h('label', { for: 'knob-seed' }, 'Seed'), number),
    h('p.field-help', {}, 'The same seed repeats an answer. Empty draws a new one for every message.'), problem);
}

async function saveTuning(dialog, name, fields, problem = null) {
  dialogStatus(dialog, 'Saving…');
  try {
    const view = await call(name, { conversation: state.view.id, ...fields });
    if (view.id === state.view.id) showView(view);
    dialogStatus(dialog, 'Saved');
    return true;
  } catch (error) {
    dialogStatus(dialog, 'Not saved');
    if (problem && error instanceof Refused) { problem.textContent = error.message; problem.hidden = false; }
    else toast(error instanceof Refused ? error.message : 'Not saved: the program does not answer.', { kind: 'error' });
    return false;
  }
}

async function resetTuning(dialog) {
  if (!await saveTuning(dialog, 'sampling', { values: state.defaults })) return;
  for (const knob of dialog.querySelectorAll('.knob')) {
    const name = knob.dataset.knob || 'seed';
    for (const input of knob.querySelectorAll('input')) { input.value = state.defaults[name] ?? ''; input.removeAttribute('aria-invalid'); }
    knob.querySelector('.problem').hidden = true;
  }
}
