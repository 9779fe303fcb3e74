// The Curate page: a list that grows as one scrolls, and one item in a wide editor. Reached by #curate.

const desk = {
  filter: {},          // as the server reads it
  sort: 'newest',
  lines: [],
  next: null,          // where the list goes on; null at its end
  at: -1,              // the line that is open
  item: null,          // what the editor shows
  overview: null,      // counts, what there is to filter by, views
  count: null,         // how many items the filter has
  done: [],            // what was decided in this sitting, for undo: {act, number}
  skipped: new Set(),
  busy: false,         // nobody decides what is not on the screen yet
  load: () => loadDesk(),
  asked: 0,            // counts what was asked for, so that a late list is not drawn
};

const DECISIONS = { waiting: 'Waiting', approved: 'Approved', rejected: 'Rejected' };
const ITEM_KINDS = { correction: 'Correction', rating: 'Rating', vote: 'Vote', signal: 'Weak signal' };
const ITEM_LABELS = { good: 'good', bad: 'bad', chosen: 'chosen', tie: 'tie', both_bad: 'all bad', continued: 'gone on from', regenerated: 'another attempt', edited: 'asked anew' };
const SORTS = { newest: 'Newest first', oldest: 'Oldest first', value: 'Most worth a look', disputed: 'Disagreement first' };

const deskTools = h('div.desk-tools');
const deskList = h('div.desk-list', { role: 'region', 'aria-label': 'Items', tabIndex: 0 });
const deskEditor = h('article.desk-editor', { tabIndex: -1, 'aria-label': 'Item' });
const deskPage = h('div.desk', { role: 'region', 'aria-label': 'Curate', tabIndex: -1, hidden: true },
  deskTools, h('div.desk-panes', {}, deskList, deskEditor));
const deskButton = h('button.foot-button', { type: 'button', act: 'curate', title: 'Curate (c)' }, svg('tray'), 'Curate');

function atDesk() {
  return state.page === 'curate';
}

function wantsDesk() {
  return location.hash === '#curate' && may('desk');
}

function openDesk() {
  if (!wantsDesk()) history.pushState(null, '', '#curate');
  return showDesk();
}
actions.curate = openDesk;

async function showDesk() {
  state.going += 1;
  showPage('curate');
  closeDrawer();
  deskPage.focus({ preventScroll: true });
  const first = desk.overview === null;
  await refreshDesk();
  if (first && desk.overview) desk.filter = desk.overview.states.waiting ? { states: ['waiting'] } : {};
  if (desk.overview) await loadDesk();
}

async function refreshDesk() {
  const overview = await attempt('desk');
  if (overview !== undefined) desk.overview = overview;
  drawDeskTools();
}
const refreshDeskSoon = debounce(1500, () => { if (atDesk()) refreshDesk(); });

function deskAuthor() {
  return state.me.name || kept.get('name') || '';
}

// -- the list ----------------------------------------------------------------------------------------------------------

/** Read the list of the filter from its beginning, and open its first item. */
async function loadDesk() {
  const mine = ++desk.asked;
  Object.assign(desk, { lines: [], next: null, at: -1, item: null, count: null, sentence: '' });
  deskList.replaceChildren(h('p.faint', {}, 'Reading…'));
  deskEditor.replaceChildren();
  if (!await readLines(mine)) return;
  call('desk_count', { filter: desk.filter }).then(({ count }) => { if (mine === desk.asked) { desk.count = count; drawDeskTools(); } }, () => {});
  if (desk.lines.length && !isPhone()) await openLine(0);
  else drawEditor();
}

async function readLines(mine) {
  const page = await attempt('desk_page', { filter: desk.filter, sort: desk.sort, after: desk.next });
  if (mine !== desk.asked) return false;
  if (page === undefined) { deskList.replaceChildren(); return false; }
  const known = new Set(desk.lines.map((line) => line.number));
  const fresh = page.lines.filter((line) => !known.has(line.number) && !desk.skipped.has(line.number));
  desk.lines.push(...fresh);
  desk.next = page.next;
  desk.sentence = page.sentence;
  drawLines(fresh);
  drawDeskTools();
  return true;
}

async function moreLines() {
  if (!desk.next || desk.reading) return;
  desk.reading = true;
  await readLines(desk.asked);
  desk.reading = false;
}

deskList.addEventListener('scroll', () => {
  if (deskList.scrollTop + deskList.clientHeight > deskList.scrollHeight - 600) moreLines();
});

