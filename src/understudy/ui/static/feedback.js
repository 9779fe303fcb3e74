// Thumbs: saved at once, reasons and a comment after that if the person likes.

function thumb(answer, good) {
  const on = answer.rating === good;
  const button = iconButton('rate', good ? 'up' : 'down', good ? 'Good answer (g)' : 'Bad answer (b)', { 'aria-pressed': on, data: { value: String(good) } });
  if (on) button.classList.add('on');
  return button;
}

actions.rate = async (button) => {
  const id = button.closest('.answer').dataset.id;
  const label = button.dataset.value === 'true';
  const { answer } = answerOf(id);
  const taking = answer.rating === label;
  closePanel();
  if (!await rate(id, taking ? null : label, [], '')) return;
  say(taking ? 'Rating taken back' : 'Rating saved');
  if (!taking) openPanel(id, label);
};

async function rate(id, label, reasons, comment) {
  const done = await change('rate', { completion: id, label, reasons, comment });
  if (done) await refreshAttempt(id);
  return done;
}

/** An earlier attempt that is looked at is not part of the conversation's reply: ask for it again. */
async function refreshAttempt(id) {
  const { standing } = answerOf(id) || {};
  if (!standing || standing.id === id) return;
  const other = await attempt('attempt', { completion: id });
  if (other) state.attempts.set(standing.id, other);
  drawTurns();
}

function openPanel(id, label) {
  const box = answerNode(id);
  if (!box) return;
  state.panel = id;
  const { answer } = answerOf(id);
  const chosen = new Set(answer.reasons);
  const chips = state.reasons[label ? 'good' : 'bad'].map((reason) => h('button.chip', {
    type: 'button', 'aria-pressed': chosen.has(reason), on: { click: (event) => {
      const on = !chosen.has(reason);
      if (on) chosen.add(reason);
      else chosen.delete(reason);
      event.currentTarget.setAttribute('aria-pressed', String(on));
    } } }, reason));
  const comment = h('textarea', { rows: 2, placeholder: 'Anything else? (optional)', 'aria-label': 'Comment', value: answer.comment, maxlength: 4000 });
  const save = async () => {
    const values = [id, label, [...chosen], comment.value];
    closePanel();
    if (await rate(...values)) toast('Saved. Thank you.');
  };
  const panel = h('div.reasons', { role: 'dialog', 'aria-label': label ? 'What was good?' : 'What was wrong?' },
    h('div.reasons-head', {}, h('strong', {}, label ? 'What was good?' : 'What was wrong?'), h('button.icon-button', { type: 'button', 'aria-label': 'Close', on: { click: () => closePanel(true) } }, svg('close'))),
    h('div.chips', {}, ...chips), comment,
    h('div.row-end', {}, h('button.primary.small', { type: 'button', on: { click: save } }, 'Save')));
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.stopPropagation(); closePanel(true); }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
  });
  box.querySelector('.answer-foot').append(panel);
  panel.scrollIntoView({ block: 'nearest' });
}

function closePanel(focus = false) {
  const panel = app.querySelector('.reasons');
  const box = panel && panel.closest('.answer');
  state.panel = null;
  if (panel) panel.remove();
  if (focus && box) (box.querySelector('[data-act=rate].on') || box).focus();
}
