// Old beside new, blind: two answers, no names, one key for each verdict. The names are told at the end.

const SIDES = [['left', '1', 'Left is better'], ['tie', '2', 'Tie'], ['right', '3', 'Right is better']];

async function openBlind(set) {
  const look = await call('rescue_compare', { golden: set.id });
  const dialog = openDialog('blind', 'Which answer is better?', () => h('div.blind', { tabIndex: -1 }), { wide: true });
  dialog.classList.add('broad');
  const sitting = { set, dialog, look, busy: false };
  dialog.addEventListener('keydown', (event) => {
    const side = SIDES.find(([, key]) => key === event.key);
    if (!side || event.ctrlKey || event.metaKey || event.altKey || !sitting.look.answer) return;
    event.preventDefault();
    voteBlind(sitting, side[0]);
  });
  drawBlind(sitting);
}

function drawBlind(sitting) {
  const { look, dialog } = sitting;
  const body = dialog.querySelector('.blind');
  if (!body) return;
  dialogStatus(dialog, `${look.decided} of ${look.of} decided`);
  if (look.decided === look.of) { revealBlind(sitting); return; }
  const bar = h('progress', { max: look.of, 'aria-label': 'Decided' });
  bar.value = look.decided;
  body.replaceChildren(bar, look.answer ? pairPart(sitting) : h('p.field-help', {}, 'The model here is answering…'), revealRow(sitting));
  body.focus({ preventScroll: true });
  body.closest('.dialog-body').scrollTop = 0;
  if (!look.answer) setTimeout(() => lookAgain(sitting), 400);
}

function pairPart(sitting) {
  const { look } = sitting;
  const said = (message) => h('p', {}, h('span.blind-role', {}, { system: 'Instructions', user: 'Asked', assistant: 'Said before' }[message.role]), message.content);
  const side = (name, tree) => h('section.blind-side', { 'aria-label': name }, h('h3', {}, name), tree.length ? h('div.passage', {}, ...drawTree(tree)) : h('p.faint', {}, 'No answer.'));
  return h('div.blind-pair', {}, h('div.blind-question', {}, ...look.question.map(said)),
    h('div.blind-sides', {}, side('Left', look.left), side('Right', look.right)),
    h('div.vote.blind-vote', { role: 'group', 'aria-label': 'Which answer is better?' }, h('span.vote-buttons', {},
      ...SIDES.map(([value, key, label]) => h('button', { type: 'button', title: `key ${key}`, on: { click: () => voteBlind(sitting, value) } }, label, h('kbd', {}, key))),
      h('button', { type: 'button', on: { click: () => voteBlind(sitting, 'both_bad') } }, 'Both bad'))));
}

function revealRow(sitting) {
  const early = sitting.look.decided > 0;
  return h('div.inline', {}, h('p.field-help', {}, 'Who is who is told at the end. Closing keeps what you decided.'), h('span.spacer'),
    early ? h('button.quiet', { type: 'button', on: { click: () => revealBlind(sitting) } }, 'End here and see') : null);
}

async function voteBlind(sitting, side) {
  if (sitting.busy) return;
  sitting.busy = true;
  const { set, look } = sitting;
  const next = await attempt('rescue_vote', { golden: set.id, version: look.version, answer: look.answer, side });
  sitting.busy = false;
  if (next !== undefined) { sitting.look = next; drawBlind(sitting); }
}

async function lookAgain(sitting) {
  if (!sitting.dialog.isConnected || sitting.look.answer) return;
  try {
    sitting.look = await call('rescue_compare', { golden: sitting.set.id, version: sitting.look.version });
    drawBlind(sitting);
  } catch (error) {
    sitting.dialog.querySelector('.blind').replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
  }
}

async function revealBlind(sitting) {
  const { set, look, dialog } = sitting;
  const found = await attempt('rescue_reveal', { golden: set.id, version: look.version });
  if (found === undefined) return;
  sitting.look = { ...look, answer: '' };
  const row = (pair) => {
    const names = pair.old_is_left ? ['Old', 'New'] : ['New', 'Old'];
    return h('li', {}, h('div', {}, h('strong', {}, pair.question), h('small', {}, `${names[0]} (left): ${pair.left}`), h('small', {}, `${names[1]} (right): ${pair.right}`)),
      h('span.tag', {}, { old: 'old is better', new: 'new is better', tie: 'tie', both_bad: 'both bad' }[pair.verdict]));
  };
  dialog.querySelector('h2').textContent = 'Old and new, compared blind';
  dialog.querySelector('.blind').replaceChildren(
    h('p.verdict', {}, found.sentence),
    intervalBar(found.win_rate),
    factList([['Old', found.old], ['New', found.new]]),
    h('ul.models.decided', {}, ...found.pairs.map(row)));
}

/** The win rate as a mark on a line from 0 to 100 %, with its interval and the middle. */
function intervalBar(rate) {
  const bar = h('div.interval', { role: 'img', 'aria-label': `${Math.round(100 * rate.rate)} % for the new model, between ${Math.round(100 * rate.low)} and ${Math.round(100 * rate.high)} %` },
    h('span.interval-middle'), h('span.interval-range'), h('span.interval-rate'));
  bar.querySelector('.interval-range').style.cssText = `left: ${100 * rate.low}%; width: ${100 * (rate.high - rate.low)}%`;
  bar.querySelector('.interval-rate').style.left = `${100 * rate.rate}%`;
  return h('div.interval-row', {}, h('small', {}, 'old is better'), bar, h('small', {}, 'new is better'));
}
