// "More wordings…" on the Curate page: questions in other words, written by a model or a rule, decided about here.

const METHOD_NAMES = { paraphrase: 'Other words', translation: 'Translation and back', order: 'By rule' };

async function openWordings() {
  const about = await attempt('wordings', { filter: desk.filter });
  if (about === undefined) return;
  const work = { filter: { ...desk.filter }, words: viewWords(), about, method: 'paraphrase', model: 'base', via: 'de', state: 'waiting', shown: [], job: '', undo: null };
  openDialog('wordings', 'More wordings', (dialog) => {
    work.dialog = dialog;
    work.body = h('div.exchange.wordings', {}, drawWriting(work), work.list = h('section'));
    dialog.addEventListener('close', () => { work.closed = true; if (work.job) call('wordings_stop', { job: work.job }).catch(() => {}); });
    return work.body;
  }, { wide: true });
  await readWordings(work);
}

// -- writing -----------------------------------------------------------------------------------------------------------

function drawWriting(work) {
  const { about } = work;
  const select = (id, label, options, value, change) => {
    const box = h('select', { id }, ...options.map(([name, text]) => h('option', { value: name }, text)));
    box.value = value;
    box.addEventListener('change', () => change(box.value));
    return h('div.map-row', {}, h('label', { for: id }, label), box);
  };
  const help = h('p.field-help');
  const model = select('wording-model', 'Written by', about.models.map((one) => [one.name, one.label]), work.model, (value) => { work.model = value; });
  const via = select('wording-via', 'By way of', Object.entries(about.via), work.via, (value) => { work.via = value; });
  const fit = () => { model.hidden = work.method === 'order'; via.hidden = work.method !== 'translation'; help.textContent = about.methods[work.method]; };
  const method = select('wording-method', 'How', Object.keys(about.methods).map((name) => [name, METHOD_NAMES[name]]), work.method, (value) => { work.method = value; fit(); });
  const button = h('button.primary.small', { type: 'button', disabled: !about.questions, on: { click: () => writeWordings(work, button, result) } }, about.questions > 500 ? 'Too many questions' : `Write for ${plural(about.questions, 'question')}`);
  const result = h('div.counts-box', { role: 'status' });
  fit();
  return h('section', {}, h('p', {}, `Questions of this view: ${work.words}. A question that is known in many words is answered in many. What is written is marked as synthetic, waits for you, and never judges a version.`),
    h('div.mapping', {}, method, model, via), help,
    about.questions ? null : h('p.field-help', {}, 'Nothing in this view has an answer to learn: correct or approve something first.'), result, h('div.row-end', {}, button));
}

async function writeWordings(work, button, result) {
  button.disabled = true;
  const started = await attempt('wordings_write', { filter: work.filter, method: work.method, model: work.model, via: work.via, author: deskAuthor() });
  if (started !== undefined) {
    work.job = started.job;
    const bar = jobBar('Writing', 'Writing…', () => call('wordings_stop', { job: started.job }).catch(() => {}));
    result.replaceChildren(bar.box);
    const told = await followJob('wordings_state', started.job, (now) => bar.show(now.share, `Writing: ${Math.round(100 * now.share)} %`));
    work.job = '';
    if (work.closed) return;
    const words = told === undefined ? 'It was lost. Begin again.' : told.state === 'done' ? `${plural(told.proposed, 'new wording')} of ${plural(told.questions, 'question')}. ${told.sentence}` : told.message;
    result.replaceChildren(h('p', { class: told && told.state === 'done' ? 'field-help' : 'problem', data: { part: 'written' } }, words));
    work.state = 'waiting';
    await readWordings(work);
  }
  button.disabled = false;
}

// -- deciding ----------------------------------------------------------------------------------------------------------

async function readWordings(work) {
  const told = await attempt('wordings_page', { state: work.state });
  if (told === undefined || work.closed) return;
  Object.assign(work, { shown: told.wordings, counts: told.counts });
  drawWordings(work);
}

function drawWordings(work) {
  const state = (value) => h('button.desk-state', { type: 'button', 'aria-pressed': work.state === value, on: { click: () => { work.state = value; readWordings(work); } } }, DECISIONS[value], h('span.faint', {}, work.counts[value].toLocaleString('en')));
  const all = work.shown.map((one) => one.id);
  const many = (decision, text) => h('button.secondary.small', { type: 'button', on: { click: () => decideWordings(work, all, decision) } }, text);
  const focused = work.list.contains(document.activeElement) ? document.activeElement.dataset.at : undefined;
  work.list.replaceChildren(...[h('h3', {}, 'Synthetic wordings'),
    h('div.inline.wordings-tools', {}, h('div.desk-states', { role: 'group', 'aria-label': 'Wordings' }, state('waiting'), state('approved'), state('rejected')), h('span.spacer'),
      all.length > 1 && work.state === 'waiting' ? many('approved', `Approve these ${all.length}`) : null, all.length > 1 && work.state === 'waiting' ? many('rejected', `Reject these ${all.length}`) : null),
    work.undo ? h('p.plan-said', { role: 'status' }, `${work.undo.words} `, h('button.link', { type: 'button', on: { click: () => undoWordings(work) } }, 'Undo')) : null,
    all.length ? h('ul.examples', {}, ...work.shown.map((one, at) => drawWording(work, one, at))) : h('p.nothing.faint', {}, { waiting: 'None waits.', approved: 'None is approved yet.', rejected: 'None was rejected.' }[work.state])].filter(Boolean));
  if (focused !== undefined) (work.list.querySelector(`[data-at="${focused}"]`) || work.list.querySelector('[data-at="0"]') || work.list.querySelector('.desk-state')).focus({ preventScroll: true });
}

function drawWording(work, one, at) {
  const button = (decision, text, kind) => h(`button.${kind}.small`, { type: 'button', 'aria-label': `${text}: ${one.text}`, data: decision === 'approved' ? { at: String(at) } : {}, on: { click: () => decideWordings(work, [one.id], decision) } }, text);
  return h('li', { data: { wording: one.id } }, h('p.example-why', {}, one.question), h('p', {}, one.text),
    h('div.inline', {}, one.state === 'approved' ? button('waiting', 'Let it wait', 'secondary') : button('approved', 'Approve', 'primary'), one.state === 'rejected' ? null : button('rejected', 'Reject', 'secondary'),
      h('small.faint', {}, `synthetic · ${METHOD_NAMES[one.method].toLowerCase()}${one.model ? ` by ${one.model}` : ''}`)));
}

async function decideWordings(work, ids, decision) {
  const told = await attempt('wordings_decide', { ids, state: decision, author: deskAuthor() });
  if (told === undefined) return;
  work.undo = { before: told.before, words: `${DECISIONS[decision]}: ${plural(Object.keys(told.before).length, 'wording')}.` };
  await readWordings(work);
}

async function undoWordings(work) {
  const { before } = work.undo;
  if (await attempt('wordings_back', { before, author: deskAuthor() }) === undefined) return;
  work.undo = null;
  await readWordings(work);
}

/** In the editor of an item: its question in other words. */
function drawItemWordings({ wordings }) {
  if (!wordings.length) return null;
  return h('section', {}, h('h2', {}, 'Synthetic wordings of the question'), ...wordings.map((one) => h('blockquote.desk-comment', {}, h('p', {}, one.text), h('small.faint', {}, `${one.who} · ${DECISIONS[one.state]}`))),
    h('button.secondary.small', { type: 'button', act: 'desk-wordings' }, 'Decide about them'));
}
actions['desk-wordings'] = () => openWordings();