function drawLines(fresh) {
  if (!deskList.querySelector('ol')) deskList.replaceChildren(h('ol.desk-lines'));
  const lines = deskList.querySelector('ol');
  lines.append(...fresh.map(drawLine));
  if (!desk.lines.length) deskList.replaceChildren(emptyDesk());
}

function emptyDesk() {
  const filtered = Object.keys(desk.filter).length;
  const { states } = desk.overview;
  const any = states.waiting + states.approved + states.rejected;
  if (desk.sentence && desk.filter.meaning) return h('p.nothing', {}, desk.sentence);
  if (!any) return h('div.nothing', {}, h('p', {}, 'Nothing to curate yet.'), h('p', {}, 'Rate or correct an answer in a chat, or import what you have, and it lands here.'), h('button.secondary.small', { type: 'button', act: 'desk-import' }, 'Import a file…'));
  if (desk.filter.states?.length === 1 && desk.filter.states[0] === 'waiting' && filtered === 1) return h('div.nothing', {}, h('p', {}, 'All decided. Nothing waits for you.'));
  return h('div.nothing', {}, h('p', {}, 'Nothing has all of these.'), h('button.secondary.small', { type: 'button', act: 'desk-clear' }, 'Clear filters'));
}

function drawLine(line) {
  const label = line.label ? ` · ${ITEM_LABELS[line.label] || line.label}` : '';
  const current = desk.lines[desk.at]?.number === line.number;
  return h('li', {}, h('button.desk-line', { type: 'button', act: 'desk-open', 'aria-current': current ? 'true' : undefined, data: { value: String(line.number), state: line.state } },
    h('span.desk-dot', { title: DECISIONS[line.state] }, spoken(DECISIONS[line.state])),
    h('span.desk-line-text', {}, h('strong', {}, line.question), h('span', {}, line.said),
      h('small', {}, `${ITEM_KINDS[line.kind]}${label}${line.author ? ` · ${line.author}` : ''}${line.topic ? ` · ${line.topic}` : ''}${line.disputed ? ' · disputed' : ''}`))));
}

function redrawLine(line) {
  const at = desk.lines.findIndex((other) => other.number === line.number);
  if (at < 0) return;
  desk.lines[at] = line;
  const old = deskList.querySelector(`[data-value="${line.number}"]`);
  if (old) old.parentNode.replaceWith(drawLine(line));
}

/** Open a line; with `again`, the one that is open, which stays where it is scrolled to. */
async function openLine(at, again = false) {
  const line = desk.lines[at];
  if (!line) return;
  if (desk.correcting && desk.draft !== undefined) { toast('Save or cancel the correction first.'); return; }
  desk.busy = true;
  const item = await attempt('desk_item', { number: line.number });
  desk.busy = false;
  if (item === undefined) return;
  const before = deskList.querySelector('[aria-current]');
  if (before) before.removeAttribute('aria-current');
  Object.assign(desk, { at, item, conflict: null, correcting: false, now: again ? desk.now : null });
  redrawLine(item.line);
  deskList.querySelector(`[data-value="${line.number}"]`)?.scrollIntoView({ block: 'nearest' });
  deskPage.dataset.open = '1';
  drawEditor();
  if (again) return;
  deskEditor.scrollTop = 0;
  say(`${ITEM_KINDS[item.line.kind]}, ${DECISIONS[item.line.state]}: ${item.line.question}`);
  if (at > desk.lines.length - 12) moreLines();
}

actions['desk-open'] = (button) => openLine(desk.lines.findIndex((line) => line.number === Number(button.dataset.value)));
actions['desk-back'] = () => { delete deskPage.dataset.open; deskList.focus({ preventScroll: true }); };

/** To the next line; where the list ends, say so. */
async function moveOn(step = 1) {
  if (desk.busy) return;
  if (step > 0 && desk.at + step >= desk.lines.length && desk.next) await moreLines();
  const at = desk.at + step;
  if (at >= 0 && at < desk.lines.length) await openLine(at);
  else if (step > 0) toast('This was the last item of the list.');
}
actions['desk-next'] = () => moveOn(1);
actions['desk-previous'] = () => moveOn(-1);
actions['desk-skip'] = () => {
  const line = desk.lines[desk.at];
  if (!line || desk.busy) return undefined;
  desk.skipped.add(line.number);  // not again in this sitting
  return moveOn(1);
};

// -- the tools above it ------------------------------------------------------------------------------------------------

