// One answer: its name, its text, and what can be done with it.

const STATES = {
  length: 'stopped at the token limit',
  stopped: 'stopped',
  interrupted: 'interrupted',
};

function drawAnswer(turn, standing) {
  const answer = looked(standing);
  const running = answer.state === 'running';
  const won = turn.verdict === 'chosen' && turn.winner === answer.id;
  const name = shortName(answer, turn);
  const box = h('article.answer', {
    tabIndex: -1,
    'aria-label': `${turn.hidden ? 'Answer ' + name : name}, answer ${answer.position + 1} of ${turn.answers.length}`,
    data: { id: answer.id, standing: standing.id, turn: turn.id, position: answer.position, state: answer.state },
  });
  if (won) box.classList.add('won');
  if (answer.continued) box.classList.add('continued');
  box.append(answerHead(turn, answer, name, { won, running }), answerBody(answer, running));
  if (answer.original !== null) box.append(lessonLine(answer));
  box.append(h('div.notices', {}, ...noticesOf(answer).map((notice) => h('p.notice', {}, notice))));
  if (answer.state === 'error') box.append(answerError(answer));
  if (!running) box.append(answerFoot(turn, answer));
  return box;
}

function answerHead(turn, answer, name, { won, running }) {
  const title = h('span.answer-name', {}, turn.hidden ? `Answer ${name}` : name);
  if (state.revealed.has(turn.id)) title.classList.add('revealed');
  const head = h('header.answer-head', {}, title);
  if (won) head.append(h('span.tag.accent', {}, svg('check'), 'preferred'));
  if (answer.original !== null) head.append(correctedTag(answer));
  if (answer.recalls.length) head.append(rememberedTag(answer));
  if (answer.continued) head.append(h('span.tag', { title: 'The next message continues from this answer' }, 'continues'));
  if (STATES[answer.state]) head.append(h('span.tag', {}, STATES[answer.state]));
  head.append(h('span.spacer'));
  if (answer.attempts.length > 1) head.append(attemptSwitch(answer));
  if (running) head.append(h('button.quiet.stop-one', { type: 'button', act: 'stop-one', 'aria-label': `Stop ${name}` }, svg('stop'), 'Stop'));
  return head;
}

function attemptSwitch(answer) {
  const at = answer.attempts.indexOf(answer.id);
  const step = (by, icon, label) => iconButton('attempt', icon, label, { data: { value: String(by) }, disabled: at + by < 0 || at + by >= answer.attempts.length });
  return h('span.switch', { role: 'group', 'aria-label': 'Attempts' },
    step(-1, 'left', 'Earlier attempt'), h('span', {}, `${at + 1}/${answer.attempts.length}`), step(1, 'right', 'Later attempt'));
}

actions.attempt = async (button) => {
  const { answer, standing } = answerOf(button.closest('.answer').dataset.id);
  const id = answer.attempts[answer.attempts.indexOf(answer.id) + Number(button.dataset.value)];
  if (!id) return;
  const other = id === standing.id ? null : await attempt('attempt', { completion: id });
  if (other) state.attempts.set(standing.id, other);
  else state.attempts.delete(standing.id);
  drawTurns();
};

function answerBody(answer, running) {
  const body = h('div.answer-body.passage');
  if (running) {
    const text = state.live.texts[answer.id] ?? answer.text;
    body.live = new LiveText(body);
    body.live.show(text);
    body.classList.add('writing');
    if (!text) body.classList.add('waiting');
  } else if (answer.original !== null && state.changesShown.has(answer.id)) body.append(drawSpans(answer.diff, 'what the model said', 'your correction'));
  else if (answer.text) body.append(...drawTree(answer.tree));
  else if (answer.state !== 'error') body.append(h('p.faint', {}, answer.state === 'stop' ? 'The model ended without a word.' : 'Nothing was written.'));
  return body;
}

function noticesOf(answer) {
  return answer.state === 'running' ? liveNotices(answer.id) : answer.notices;
}

function answerError(answer) {
  return h('div.answer-error', { role: 'group', 'aria-label': 'Error' }, svg('alert'), h('span', {}, answer.error || 'This answer failed.'),
    h('button.quiet', { type: 'button', act: 'regenerate' }, svg('redo'), 'Try again'));
}

function answerFoot(turn, answer) {
  const foot = h('footer.answer-foot');
  const bar = h('div.bar', { role: 'group', 'aria-label': 'What to do with this answer' });
  if (!turn.hidden && answer.state !== 'error') {
    bar.append(
      thumb(answer, true), thumb(answer, false),
      iconButton('correct', 'pencil', 'Correct this answer (e)'));
  }
  if (answer.text) bar.append(iconButton('copy-answer', 'copy', 'Copy answer'));
  const decided = turn.blind && !turn.hidden;
  if (!decided) bar.append(iconButton('regenerate', 'redo', 'Write this answer again (r)'));
  if (!turn.hidden && answer.text) {
    bar.append(iconButton('continue', 'forward', answer.continued ? 'The conversation continues from this answer' : 'Continue from this answer', { 'aria-pressed': answer.continued }));
  }
  foot.append(bar);
  if (answer.details) foot.append(h('span.details', { title: answer.details }, answer.details));
  return foot;
}

actions['copy-answer'] = (button) => copyText(answerOf(button.closest('.answer').dataset.id).answer.text);

actions.regenerate = (button) => {
  const { answer, standing } = answerOf(button.closest('.answer').dataset.id);
  state.attempts.delete(standing.id);
  return startAnswering('regenerate', { completion: answer.id });
};

actions['stop-one'] = (button) => attempt('stop', { conversation: state.view.id, completion: button.closest('.answer').dataset.id });

actions.continue = async (button) => {
  const id = button.closest('.answer').dataset.id;
  if (answerOf(id).answer.continued && state.view.turns.at(-1).answers.some((answer) => answer.id === id)) return;
  if (await change('continue', { completion: id }, { saved: 'The next message continues from this answer.' })) focusComposer();
};
