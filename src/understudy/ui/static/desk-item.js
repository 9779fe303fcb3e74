// The editor of the Curate page: one item, everything that helps to decide about it, and the decisions.

/** Draw the open item. What is being typed stays, and the focus where it was. */
function drawEditor() {
  const typing = deskEditor.contains(document.activeElement) && document.activeElement.id ? document.activeElement : null;
  const top = deskEditor.scrollTop;
  desk.drawing = true;  // a field that is drawn anew is not a field that was left
  fillEditor();
  desk.drawing = false;
  deskEditor.scrollTop = top;
  const same = typing && deskEditor.querySelector(`#${typing.id}`);
  if (!same) return;
  if (typing.value !== typing.dataset.initial) same.value = typing.value;
  same.focus({ preventScroll: true });
}

function fillEditor() {
  const { item } = desk;
  if (!item) { deskEditor.replaceChildren(h('p.nothing', {}, desk.lines.length ? 'Choose an item.' : '')); return; }
  deskEditor.replaceChildren(...[
    drawItemHead(item), desk.conflict && drawConflict(), drawAsked(item), drawSaid(item), drawReasons(item), drawNow(),
    drawOthers(item), drawAlike(item), drawItemWordings(item), drawNotes(item), drawHistory(item), drawDecisions(item),
  ].filter(Boolean));
}

function drawItemHead({ line, conversation }) {
  const label = ITEM_LABELS[line.label] || line.label;
  return h('header.desk-head', {},
    h('button.quiet.desk-back', { type: 'button', act: 'desk-back' }, svg('left'), 'List'),
    h('span.tag', { data: { state: line.state } }, DECISIONS[line.state]),
    h('span.tag', {}, label ? `${ITEM_KINDS[line.kind]}: ${label}` : ITEM_KINDS[line.kind]),
    line.disputed ? h('span.tag.warn', {}, 'Raters disagree') : null,
    line.person ? h('span.tag', { title: 'It teaches nobody else’s understudy, and no answer to anybody else is given it to read.' }, `${line.person}’s own`) : null,
    h('span.faint', {}, [line.who, line.author && `said by ${line.author}`, moment(line.created)].filter(Boolean).join(' · ')),
    h('span.spacer'), conversation ? h('button.quiet', { type: 'button', act: 'visit', data: { value: conversation } }, svg('forward'), 'Open chat') : null);
}

function passage(text, name = 'p') {
  return h(`${name}.passage.desk-text`, {}, text);
}

function drawAsked(item) {
  return h('section', {}, h('h2', {}, 'Asked'), item.system ? h('p.field-help', {}, `System prompt: ${item.system}`) : null, passage(item.question));
}

/** The answer, and what it should have been: as a difference, or being written. */
function drawSaid(item) {
  const parts = [h('h2', {}, item.wanted ? 'Answer, corrected' : 'Answer')];
  if (desk.correcting) parts.push(drawItemCorrection(item));
  else parts.push(item.wanted ? h('div.passage.desk-text', {}, drawSpans(item.changes, 'the answer', 'the correction')) : passage(item.answer || '(empty)'));
  if (item.comment) parts.push(h('blockquote.desk-comment.own', {}, h('p', {}, `${ITEM_KINDS[item.line.kind]}: ${ITEM_LABELS[item.line.label] || item.line.label} — ${item.comment}`), h('small.faint', {}, item.line.author || 'this item')));
  for (const said of item.said) {
    parts.push(h('blockquote.desk-comment', {}, h('p', {}, [`${ITEM_KINDS[said.kind]}${said.label ? `: ${ITEM_LABELS[said.label] || said.label}` : ''}`, said.text].filter(Boolean).join(' — ')),
      h('small.faint', {}, [said.author, DECISIONS[said.state], moment(said.created)].filter(Boolean).join(' · '))));
  }
  return h('section', {}, ...parts);
}

