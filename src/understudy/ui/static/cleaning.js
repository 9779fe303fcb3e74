// "Clean this view…" on the Curate page: every step with its count and examples, then the chosen ones, and the way back.

const STEP_NAMES = {
  unicode: 'Broken characters', markup: 'HTML in answers', space: 'Stray spaces', spelling: 'Spelling', private: 'Personal data', toxic: 'Offensive language',
  empty: 'Answers that say nothing', trivial: 'Corrections that correct nothing', truncated: 'Cut-off answers', language: 'Another language', duplicates: 'Exact doubles',
  near: 'Near-duplicates', contradictions: 'Contradictions',
};

async function openCleaning() {
  const [told, about] = await Promise.all([attempt('desk_count', { filter: desk.filter }), attempt('clean')]);
  if (told === undefined || about === undefined) return;
  if (!told.count) { toast('There is nothing in this view to clean.'); return; }
  const work = { filter: { ...desk.filter }, count: told.count, words: viewWords(), near: Math.round(100 * about.near), kinds: Object.keys(about.kinds), about, steps: [], looks: {}, chosen: new Set(), open: new Set(), acts: [], left: new Set(), job: '' };
  openDialog('clean', 'Clean this view', (dialog) => {
    work.dialog = dialog;
    work.body = h('div.exchange.cleaning');
    dialog.addEventListener('close', () => leaveCleaning(work));
    return work.body;
  }, { wide: true });
  await lookThrough(work);
}

/** What was begun to be looked at stops; what is being made goes on, because half of it is told nowhere else. */
function leaveCleaning(work) {
  work.closed = true;
  if (work.job && !work.making) call('clean_stop', { job: work.job }).catch(() => {});
}

function cleaningHead(work) {
  return h('p', {}, h('strong', {}, plural(work.count, 'item')), `: ${work.words}. Rejected ones are left alone. Nothing changes before you say so, and everything can be undone.`);
}

// -- looking -----------------------------------------------------------------------------------------------------------

/** Look through all steps, or some of them again with another choice. */
async function lookThrough(work, names = []) {
  const bar = watchBar('Looking', () => call('clean_stop', { job: work.job }).catch(() => {}));
  if (names.length) work.body.querySelector(`[data-step="${names[0]}"] .step-found`)?.replaceChildren(bar.box);
  else work.body.replaceChildren(cleaningHead(work), h('section', { role: 'status' }, bar.box));
  const told = await watchCleaning(work, 'clean_look', { filter: work.filter, near: work.near, kinds: work.kinds, steps: names }, bar);
  if (work.closed) return;
  if (told && told.state === 'done') {
    for (const step of told.steps) work.looks[step.step] = told.look;
    const fresh = new Map(told.steps.map((step) => [step.step, step]));
    work.steps = names.length ? work.steps.map((step) => fresh.get(step.step) || step) : told.steps;
    for (const step of told.steps) if (!step.count) work.chosen.delete(step.step);
  } else if (told && !names.length) { work.body.replaceChildren(cleaningHead(work), h('p.field-help', {}, told.message), h('div.row-end', {}, h('button.primary', { type: 'button', on: { click: () => lookThrough(work) } }, 'Look again'))); return; }
  drawCleaning(work);
}

function watchBar(label, stop) {
  const bar = jobBar(label, `${label}…`, stop);
  return { box: bar.box, show: (told) => bar.show(told.share, told.doing ? `${label}: ${(STEP_NAMES[told.doing] || told.doing).toLowerCase()}` : `${label}…`) };
}

/** Begin a task and follow it. Resolves to what it told last, undefined if it was refused. */
async function watchCleaning(work, name, fields, bar) {
  const started = await attempt(name, fields);
  if (started === undefined) return undefined;
  work.job = started.job;
  const told = await followJob('clean_state', started.job, (now) => bar.show(now));
  work.job = '';
  return told && { ...told, look: started.job };
}

// -- the steps ---------------------------------------------------------------------------------------------------------

