// The keyboard: everything that matters has a key, and ? shows them all.

const KEYS = [
  ['Write', [['/', 'focus the message'], ['Enter', 'send'], ['Shift Enter', 'new line'], ['Esc', 'stop answering, close what is open'], ['n', 'new conversation']]],
  ['Judge', [['1 – 4', 'this answer is best'], ['0', 'tie'], ['g', 'good answer'], ['b', 'bad answer'], ['d', 'difference, word by word']]],
  ['Improve', [['e', 'correct the answer (or double-click it)'], ['Ctrl Enter', 'save the correction'], ['r', 'write the answer again']]],
  ['Curate', [['a r', 'approve, reject'], ['Shift a', 'approve all about this answer'], ['e', 'correct'], ['s', 'skip'], ['j k', 'next, previous item'], ['u', 'undo'], ['v', 'what the versions say now'], ['f', 'filter'], ['i', 'import a file'], ['x', 'export this view'], ['c', 'clean this view'], ['b', 'balance'], ['w', 'more wordings']]],
  ['Move', [['j k', 'next, previous answer'], ['↑ ↓ ← →', 'between answers'], ['s', 'system prompt and sampling'], ['l', 'what is being learned', 'learning'], ['c', 'go through feedback', 'curate'], ['o', 'what feedback is like', 'explore'], ['t', 'light or dark'], ['?', 'this list']]],
];

/** The keys of what this person may do; the third word of a key is what it leads to. */
function keysOf() {
  const pages = KEYS.filter(([name]) => name !== 'Curate' || mayDo('curate'));
  return pages.map(([name, keys]) => [name, keys.filter(([, , act]) => !act || mayDo(act))]);
}

actions.help = () => openDialog('help', 'Keyboard', () => h('div.keys', { tabIndex: 0, role: 'group', 'aria-label': 'Keys' }, ...keysOf().map(([name, keys]) => h('section', {}, h('h3', {}, name),
  h('dl', {}, ...keys.flatMap(([key, what]) => [h('dt', {}, ...key.split(' ').map((part) => (part === '–' ? ' – ' : h('kbd', {}, part)))), h('dd', {}, what)]))))), { wide: true });

function focusedAnswer() {
  const box = document.activeElement && document.activeElement.closest && document.activeElement.closest('.answer');
  if (box) return box;
  const boxes = [...transcript.querySelectorAll('.turn:last-child .answer')];
  return boxes.find((box) => box.offsetParent) || boxes[0] || null;
}

function focusedTurn() {
  const node = document.activeElement && document.activeElement.closest && document.activeElement.closest('.turn');
  const last = node || transcript.querySelector('.turn:last-child');
  return last ? turnOf(last.dataset.id) : null;
}

function press(act, value) {
  const box = focusedAnswer();
  const button = box && [...box.querySelectorAll(`[data-act=${act}]`)].find((node) => !node.disabled && (value === undefined || node.dataset.value === value));
  if (button) { box.focus({ preventScroll: true }); actions[act](button); }
}

function voteFor(index) {
  const turn = focusedTurn();
  if (!turn || turn.answers.length < 2 || turn.answers.some((answer) => answer.state === 'running')) return;
  if (index < 0) vote(turn.id, 'tie', '');
  else if (turn.answers[index]) vote(turn.id, 'chosen', turn.answers[index].id);
}

function moveBy(across, down) {
  const boxes = [...transcript.querySelectorAll('.answer')].filter((box) => box.offsetParent);
  if (!boxes.length) return;
  const current = document.activeElement.closest('.answer');
  if (!current) { const last = transcript.querySelector('.turn:last-child .answer'); (boxes.includes(last) ? last : boxes.at(-1)).focus(); return; }
  const turns = [...transcript.querySelectorAll('.turn')];
  const at = turns.indexOf(current.closest('.turn'));
  let target;
  if (down) {
    const inTurn = turns[at + down] ? [...turns[at + down].querySelectorAll('.answer')].filter((box) => box.offsetParent) : [];
    target = inTurn[Math.min(Number(current.dataset.position), inTurn.length - 1)];
  } else if (isPhone()) {
    showTab(Math.min(current.parentNode.children.length - 1, Math.max(0, state.tab + across)));
    target = current.parentNode.children[state.tab];
  } else target = boxes[boxes.indexOf(current) + across];
  if (target) { target.focus({ preventScroll: true }); target.scrollIntoView({ block: 'nearest', behavior: 'auto' }); }
}

const SHORTCUTS = {
  '/': focusComposer,
  n: () => actions.new(),
  e: () => press('correct'),
  r: () => press('regenerate'),
  g: () => press('rate', 'true'),
  b: () => press('rate', 'false'),
  d: () => { const turn = focusedTurn(); if (turn) openDifference(turn.id); },
  s: () => openTuning(),
  l: () => mayDo('learning') && actions.learning(),
  c: () => mayDo('curate') && actions.curate(),
  o: () => mayDo('explore') && actions.explore(),
  t: () => actions.theme(),
  '?': () => actions.help(),
  0: () => voteFor(-1),
  1: () => voteFor(0),
  2: () => voteFor(1),
  3: () => voteFor(2),
  4: () => voteFor(3),
  j: () => moveBy(1, 0),
  k: () => moveBy(-1, 0),
  ArrowRight: () => moveBy(1, 0),
  ArrowLeft: () => moveBy(-1, 0),
  ArrowDown: () => moveBy(0, 1),
  ArrowUp: () => moveBy(0, -1),
};

/** The keys that mean something away from a conversation too. */
const EVERYWHERE = ['n', 'l', 'c', 'o', 't', '?'];

function onKey(event) {
  if (!state.view || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const dialog = app.querySelector('dialog[open]');
  if (event.key === 'Escape' && !dialog) { onEscape(); return; }
  const typing = event.target.closest && event.target.closest('input, textarea, select, [contenteditable]');
  if (typing || dialog || closeMenu) return;
  if (atDesk() && DESK_KEYS[event.key]) { event.preventDefault(); DESK_KEYS[event.key](); return; }
  if (isAway() && !EVERYWHERE.includes(event.key)) return;
  if (event.key.startsWith('Arrow') && !(document.activeElement && document.activeElement.closest('.answer'))) return;
  if (event.key.startsWith('Arrow') && event.target.closest('pre, .table-scroll')) return;
  const shortcut = SHORTCUTS[event.key];
  if (!shortcut) return;
  event.preventDefault();
  shortcut();
}

function onEscape() {
  if (app.querySelector('.reasons')) closePanel(true);
  else if (app.classList.contains('drawer-open')) closeDrawer();
  else if (atDesk() && deskPage.dataset.open && isPhone()) actions['desk-back']();
  else if (isRunning() && !isAway()) actions.stop();
  else if (document.activeElement === message) message.blur();
}
