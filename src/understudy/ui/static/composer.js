// Where one types. The text of every conversation is kept in this browser until it is sent.

const message = h('textarea', { rows: 1, placeholder: 'Message', 'aria-label': 'Message' });
const sendButton = h('button.send', { type: 'button', act: 'send', 'aria-label': 'Send', title: 'Send (Enter)' }, svg('send'));
const composerNote = h('span.composer-note');
const composer = h('div.composer', {},
  latest,
  h('div.composer-box', {}, message, sendButton),
  composerNote);

message.addEventListener('input', () => {
  grow(message);
  kept.set('draft.' + state.view.id, message.value);
  drawComposer();
});
message.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!isRunning()) actions.send();
});

function drawComposer() {
  const running = isRunning();
  sendButton.dataset.act = running ? 'stop' : 'send';
  sendButton.setAttribute('aria-label', running ? 'Stop' : 'Send');
  sendButton.title = running ? 'Stop (Esc)' : 'Send (Enter)';
  sendButton.classList.toggle('stopping', running);
  if (sendButton.dataset.icon !== String(running)) sendButton.replaceChildren(svg(running ? 'stop' : 'send'));
  sendButton.dataset.icon = String(running);
  sendButton.disabled = !running && !message.value.trim();
  app.dataset.streaming = running ? '1' : '0';
  const last = state.view.turns.at(-1);
  const open = last && last.hidden && last.answers.length > 1 && !running;
  composerNote.textContent = open ? 'Vote above first: then it is clear which answer the conversation continues from.' : '';
  const continued = last && last.answers.find((answer) => answer.continued);
  if (!open && last && last.answers.length > 1 && !running) {
    const from = continued || last.answers.find((answer) => answer.id === last.winner);
    if (from) composerNote.textContent = `Continues from ${shortName(from, last)}.`;
  }
}

function loadDraft() {
  message.value = kept.get('draft.' + state.view.id) || '';
  grow(message);
}

function focusComposer() {
  message.focus({ preventScroll: true });
}

actions.send = async () => {
  const text = message.value;
  if (text.trim() && !isRunning()) await ask(text);
};

let asking = false;
async function ask(text) {
  if (asking) return;
  asking = true;
  const conversation = state.view.id;
  sendButton.disabled = true;
  const began = await startAnswering('ask', { text });
  asking = false;
  if (began) {
    kept.set('draft.' + conversation, '');
    if (state.view.id === conversation && message.value === text) message.value = '';
    grow(message);
    refreshList();
  }
  drawComposer();
  if (window.innerWidth > 700) focusComposer();
}
