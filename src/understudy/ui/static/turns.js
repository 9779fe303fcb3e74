// The conversation: turns are drawn by id, and only what changed is drawn again, so that nothing moves under a reader.

const transcript = h('div.transcript', { role: 'log', 'aria-label': 'Conversation', 'aria-live': 'off' });
const scroller = h('div.scroller', { tabIndex: -1 }, transcript);
const latest = h('button.latest', { type: 'button', act: 'latest', hidden: true, 'aria-label': 'Jump to latest' }, svg('arrowdown'), 'Latest');

function drawTurns() {
  const view = state.view;
  if (!view.turns.length) {
    transcript.replaceChildren(emptyState());
    transcript.classList.add('empty');
    return;
  }
  if (transcript.classList.contains('empty')) transcript.replaceChildren();
  transcript.classList.remove('empty');
  transcript.dataset.columns = columnRow.dataset.count;
  const old = new Map([...transcript.children].map((node) => [node.dataset.id, node]));
  let place = transcript.firstChild;
  for (const [i, turn] of view.turns.entries()) {
    const node = old.get(turn.id) || h('section.turn', { data: { id: turn.id } });
    node.setAttribute('aria-label', `Turn ${i + 1}`);
    old.delete(turn.id);
    fillTurn(node, turn);
    if (node === place) place = place.nextSibling;
    else transcript.insertBefore(node, place);
  }
  for (const node of old.values()) node.remove();
}

function fillTurn(node, turn) {
  node.dataset.answers = String(turn.answers.length);
  fillPart(node, 'question', [turn.text, turn.branches, isRunning()], () => drawQuestion(turn));
  const tabs = turn.answers.length > 1 ? () => answerTabs(turn) : () => h('div.tabs', { hidden: true });
  fillPart(node, 'tabs', [turn.answers.map((answer) => [answer.label, answer.state === 'running']), state.tab, turn.hidden, turn.winner], tabs);
  let grid = node.querySelector('.answers');
  if (!grid) grid = node.appendChild(h('div.answers'));
  grid.dataset.tab = String(Math.min(state.tab, turn.answers.length - 1));
  fillAnswers(grid, turn);
  fillPart(node, 'votes', [turn.answers.map((answer) => [answer.id, answer.state === 'running', answer.label]), turn.verdict, turn.winner, turn.hidden], () => voteBar(turn) || h('div.vote', { hidden: true }));
}

/** Draw a part of a turn if what it shows has changed. */
function fillPart(node, name, shows, draw) {
  const signature = JSON.stringify(shows);
  const old = node.querySelector(`:scope > [data-part=${name}]`);
  if (old && (old.signature === signature || old.contains(app.querySelector('.asking-again')))) return;
  const fresh = draw();
  fresh.dataset.part = name;
  fresh.signature = signature;
  if (old) swap(old, fresh);
  else node.append(fresh);
}

function fillAnswers(grid, turn) {
  const boxes = [...grid.children];
  turn.answers.forEach((standing, i) => {
    const answer = looked(standing);
    const shows = JSON.stringify([answer.state === 'running' ? [answer.id, answer.label, answer.attempts] : answer, turn.hidden, turn.blind, turn.verdict, turn.winner,
      standing.attempts, state.changesShown.has(answer.id), state.revealed.has(turn.id)]);
    const old = boxes[i];
    if (old && (old.signature === shows || (old.classList.contains('editing') && state.editing === old.dataset.id))) return;
    const fresh = drawAnswer(turn, standing);
    fresh.signature = shows;
    if (!old) { grid.append(fresh); return; }
    const justEnded = old.dataset.id === fresh.dataset.id && old.dataset.state === 'running' && answer.state !== 'running';
    if (state.panel && old.dataset.id === state.panel) closePanel();
    swap(old, fresh);
    if (justEnded) say(`${turn.hidden ? 'Answer ' + shortName(answer, turn) : shortName(answer, turn)} finished: ${answer.text.slice(0, 300)}`);
  });
  boxes.slice(turn.answers.length).forEach((box) => box.remove());
}