function drawDeskTools() {
  const { overview, filter } = desk;
  if (!overview) return;
  const focused = deskTools.contains(document.activeElement) ? document.activeElement : null;
  if (focused && focused.matches('input, select')) { deskTools.querySelector('.desk-progress').replaceWith(drawProgress()); return; }
  const chosen = filter.states?.length === 1 ? filter.states[0] : '';
  const state = (value, text, count) => h('button.desk-state', { type: 'button', act: 'desk-state', 'aria-pressed': chosen === value, data: { value } }, text, h('span.faint', {}, count.toLocaleString('en')));
  const { waiting, approved, rejected } = overview.states;
  const by = filter.meaning !== undefined ? 'meaning' : 'text';
  const search = h('input', { type: 'search', 'aria-label': 'Search items', placeholder: by === 'meaning' ? 'Find by meaning' : 'Search words', value: filter.text || filter.meaning || '' });
  search.addEventListener('input', debounce(250, () => searchDesk(search.value)));
  const how = h('select', { 'aria-label': 'Search by' }, h('option', { value: 'text' }, 'Words'), h('option', { value: 'meaning' }, 'Meaning'));
  how.value = by;
  how.addEventListener('change', () => { const text = search.value; delete desk.filter.text; delete desk.filter.meaning; desk.filter[how.value] = text; if (text) loadDesk(); });
  const sort = h('select', { 'aria-label': 'Order' }, ...Object.entries(SORTS).map(([value, text]) => h('option', { value }, text)));
  sort.value = desk.sort;
  sort.addEventListener('change', () => { desk.sort = sort.value; loadDesk(); });
  const more = filterWords().length;
  deskTools.replaceChildren(
    h('div.desk-row', {},
      h('div.desk-states', { role: 'group', 'aria-label': 'State' }, state('waiting', 'Waiting', waiting), state('approved', 'Approved', approved), state('rejected', 'Rejected', rejected), state('', 'All', waiting + approved + rejected)),
      h('label.search.desk-search', {}, svg('search'), search), how),
    h('div.desk-row', {}, drawProgress(), sort,
      h('button.secondary.small', { type: 'button', act: 'desk-filter', 'aria-haspopup': 'dialog' }, svg('sliders'), more ? `Filter (${more})` : 'Filter'),
      h('button.secondary.small', { type: 'button', act: 'desk-views', 'aria-haspopup': 'menu', 'aria-expanded': false }, svg('bookmark'), 'Views'),
      h('button.secondary.small', { type: 'button', act: 'desk-more', 'aria-haspopup': 'menu', 'aria-expanded': false }, 'More', svg('chevron'))));
  if (focused) deskTools.querySelector(`[data-act=${focused.dataset.act}]${focused.dataset.value === undefined ? '' : `[data-value="${focused.dataset.value}"]`}`)?.focus({ preventScroll: true });
}

function drawProgress() {
  const decided = desk.done.length;
  const words = [desk.count === null ? '' : plural(desk.count, 'item'), ...filterWords(), decided ? `${decided.toLocaleString('en')} decided in this sitting` : '', desk.filter.meaning ? 'nearest first' : '', desk.lines.length ? desk.sentence : ''].filter(Boolean);
  const total = desk.count || 0;
  return h('p.desk-progress.faint', {}, h('progress', { max: Math.max(1, total), value: Math.min(decided, total), 'aria-label': 'Decided in this sitting' }), h('span', { role: 'status' }, words.join(' · ')));
}

function searchDesk(text) {
  const by = desk.filter.meaning !== undefined ? 'meaning' : 'text';
  delete desk.filter.within;
  if (text.trim()) desk.filter[by] = text.trim();
  else if (by === 'text') delete desk.filter.text;
  else desk.filter.meaning = '';
  loadDesk();
}

actions['desk-state'] = (button) => {
  if (button.dataset.value) desk.filter.states = [button.dataset.value];
  else delete desk.filter.states;
  loadDesk();
};
actions['desk-import'] = () => openImport();
actions['desk-clear'] = () => { desk.filter = {}; loadDesk(); };

const DESK_KEYS = {
  a: () => decideItem('approved'),
  A: () => decideItem('approved', true),
  r: () => decideItem('rejected'),
  R: () => decideItem('rejected', true),
  e: () => startItemCorrection(),
  s: () => actions['desk-skip'](),
  j: () => moveOn(1),
  k: () => moveOn(-1),
  u: () => undoLast(),
  v: () => askVersions(),
  f: () => actions['desk-filter'](),
  i: () => openImport(),
  x: () => openExport(),
  c: () => openCleaning(),
  b: () => openBalance(),
  w: () => openWordings(),
  '/': () => deskTools.querySelector('input').focus(),
};
