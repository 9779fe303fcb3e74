// Correct in place: the answer becomes its own raw text to edit, and shows what changed afterwards.

actions.correct = (button) => startCorrecting(button.closest('.answer').dataset.id);

function startCorrecting(id) {
  const found = answerOf(id);
  const box = answerNode(id);
  if (!found || !box || found.answer.state === 'running') return;
  if (state.editing) {
    if (state.editing !== id) toast('Save or cancel the other correction first.');
    return;
  }
  if (found.turn.hidden) { toast('Vote first: then you can rate and correct.'); return; }
  if (found.answer.state === 'error') return;
  closePanel();
  state.editing = id;
  const area = h('textarea.correcting.passage', { 'aria-label': 'Corrected answer', value: found.answer.text, spellcheck: 'true' });
  const save = () => saveCorrection(id, area);
  const cancel = () => { state.editing = null; drawTurns(); focusAnswer(id); };
  area.addEventListener('input', () => grow(area));
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); cancel(); }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); save(); }
  });
  const bar = h('div.correct-bar', {},
    h('span.faint', {}, 'Write what it should have said.'), h('span.spacer'),
    h('button.quiet', { type: 'button', on: { click: cancel } }, 'Cancel'),
    h('button.primary.small', { type: 'button', title: 'Ctrl+Enter', on: { click: save } }, 'Save correction'));
  box.classList.add('editing');
  box.signature = null;  // what it shows is no longer what was drawn
  box.querySelector('.answer-body').replaceWith(area);
  const foot = box.querySelector('.answer-foot');
  if (foot) foot.replaceWith(bar);
  else box.append(bar);
  grow(area);
  area.focus({ preventScroll: true });
  area.setSelectionRange(area.value.length, area.value.length);
  box.scrollIntoView({ block: 'nearest' });
}

async function saveCorrection(id, area) {
  const { answer } = answerOf(id);
  if (area.value === answer.text) { state.editing = null; drawTurns(); focusAnswer(id); return; }
  area.readOnly = true;
  const view = await attempt('correct', { conversation: state.view.id, completion: id, text: area.value });
  area.readOnly = false;
  if (view === undefined) { area.focus(); return; }
  state.editing = null;
  state.changesShown.add(id);
  showView(view);
  await refreshAttempt(id);
  heed();
  focusAnswer(id);
  toast(approvesOwn() ? 'Correction saved.' : 'Saved. It waits for a curator’s approval.', { action: { label: 'Undo', run: () => undoCorrection(id) } });
}

/** Whether what this person corrects counts at once: for everyone's, or for an understudy of their own. */
function approvesOwn() {
  return may('desk') || state.choices.some((choice) => choice.name === 'mine');
}

async function undoCorrection(id) {
  state.changesShown.delete(id);
  if (await change('uncorrect', { completion: id }, { saved: 'Back to what the model said.' })) await refreshAttempt(id);
}

function correctedTag(answer) {
  const shown = state.changesShown.has(answer.id);
  return h('span.tag-group', {},
    h('button.tag.accent', { type: 'button', act: 'toggle-changes', 'aria-pressed': shown, title: shown ? 'Show the corrected text' : 'Show what changed' },
      svg('pencil'), shown ? 'corrected · hide changes' : 'corrected'),
    iconButton('uncorrect', 'undo', 'Undo the correction'));
}

actions['toggle-changes'] = (button) => {
  const id = button.closest('.answer').dataset.id;
  if (!state.changesShown.delete(id)) state.changesShown.add(id);
  drawTurns();
};

actions.uncorrect = (button) => undoCorrection(button.closest('.answer').dataset.id);

/** Spans of a word difference: what was taken out, what was put in. Marked with more than colour. */
function drawSpans(spans, before, after) {
  return h('p.diff', {}, ...spans.map((span) => {
    if (span.kind === 'same') return document.createTextNode(span.text);
    const removed = span.kind === 'removed';
    return h(removed ? 'del' : 'ins', { title: removed ? `only in ${before}` : `only in ${after}` }, spoken(removed ? ' removed: ' : ' added: '), span.text);
  }));
}