function drawItemCorrection(item) {
  const area = h('textarea.passage.desk-correction', { 'aria-label': 'What it should have said', value: desk.draft ?? (item.wanted || item.answer), spellcheck: 'true' });
  const cancel = () => { desk.correcting = false; desk.draft = undefined; drawEditor(); deskEditor.focus({ preventScroll: true }); };
  area.addEventListener('input', () => { desk.draft = area.value; grow(area); });
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); cancel(); }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); saveItemCorrection(area); }
  });
  requestAnimationFrame(() => { grow(area); area.focus({ preventScroll: true }); area.scrollIntoView({ block: 'nearest' }); });
  return h('div', {}, area, h('div.correct-bar', {}, h('span.faint', {}, 'Saving approves it.'), h('span.spacer'),
    h('button.quiet', { type: 'button', on: { click: cancel } }, 'Cancel'),
    h('button.primary.small', { type: 'button', title: 'Ctrl+Enter', on: { click: () => saveItemCorrection(area) } }, 'Save correction')));
}

function startItemCorrection() {
  if (!desk.item || desk.busy) return;
  desk.correcting = true;
  drawEditor();
}
actions['desk-correct'] = startItemCorrection;

function saveItemCorrection(area) {
  return settle('desk_correct', { text: area.value }, { words: 'Corrected', wanted: area.value });
}

function drawReasons(item) {
  return item.reasons.length ? h('section', {}, h('h2', {}, 'Why look at it'), h('ul.desk-reasons', {}, ...item.reasons.map((reason) => h('li', {}, reason)))) : null;
}

function drawNow() {
  const parts = [h('h2', {}, 'What the versions say now')];
  if (!desk.now) parts.push(h('button.secondary.small', { type: 'button', act: 'desk-now', 'aria-keyshortcuts': 'v' }, 'Ask them', h('kbd', { 'aria-hidden': true }, 'v')));
  else if (desk.now === 'asking') parts.push(h('p.faint', { role: 'status' }, 'Asking…'));
  else parts.push(...desk.now.map((answer) => h('blockquote.desk-comment', {}, h('p', {}, answer.error || answer.text || '(empty)'), h('small.faint', {}, answer.who))));
  return h('section', {}, ...parts);
}

async function askVersions() {
  const { item } = desk;
  if (!item || desk.now === 'asking') return;
  desk.now = 'asking';
  drawEditor();
  const answers = await attempt('desk_now', { number: item.line.number });
  if (desk.item !== item) return;
  desk.now = answers === undefined ? null : answers;
  drawEditor();
}
actions['desk-now'] = askVersions;

function drawOthers({ others }) {
  if (!others.length) return null;
  return h('section', {}, h('h2', {}, 'Other answers to this question'), ...others.map((other) => h('blockquote.desk-comment', {}, h('p', {}, other.text), h('small.faint', {}, other.who))));
}

function drawAlike({ alike }) {
  if (!alike.length) return null;
  const likeness = (found) => (found.score === null ? 'the same words' : `${Math.round(100 * found.score)} % alike`);
  return h('section', {}, h('h2', {}, 'Asks nearly the same'), h('ul.desk-alike', {}, ...alike.map((found) => h('li', {}, h('button', { type: 'button', act: 'desk-alike', data: { value: String(found.number) } },
    h('strong', {}, found.question), h('span', {}, found.said), h('small.faint', {}, `${likeness(found)} · ${DECISIONS[found.state]}`))))));
}

/** A near-duplicate is looked at in its place: it joins the list after the item one came from. */
actions['desk-alike'] = async (button) => {
  const number = Number(button.dataset.value);
  const known = desk.lines.findIndex((line) => line.number === number);
  if (known >= 0) { await openLine(known); return; }
  const item = await attempt('desk_item', { number });
  if (item === undefined) return;
  desk.lines.splice(desk.at + 1, 0, item.line);
  deskList.querySelector('[aria-current]').parentNode.after(drawLine(item.line));
  await openLine(desk.at + 1);
};