function drawQuestion(turn) {
  const text = h('div.question-text', {}, turn.text);
  const bar = h('div.question-bar');
  if (turn.branches.length > 1) {
    const at = turn.branches.indexOf(turn.id);
    const step = (by, icon, label) => iconButton('branch', icon, label, { data: { value: turn.branches[at + by] || '' }, disabled: !turn.branches[at + by] });
    bar.append(h('span.switch', { role: 'group', 'aria-label': 'Versions of this message' },
      step(-1, 'left', 'Earlier version'), h('span', {}, `${at + 1}/${turn.branches.length}`), step(1, 'right', 'Later version')));
  }
  bar.append(
    iconButton('edit-question', 'pencil', 'Edit and ask again'), iconButton('copy-question', 'copy', 'Copy message'),
    iconButton('regenerate-turn', 'redo', 'Write all answers again', { disabled: isRunning() || (turn.blind && !turn.hidden) }));
  return h('div.question', {}, spoken('You asked:'), text, bar);
}

actions.branch = async (button) => {
  if (button.dataset.value) await change('branch', { turn: button.dataset.value });
};
actions['copy-question'] = (button) => copyText(turnOf(button.closest('.turn').dataset.id).text);
actions['regenerate-turn'] = (button) => startAnswering('regenerate_turn', { turn: button.closest('.turn').dataset.id });

actions['edit-question'] = (button) => {
  const turn = turnOf(button.closest('.turn').dataset.id);
  const question = button.closest('.question');
  const area = h('textarea.question-edit', { 'aria-label': 'Your message', value: turn.text });
  const put = () => { const fresh = drawQuestion(turn); fresh.dataset.part = 'question'; form.replaceWith(fresh); fresh.querySelector('[data-act=edit-question]').focus(); };
  const send = async () => {
    if (!area.value.trim()) return;
    area.readOnly = true;
    form.classList.remove('asking-again');
    if (!await startAnswering('edit', { turn: turn.id, text: area.value })) { area.readOnly = false; form.classList.add('asking-again'); }
  };
  const form = h('div.question.asking-again', { data: { part: 'question' } }, area,
    h('div.row-end', {}, h('button.quiet', { type: 'button', on: { click: put } }, 'Cancel'), h('button.primary.small', { type: 'button', on: { click: send } }, 'Ask again')));
  area.addEventListener('input', () => grow(area));
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); put(); }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); send(); }
  });
  question.replaceWith(form);
  grow(area);
  area.focus();
};

/** On a phone one answer is shown at a time: these choose which. */
function answerTabs(turn) {
  const at = Math.min(state.tab, turn.answers.length - 1);
  return h('div.tabs', { role: 'group', 'aria-label': 'Answers' }, ...turn.answers.map((answer, i) => h('button', {
    type: 'button', act: 'tab', 'aria-pressed': i === at, data: { value: String(i) } },
    turn.hidden ? `Answer ${shortName(answer, turn)}` : shortName(answer, turn), turn.winner === answer.id ? svg('check') : null)));
}

actions.tab = (button) => showTab(Number(button.dataset.value));

function showTab(index) {
  state.tab = Math.max(0, index);
  drawTurns();
}

let swipeFrom = null;
transcript.addEventListener('touchstart', (event) => {
  const answers = event.target.closest('.answers');
  swipeFrom = answers && event.touches.length === 1 && !event.target.closest('pre, textarea, .table-scroll') ? [event.touches[0].clientX, event.touches[0].clientY, answers] : null;
}, { passive: true });
transcript.addEventListener('touchend', (event) => {
  if (!swipeFrom || window.innerWidth > 700 || !getSelection().isCollapsed) return;  // selecting text is no swipe
  const [x, y, answers] = swipeFrom;
  const dx = event.changedTouches[0].clientX - x, dy = event.changedTouches[0].clientY - y;
  if (Math.abs(dx) < 50 || Math.abs(dx) < 2 * Math.abs(dy)) return;
  showTab(Math.max(0, Math.min(answers.children.length - 1, Number(answers.dataset.tab) + (dx < 0 ? 1 : -1))));
}, { passive: true });