function drawCleaning(work) {
  const found = work.steps.filter((step) => step.count || ['near', 'private'].includes(step.step) && !step.sentence);
  const clean = work.steps.filter((step) => !step.count && !step.sentence && !found.includes(step)).map((step) => STEP_NAMES[step.step]);
  const idle = work.steps.filter((step) => step.sentence);
  const focused = work.body.contains(document.activeElement) ? document.activeElement.id : '';
  work.button = h('button.primary', { type: 'button', id: 'clean-make', on: { click: () => makeClean(work, [...work.chosen]) } });
  work.body.replaceChildren(...[cleaningHead(work), work.problem ? h('p.problem', { role: 'alert' }, work.problem) : null, drawCleaned(work),
    h('ul.steps', {}, ...found.map((step) => drawCleaningStep(work, step))),
    clean.length ? h('p.field-help', {}, `Nothing found: ${clean.join(', ')}.`) : null,
    ...idle.map((step) => h('p.field-help', {}, step.sentence)),
    h('div.row-end', {}, h('button.secondary', { type: 'button', id: 'clean-again', on: { click: () => { work.problem = ''; lookThrough(work); } } }, 'Look again'), work.button)].filter(Boolean));
  drawMakeButton(work);
  if (focused) work.body.querySelector(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
}

function drawMakeButton(work) {
  const chosen = work.steps.filter((step) => work.chosen.has(step.step));
  const changes = chosen.reduce((sum, step) => sum + step.count, 0);
  work.button.disabled = !changes;
  work.button.textContent = changes ? `Make ${plural(changes, 'change')}` : 'Choose steps';
}

/** What becomes of what a step found, in words. */
function stepWords({ step, count, texts }) {
  const rest = count - texts;
  const words = [texts ? `${plural(texts, 'correction')} rewritten` : '', rest ? (step === 'duplicates' ? `${rest.toLocaleString('en')} rejected` : `${rest.toLocaleString('en')} set to wait for a person`) : ''].filter(Boolean);
  return words.length ? words.join(', ') + (rest ? `, tagged “${step}”` : '') : 'nothing found';
}

function drawCleaningStep(work, step) {
  const name = STEP_NAMES[step.step] || step.step;
  const open = work.open.has(step.step);
  const box = h('input', { type: 'checkbox', id: `step-${step.step}`, checked: work.chosen.has(step.step), disabled: !step.count || step.suggested, on: { change: () => { work.chosen[box.checked ? 'add' : 'delete'](step.step); drawMakeButton(work); } } });
  const shown = h('div.step-found', { id: `found-${step.step}`, hidden: !open }, ...drawStepExamples(work, step));
  const toggle = h('button.quiet', { type: 'button', id: `toggle-${step.step}`, 'aria-expanded': open, 'aria-controls': shown.id, 'aria-label': `Examples: ${name}`, on: { click: () => {
    const wide = toggle.getAttribute('aria-expanded') !== 'true';
    work.open[wide ? 'add' : 'delete'](step.step);
    toggle.setAttribute('aria-expanded', String(wide));
    shown.hidden = !wide;
  } } }, 'Examples', svg('chevron'));
  return h('li.card', { data: { step: step.step } },
    h('div.step-head', {}, box, h('label', { for: box.id }, h('strong', {}, name), h('small', {}, step.suggested ? 'suggested: choose each below that is right' : stepWords(step))), h('span.step-count', {}, step.count.toLocaleString('en')), toggle),
    step.note ? h('p.field-help', {}, step.note) : null, step.step === 'near' ? drawThreshold(work) : null, step.step === 'private' ? drawKinds(work) : null, shown);
}

function drawThreshold(work) {
  const value = h('output', { for: 'near-share' }, `${work.near} %`);
  const slider = h('input', { type: 'range', id: 'near-share', min: 50, max: 100, step: 1, value: String(work.near) });
  slider.addEventListener('input', () => { value.textContent = `${slider.value} %`; });
  slider.addEventListener('change', () => { work.near = Number(slider.value); work.open.add('near'); lookThrough(work, ['near']); });
  return h('div.threshold', {}, h('label', { for: 'near-share' }, 'Words in both, at least'), slider, value);
}

function drawKinds(work) {
  const box = ([kind, words]) => {
    const input = h('input', { type: 'checkbox', id: `mask-${kind}`, checked: work.kinds.includes(kind), on: { change: () => { work.kinds = Object.keys(work.about.kinds).filter((one) => (one === kind ? input.checked : work.kinds.includes(one))); lookThrough(work, ['private']); } } });
    return h('label', {}, input, words);
  };
  return h('fieldset.desk-boxes', {}, h('legend.spoken', {}, 'Mask these'), ...Object.entries(work.about.kinds).map(box));
}

function drawStepExamples(work, step) {
  const examples = step.examples.filter((one) => !work.left.has(`${step.step} ${one.item}`));
  const list = (some, alone) => h('ul.examples', {}, ...some.map((one) => drawCleaningExample(work, step, one, alone)));
  const more = step.count - step.examples.length;
  if (step.step !== 'near') return [examples.length ? list(examples, true) : null, more > 0 ? h('p.field-help', {}, `and ${more.toLocaleString('en')} more`) : null].filter(Boolean);
  return [h('h3', {}, 'Just above: these would wait'), examples.length ? list(examples, true) : h('p.field-help', {}, 'None.'), more > 0 ? h('p.field-help', {}, `and ${more.toLocaleString('en')} more, more alike than these`) : null,
    h('h3', {}, 'Just below: these stay as they are'), step.left.length ? list(step.left, false) : h('p.field-help', {}, 'None within 15 % of it.')].filter(Boolean);
}

function drawCleaningExample(work, step, one, alone) {
  const text = one.spans.length ? drawSpans(one.spans, step.step === 'near' ? 'the older' : 'the old text', step.step === 'near' ? 'the newer' : 'the new text')
    : h('div', {}, h('p.faint', {}, one.asked), h('p', {}, one.said || '(empty)'));
  const make = () => makeClean(work, [step.step], [one.item]);
  const what = one.rewrites ? (step.suggested ? 'Take this spelling' : 'Rewrite this one') : step.step === 'duplicates' ? 'Reject this one' : 'Let this one wait';
  return h('li', { data: { item: String(one.item) } }, h('p.example-why', {}, `${one.why} `, h('button.link', { type: 'button', 'aria-label': `Look at item ${one.item}`, on: { click: () => visitItem(work, one.item) } }, `item ${one.item}`)), h('div.example-text', {}, text),
    alone ? h('button.secondary.small', { type: 'button', 'aria-label': `${what}: item ${one.item}`, on: { click: make } }, what) : null);
}

/** Leave for the item itself, at the top of the list. */
async function visitItem(work, number) {
  const item = await attempt('desk_item', { number });
  if (item === undefined) return;
  work.dialog.close();
  desk.lines = [item.line, ...desk.lines.filter((line) => line.number !== number)];
  deskList.replaceChildren();
  drawLines(desk.lines);
  await openLine(0);
}

// -- making ------------------------------------------------------------------------------------------------------------

async function makeClean(work, steps, items = null) {
  const groups = new Map();  // steps that were looked at together are made together, in their order
  for (const { step } of work.steps) if (steps.includes(step)) groups.set(work.looks[step], [...groups.get(work.looks[step]) || [], step]);
  Object.assign(work, { making: true, problem: '' });
  const bar = watchBar('Changing', () => call('clean_stop', { job: work.job }).catch(() => {}));
  if (!items) work.body.replaceChildren(cleaningHead(work), h('section', { role: 'status' }, bar.box));
  let changed = 0;
  for (const [look, names] of groups) {
    const told = await watchCleaning(work, 'clean_make', { look, steps: names, items, author: deskAuthor() }, bar);
    if (told && told.acts) { work.acts.push(...told.acts); changed += told.acts.reduce((sum, act) => sum + act.items, 0); }
    else work.problem = told ? told.message : 'It was refused. Look again.';
  }
  work.making = false;
  if (items && !work.problem) for (const item of items) work.left.add(`${steps[0]} ${item}`);
  await refreshDesk();
  if (atDesk()) await loadDesk();
  if (work.closed) { if (work.problem) toast(work.problem, { kind: 'error' }); else if (changed) toast(`Changed ${plural(changed, 'item')}.`); return; }
  if (items && work.problem) drawCleaning(work);
  else if (items) afterOne(work, steps[0], items[0], changed);
  else { for (const step of steps) work.chosen.delete(step); await lookThrough(work); dialogStatus(work.dialog, `Changed ${plural(changed, 'item')}`); }
}

/** One example was made: it leaves its step, which is not looked through again for it. */
function afterOne(work, name, item, changed) {
  const step = work.steps.find((one) => one.step === name);
  const example = step.examples.find((one) => one.item === item);
  step.examples = step.examples.filter((one) => one !== example);
  step.count -= 1;
  if (example && example.rewrites) step.texts -= 1;
  drawCleaning(work);
  dialogStatus(work.dialog, changed ? 'Changed 1 item' : 'It had changed already');
  work.body.querySelector(`#toggle-${name}`)?.focus({ preventScroll: true });
}

/** What was made since the dialog opened, newest first, each with its undo. */
function drawCleaned(work) {
  if (!work.acts.length) return null;
  const undo = async (act) => {
    await undoAct(act.number);
    work.acts = work.acts.filter((other) => other !== act);
    work.left.clear();
    await loadDesk();
    if (!work.closed) await lookThrough(work);
  };
  return h('section.cleaned', {}, h('h3', {}, 'Changed just now'), h('ul.imports', {}, ...[...work.acts].reverse().map((act) => h('li', {},
    h('div', {}, h('strong', {}, plural(act.items, 'item')), h('small', {}, act.words)),
    h('button.secondary.small', { type: 'button', 'aria-label': `Undo: ${act.words}`, on: { click: () => undo(act) } }, 'Undo')))));
}