function drawNotes(item) {
  const topics = h('datalist', { id: 'desk-topics' }, ...Object.keys(desk.overview.facets.topics).map((value) => h('option', { value })));
  const tags = h('datalist', { id: 'desk-tags' }, ...Object.keys(desk.overview.facets.tags).map((value) => h('option', { value })));
  const topic = h('input', { id: 'desk-topic', list: 'desk-topics', value: item.line.topic, data: { initial: item.line.topic }, maxlength: 200, placeholder: 'none' });
  savedWhenLeft(topic, (text) => ({ topic: text }), 'Topic saved');
  const tag = h('input', { id: 'desk-tag', list: 'desk-tags', data: { initial: '' }, maxlength: 200, placeholder: 'add a tag' });
  savedWhenLeft(tag, (text) => { tag.value = ''; return { add_tags: [text] }; }, 'Tagged');
  const note = h('textarea', { id: 'desk-note', rows: 2, maxlength: 10000, value: item.note, data: { initial: item.note }, placeholder: 'for whoever looks at it next' });
  savedWhenLeft(note, (text) => ({ note: text }), 'Note saved');
  return h('section.desk-notes', {}, topics, tags,
    h('div', {}, h('label.field-label', { for: 'desk-topic' }, 'Topic'), topic),
    h('div', {}, h('label.field-label', { for: 'desk-tag' }, 'Tags'), h('div.inline', {}, ...item.line.tags.map((value) => h('button.tag', { type: 'button', act: 'desk-untag', 'aria-label': `Remove the tag ${value}`, data: { value } }, value, svg('close'))), tag)),
    h('div.desk-note', {}, h('label.field-label', { for: 'desk-note' }, 'Note'), note));
}
actions['desk-untag'] = (button) => settle('desk_edit', { edit: { remove_tags: [button.dataset.value] } }, { words: 'Tag removed', stay: true });

/** Save a field when it is left, or at Enter; not the browser's own `change`, which a field that was drawn anew forgets. */
function savedWhenLeft(field, edit, words) {
  const save = () => {
    const text = field.value.trim();
    if (desk.drawing || text === field.dataset.initial) return;
    field.dataset.initial = field.id === 'desk-tag' ? '' : text;
    settle('desk_edit', { edit: edit(text) }, { words, stay: true });
  };
  field.addEventListener('blur', save);
  field.addEventListener('keydown', (event) => { if (event.key === 'Enter' && field.tagName === 'INPUT') save(); });
}

function drawHistory({ history }) {
  if (!history.length) return null;
  return h('section', {}, h('h2', {}, 'History'), h('ul.desk-history', {}, ...history.map((line) => h('li', { data: { undone: line.undone ? '1' : '' } }, line.words, h('small.faint', {}, ` ${[line.author || 'somebody', moment(line.created), line.undone && 'undone'].filter(Boolean).join(' · ')}`)))));
}

function drawDecisions(item) {
  const button = (kind, act, text, key, fields = {}) => h(`button.${kind}.small`, { type: 'button', act, 'aria-keyshortcuts': key, ...fields }, text, h('kbd', { 'aria-hidden': true }, key));
  const many = item.said.length ? ` Shift: all ${item.said.length + 1} about this answer.` : '';
  return h('div.desk-decisions', { role: 'group', 'aria-label': 'Decide' },
    button('primary', 'desk-decide', 'Approve', 'a', { title: `Learn from it.${many}`, data: { value: 'approved' } }), button('secondary', 'desk-decide', 'Reject', 'r', { title: `Learn nothing from it.${many}`, data: { value: 'rejected' } }),
    button('secondary', 'desk-correct', 'Correct', 'e'),
    item.line.person ? h('button.secondary.small', { type: 'button', act: 'desk-share', title: `So far it teaches ${item.line.person}’s own understudy alone.` }, 'Take over for everyone') : null, button('quiet', 'desk-skip', 'Skip', 's'), button('quiet', 'desk-next', 'Next', 'j'), button('quiet', 'desk-previous', 'Previous', 'k'),
    button('quiet', 'desk-undo', 'Undo', 'u', { disabled: !desk.done.length }));
}