transcript.addEventListener('dblclick', (event) => {
  const box = event.target.closest('.answer');
  if (box && event.target.closest('.answer-body')) startCorrecting(box.dataset.id);
});

function answerNode(id) {
  return [...transcript.querySelectorAll('.answer')].find((node) => node.dataset.id === id);
}

function focusAnswer(id) {
  const box = answerNode(id);
  if (box) box.focus({ preventScroll: true });
}

// -- scrolling: follow the text only while the reader is at its end ---------------------------------------------------

let following = true;

function atEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
}

function followText() {
  if (following) scroller.scrollTop = scroller.scrollHeight;
  latest.hidden = following || atEnd();
}

function jumpToEnd() {
  following = true;
  acted = -Infinity;
  scroller.scrollTop = scroller.scrollHeight;
  latest.hidden = true;
}
actions.latest = () => { jumpToEnd(); focusComposer(); };

/**
 * Going up ends the following, and only a person goes up: turns that come into sight while new text arrives move the
 * place as well (they were estimated taller, the browser keeps what is read in its place), and look the same in numbers.
 */
let acted = -Infinity;
for (const act of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
  document.addEventListener(act, () => { acted = performance.now(); }, { passive: true, capture: true });
}

let seen = { top: 0, height: 0 };
scroller.addEventListener('scroll', () => {
  const person = performance.now() - acted < 700;
  const up = person && scroller.scrollTop < seen.top - 1 && scroller.scrollHeight >= seen.height;
  seen = { top: scroller.scrollTop, height: scroller.scrollHeight };
  following = atEnd() || (following && !up);
  latest.hidden = following;
}, { passive: true });
scroller.addEventListener('wheel', (event) => { if (event.deltaY < 0 && scroller.scrollTop > 0) following = false; }, { passive: true });
new ResizeObserver(() => followText()).observe(transcript);

// -- the empty state teaches the loop ---------------------------------------------------------------------------------

const STARTERS = [
  ['Tell me a joke', 'a small thing to begin with'],
  ['What is the return window of our shop?', 'it cannot know: correct it'],
  ['How do I correct you?', 'it knows this program'],
  ['Write a short story about a lighthouse', 'compare two versions'],
];

function emptyState() {
  return h('div.welcome', {},
    h('div.welcome-mark', {}, mark()),
    h('h2', {}, 'What shall it learn today?'),
    h('ol.loop', {},
      h('li', {}, h('strong', {}, 'Ask.'), ' Every column answers the same message, side by side.'),
      h('li', {}, h('strong', {}, 'Judge.'), ' Say which answer is better, or double-click one and write what it should have said.'),
      h('li', {}, h('strong', {}, 'It learns.'), may('learning') ? ' What you correct is kept on this machine, for your understudy to learn from.' : ' What you correct is read by a curator, and learned from once it is approved.')),
    h('div.starters', {}, ...STARTERS.map(([text, why]) => h('button.starter', { type: 'button', act: 'starter', data: { value: text } }, h('span', {}, text), h('small', {}, why)))));
}

actions.starter = (button) => ask(button.dataset.value);

/** The mark: one figure, and the one that stands behind it and learns. */
function mark() {
  const space = 'http://www.w3.org/2000/svg';
  const node = document.createElementNS(space, 'svg');
  node.setAttribute('viewBox', '0 0 32 32');
  node.setAttribute('aria-hidden', 'true');
  node.setAttribute('class', 'mark');
  for (const [cls, x] of [['behind', 20], ['front', 12]]) {
    const dot = node.appendChild(document.createElementNS(space, 'circle'));
    for (const [name, value] of [['class', cls], ['cx', x], ['cy', 16], ['r', 9]]) dot.setAttribute(name, value);
  }
  return node;
}
