// What an answer remembered: a quiet mark, and a card with the correction it came from.

function rememberedTag(answer) {
  const many = answer.recalls.length;
  const label = many === 1 ? 'Remembered' : `Remembered ${many}`;
  return h('button.tag.remembered', { type: 'button', act: 'remembered', title: 'Show the correction this answer was given to read', 'aria-haspopup': 'dialog' }, svg('bookmark'), label);
}

actions.remembered = (button) => openRemembered(button.closest('.answer').dataset.id);

function openRemembered(id) {
  const { answer } = answerOf(id);
  const title = answer.recalls.length === 1 ? 'Remembered from a correction' : 'Remembered from corrections';
  openDialog('remembered', title, (dialog) => [
    h('p.field-help', {}, 'This column was given the note below before it answered. The base never gets one.'),
    ...answer.recalls.map((recall) => drawRecall(dialog, id, recall)),
  ]);
}

function drawRecall(dialog, id, recall) {
  const card = h('section.recall', { 'aria-label': recall.question || 'A correction that is gone', data: { state: recall.state, correction: recall.correction } });
  if (recall.state === 'others') {
    card.append(h('p.faint', {}, 'It was corrected in a conversation of somebody else, which stays theirs.'));
    return card;
  }
  if (recall.state === 'gone') {
    card.append(h('p.faint', {}, 'This correction was taken back or replaced since. It is not used any more.'));
    return card;
  }
  const like = recall.percent >= 100 ? 'the same question' : `${recall.percent} % alike`;
  card.append(
    h('p.recall-question', {}, recall.question),
    h('p.recall-wanted', {}, recall.wanted),
    h('p.recall-meta', {}, h('span', {}, daySaid(recall.created)), h('span', {}, like), recall.state === 'off' ? h('span.tag', {}, 'switched off') : null));
  if (recall.older) {
    card.append(h('p.recall-conflict', {}, svg('alert'), h('span', {}, 'The newer correction counts. An older one of the same question said: “', h('q', {}, recall.older), '”')));
  }
  card.append(recallBar(dialog, id, recall));
  return card;
}

function recallBar(dialog, id, recall) {
  const on = recall.state === 'on';
  const button = (act, icon, label, run, more = '') => h(`button.quiet${more}`, { type: 'button', data: { value: act }, on: { click: run } }, svg(icon), label);
  return h('div.recall-bar', {},
    recall.conversation ? button('go', 'forward', 'Go to it', () => goToCorrection(dialog, recall)) : null,
    h('span.spacer'),
    !may('remembered') ? null : button('switch', on ? 'mask' : 'check', on ? 'Switch off' : 'Switch on', () => switchRecall(dialog, id, recall, !on)),
    recall.completion ? button('delete', 'trash', 'Delete', () => deleteRecall(dialog, recall), '.danger') : null);
}

async function goToCorrection(dialog, recall) {
  dialog.close();
  await openConversation(recall.conversation);
  if (state.view.id !== recall.conversation) return;
  if (!turnOf(recall.turn) && !await change('branch', { turn: recall.turn })) return;
  const box = answerNode(recall.completion);
  if (!box) return;
  state.changesShown.add(recall.completion);
  drawTurns();
  following = false;
  const fresh = answerNode(recall.completion);
  fresh.scrollIntoView({ block: 'center' });
  fresh.focus({ preventScroll: true });
}

async function switchRecall(dialog, id, recall, enabled) {
  if (!await change('remembered', { correction: recall.correction, enabled })) return;
  await refreshAttempt(id);
  dialogStatus(dialog, enabled ? 'Switched on' : 'Switched off: no answer will use it.');
  const fresh = answerOf(id).answer.recalls.find((other) => other.correction === recall.correction);
  const old = dialog.querySelector(`[data-correction="${CSS.escape(recall.correction)}"]`);
  old.replaceWith(drawRecall(dialog, id, fresh));
  dialog.querySelector(`[data-correction="${CSS.escape(recall.correction)}"] [data-value=switch]`).focus();
}

async function deleteRecall(dialog, recall) {
  dialog.close();
  if (!await change('uncorrect', { completion: recall.completion })) return;
  toast('Correction deleted.', { action: { label: 'Undo', run: () => change('restore_correction', { completion: recall.completion }, { saved: 'The correction is back.' }) } });
}

/** Date and time as people here write them. */
function daySaid(moment) {
  return new Date(moment).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

/** The switch of the tuning drawer: for everything, because a comparison without memory is about the model alone. */
function memorySection(dialog) {
  if (!may('set_memory')) return null;
  const box = h('input', { type: 'checkbox', role: 'switch', id: 'memory-on', checked: state.memory.on, 'aria-describedby': 'memory-help' });
  const note = h('p.field-help', { hidden: true });
  const show = (memory) => {
    state.memory = memory;
    box.checked = memory.on;
    note.textContent = memory.sentence;
    note.hidden = !memory.sentence;
  };
  box.addEventListener('change', async () => {
    const memory = await attempt('set_memory', { on: box.checked });
    if (memory === undefined) { box.checked = !box.checked; return; }
    show(memory);
    dialogStatus(dialog, memory.on ? 'Memory is on' : 'Memory is off');
  });
  show(state.memory);
  attempt('memory').then((memory) => { if (memory !== undefined) show(memory); });
  return h('section', {},
    h('label.memory-switch', { for: 'memory-on' }, h('span.field-label', {}, 'Memory'), box),
    h('p.field-help', { id: 'memory-help' }, 'Tuned columns are reminded of what you corrected. Off, they answer from what they learned alone. For all conversations, until Understudy is started again.'),
    note);
}