// -- deciding ----------------------------------------------------------------------------------------------------------

function decideItem(decision, all = false) {
  return settle('desk_decide', { state: decision, all }, { words: DECISIONS[decision], wanted: DECISIONS[decision] });
}
actions['desk-decide'] = (button, event) => decideItem(button.dataset.value, event.shiftKey);

actions['desk-share'] = () => settle('desk_edit', { edit: { person: '' } }, { words: 'Taken over for everyone', stay: true });

/** Do it to the open item at the revision that is on the screen; go on to the next one, unless `stay`. */
async function settle(name, fields, { words, wanted = '', stay = false }) {
  while (stay && desk.busy) await new Promise((resolve) => { setTimeout(resolve, 30); });  // a field was left for the next one
  const { item } = desk;
  if (!item || desk.busy) return;
  desk.busy = true;
  const decided = await attempt(name, { ...fields, number: item.line.number, revision: item.line.revision, author: deskAuthor() });
  desk.busy = false;
  if (decided === undefined) return;
  if (decided.outdated) { showConflict(decided, { name, fields, words, wanted, stay }); return; }
  desk.draft = undefined;
  desk.correcting = false;
  desk.done.push({ act: decided.act.number, number: item.line.number });
  redrawLine(decided.line);
  refreshDeskSoon();
  drawDeskTools();
  say(words);
  const last = desk.at + 1 >= desk.lines.length && !desk.next;
  if (!stay && !last) { await moveOn(1); return; }
  await openLine(desk.at, stay);
  if (last && !stay) toast(`${words}. This was the last item of the list.`);
}

/** Somebody else was faster: show both, and let the person choose. */
function showConflict(decided, mine) {
  const said = decided.item.history[0];
  desk.conflict = { ...mine, sentence: decided.outdated, theirs: decided.item.wanted && mine.name === 'desk_correct' ? decided.item.wanted : said ? `${said.words} (${said.author || 'somebody'})` : DECISIONS[decided.item.line.state] };
  desk.item = decided.item;
  desk.correcting = false;
  redrawLine(decided.item.line);
  drawEditor();
  deskEditor.querySelector('.desk-conflict button').focus();
}

function drawConflict() {
  const { sentence, theirs, wanted, words } = desk.conflict;
  return h('section.desk-conflict', { role: 'alert' }, h('p', {}, sentence),
    h('dl', {}, h('dt', {}, 'Theirs'), h('dd', {}, theirs), h('dt', {}, 'Yours'), h('dd', {}, wanted || words)),
    h('div.inline', {}, h('button.secondary.small', { type: 'button', act: 'desk-theirs' }, 'Keep theirs'), h('button.secondary.small', { type: 'button', act: 'desk-mine' }, 'Save mine')));
}
actions['desk-theirs'] = () => { desk.conflict = null; desk.draft = undefined; drawEditor(); deskEditor.focus({ preventScroll: true }); };
actions['desk-mine'] = () => {
  const { name, fields, ...how } = desk.conflict;
  desk.conflict = null;
  return settle(name, fields, how);
};

async function undoLast() {
  if (desk.busy) return;
  const last = desk.done.at(-1);
  if (!last) { toast('There is nothing to undo in this sitting.'); return; }
  await undoAct(last.act);
  const at = desk.lines.findIndex((line) => line.number === last.number);
  await openLine(at < 0 ? desk.at : at);
}
actions['desk-undo'] = undoLast;

async function undoAct(act) {
  const undone = await attempt('desk_undo', { act, author: deskAuthor() });
  desk.done = desk.done.filter((other) => other.act !== act);
  if (undone === undefined) return;
  toast(undone.left ? `Undone but for ${plural(undone.left, 'change')} that came later.` : 'Undone.');
  refreshDeskSoon();
}
