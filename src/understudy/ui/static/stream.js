// Answers as they arrive. Generation belongs to the server, so this only follows: after a reload, or in a second tab,
// it picks the stream up where it is.

let followed = null;   // the conversation whose stream this page listens to
let events = null;     // the stream; it connects again by itself, and then begins from the first character
let heardAt = 0;

/** Follow the open conversation if something is being written in it. */
function follow() {
  if (!state.view.running || followed === state.view.id) return;
  unfollow();
  followed = state.view.id;
  heardAt = performance.now();
  events = new EventSource('live?conversation=' + encodeURIComponent(followed));
  events.onmessage = (event) => onUpdate(JSON.parse(event.data));
}

function unfollow() {
  if (events) events.close();
  events = followed = null;
}

function onUpdate(update) {
  heardAt = performance.now();
  if (!update.running) {
    unfollow();
    refresh();
    refreshList();
    return;
  }
  const ended = update.ended.filter((id) => !state.live.ended.includes(id));
  const texts = { ...state.live.texts };
  for (const [id, [from, text]] of Object.entries(update.texts)) texts[id] = (texts[id] || '').slice(0, from) + text;
  const waited = Object.keys(state.live.waiting).length > 0;
  state.live = { texts, notices: update.notices, waiting: update.waiting, ended: update.ended };
  const [place] = Object.values(update.waiting);
  if (place && !waited) say(place);
  for (const id of Object.keys(update.texts)) showLive(id, texts[id]);
  followText();
  if (ended.length) refresh();
}

function showLive(id, text) {
  const box = answerNode(id);
  const body = box && box.querySelector('.answer-body');
  if (!body || !body.live) return;
  if (text) body.classList.remove('waiting');
  body.live.show(text);
  const notices = liveNotices(id);
  const shown = box.querySelector('.notices');
  if (shown.textContent !== notices.join('')) shown.replaceChildren(...notices.map((notice) => h('p.notice', {}, notice)));
}

/** What a person should know about an answer that is being written, first of all its place in line. */
function liveNotices(id) {
  const { waiting, notices } = state.live;
  return [...(waiting[id] ? [waiting[id]] : []), ...(notices[id] || [])];
}

/** Ask, edit or regenerate: whatever makes the server write. Resolves to whether it began. */
async function startAnswering(name, fields) {
  closePanel();
  const began = await change(name, fields);
  if (began) jumpToEnd();
  return began;
}

actions.stop = () => attempt('stop', { conversation: state.view.id });

/** Read the open conversation again. */
let refreshing = null;
async function refresh() {
  if (refreshing) { refreshing.again = true; return; }
  refreshing = { again: false };
  const id = state.view.id;
  try {
    const view = await call('open', { conversation: id });
    if (state.view.id === id) showView(view);
  } catch (error) {
    if (error instanceof Refused && error.gone && state.view.id === id) await openLatest();
  } finally {
    const { again } = refreshing;
    refreshing = null;
    if (again) refresh();
  }
}

/** Every few seconds: is the server there, has a stream fallen silent, did another tab start something? */
async function pulse() {
  if (document.hidden || !state.view || !banner.hidden) return;
  const silent = followed && performance.now() - heardAt > 4000;
  try {
    const { running } = await call('pulse', { conversation: state.view.id });
    if (silent && running && performance.now() - heardAt > 4000) { unfollow(); await refresh(); }
    else if (running !== isRunning()) { if (!running) unfollow(); await refresh(); }
  } catch (unreachable) { /* the banner says so */ }
}
