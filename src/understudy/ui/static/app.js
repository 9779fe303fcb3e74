// Puts the parts together, and starts.

const main = h('div.main', {}, header, columnRow, banner, scroller, composer, learningPage, deskPage, explorePage);
app.append(sidebar, veil, main, toasts, announcer);
element.append(app);

/** Draw a conversation that is (or becomes) the open one. */
function showView(view) {
  const other = !state.view || state.view.id !== view.id;
  if (!other && view.read < state.view.read) return;  // a reply that was overtaken by a later one
  state.view = view;
  if (!view.running) state.live = { texts: {}, notices: {}, waiting: {}, ended: [] };
  if (other) {
    state.attempts.clear();
    state.editing = null;
    state.panel = null;
    state.tab = 0;
    transcript.replaceChildren();
    loadDraft();
  }
  dropOldAttempts();
  drawHeader();
  drawTurns();
  drawComposer();
  if (other) {
    drawList();
    jumpToEnd();
    heed();
  } else followText();
  follow();
}

/** A new attempt takes the place of the earlier one that was looked at. */
function dropOldAttempts() {
  const standing = new Set(state.view.turns.flatMap((turn) => turn.answers.map((answer) => answer.id)));
  for (const id of state.attempts.keys()) if (!standing.has(id)) state.attempts.delete(id);
}

function switchTo(view) {
  unfollow();
  backToChat(view);
  showView(view);
}

function addressOf(view) {
  return '#c=' + encodeURIComponent(view.id);
}

/** From wherever one is to a conversation: its address, and its place on the screen. */
function backToChat(view = state.view) {
  if (location.hash !== addressOf(view)) history.pushState(null, '', addressOf(view));
  showPage('chat');
}

/** Show what the address says: a conversation or one of the pages. */
function goToAddress() {
  const lesson = wantedLesson(), id = wantedConversation();
  if (atOrdering()) showOrdering();
  else if (lesson !== null) showLearning(lesson);
  else if (wantsDesk()) showDesk();
  else if (wantsExplore()) showExplore();
  else if (id) openConversation(id);
}

function wantedConversation() {
  const match = location.hash.match(/^#c=([^&]+)/);
  try { return match ? decodeURIComponent(match[1]) : ''; } catch (malformed) { return ''; }
}

async function openConversation(id) {
  const mine = ++state.going;
  if (state.view && state.view.id === id) { backToChat(); return; }
  try {
    const view = await call('open', { conversation: id });
    if (mine === state.going) switchTo(view);  // else the person went elsewhere meanwhile
  } catch (error) {
    if (!(error instanceof Refused)) return;
    toast(error.message, { kind: 'error' });
    if (error.gone) { refreshList(); if (!state.view) await openLatest(); }
  }
}

async function openLatest() {
  const first = await attempt('start', { conversation: '' });
  if (first === undefined) return;
  state.items = first.items;
  if (!isAway()) history.replaceState(null, '', addressOf(first.view));
  unfollow();
  showView(first.view);
  drawList();
}

async function start() {
  let first;
  main.inert = sidebar.inert = true;  // until there is a conversation to act on
  try {
    first = await call('start', { conversation: wantedConversation() });
  } catch (error) {
    main.inert = false;
    transcript.replaceChildren(h('div.welcome', {}, h('h2', {}, 'Understudy could not open its conversations'),
      h('p', {}, error instanceof Refused ? error.message : 'The program does not answer. Is it still running?'), h('button.primary', { type: 'button', act: 'restart' }, 'Try again')));
    return;
  }
  main.inert = false;
  drawSidebar();
  for (const name of ['me', 'items', 'choices', 'reasons', 'ranges', 'defaults', 'memory']) state[name] = first[name];
  const lesson = wantedLesson();
  if (lesson === null && !atOrdering() && !wantsDesk() && !wantsExplore()) history.replaceState(null, '', addressOf(first.view));
  drawAccount();
  showView(first.view);
  drawList();
  if (atOrdering()) await showOrdering();
  else if (lesson !== null) await showLearning(lesson);
  else if (wantsDesk()) await showDesk();
  else if (wantsExplore()) await showExplore();
  app.dataset.ready = '1';
  if (!isPhone() && !isAway()) focusComposer();
}
actions.restart = start;

// One set of listeners, even if Gradio mounts the component again.
if (window.understudyPage) window.understudyPage.abort();
const lifetime = (window.understudyPage = new AbortController());

app.addEventListener('click', (event) => {
  const target = event.target.closest('[data-act]');
  if (!state.view && target && !['restart', 'theme'].includes(target.dataset.act)) return;
  if (target && app.contains(target) && !target.disabled && actions[target.dataset.act] && mayDo(target.dataset.act)) actions[target.dataset.act](target, event);
});
document.addEventListener('keydown', onKey, { signal: lifetime.signal });
window.addEventListener('popstate', goToAddress, { signal: lifetime.signal });
window.addEventListener('hashchange', goToAddress, { signal: lifetime.signal });
darkSystem.addEventListener('change', applyTheme, { signal: lifetime.signal });
document.addEventListener('visibilitychange', () => { if (document.hidden || !state.view) return; heed(); if (!state.editing) { refresh(); refreshList(); } }, { signal: lifetime.signal });
const heart = setInterval(pulse, 4000);
lifetime.signal.addEventListener('abort', () => { clearInterval(heart); clearTimeout(heedTimer); unfollow(); });

if (kept.get('sidebar') === 'closed') app.classList.add('sidebar-closed');
applyTheme();
drawSidebar();
drawAccount();
start();
