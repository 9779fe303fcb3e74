// The list of conversations: new, search, rename in place, delete with a way back.

const searchBox = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search conversations', autocomplete: 'off' });
const list = h('ul.conversations');
const sidebar = h('nav.sidebar', { 'aria-label': 'Conversations' },
  h('div.brand', {}, mark(), h('span', {}, 'Understudy'), h('span.spacer'), iconButton('sidebar', 'panel', 'Hide conversations', { 'aria-expanded': true })),
  h('button.new', { type: 'button', act: 'new', title: 'New conversation (n)' }, svg('plus'), 'New conversation'),
  h('label.search', {}, svg('search'), searchBox),
  h('div.list-scroll', {}, list),
  h('div.sidebar-foot', {}, deskButton, exploreButton, learningButton, h('button.foot-button', { type: 'button', act: 'settings', 'aria-haspopup': 'dialog' }, svg('gear'), 'Settings')));
const veil = h('div.veil', { act: 'sidebar' });

const DAY = 86400000;

function drawList() {
  if (list.querySelector('input')) return;  // someone is renaming
  const nodes = [];
  let group = '';
  for (const item of state.items) {
    const name = state.search ? 'Found' : ageOf(item.updated);
    if (name !== group) nodes.push(h('li.group', {}, name));
    group = name;
    nodes.push(drawItem(item));
  }
  if (!nodes.length) nodes.push(h('li.nothing', {}, state.search ? 'Nothing found.' : 'Your conversations will be here.'));
  const act = list.contains(document.activeElement) ? [document.activeElement.dataset.act, document.activeElement.closest('li').dataset.id] : null;
  list.replaceChildren(...nodes);
  if (act) for (const node of list.children) if (node.dataset.id === act[1]) node.querySelector(`[data-act=${act[0]}]`)?.focus({ preventScroll: true });
}

function ageOf(when) {
  const then = new Date(when), now = new Date();
  if (Number.isNaN(then.getTime())) return 'Earlier';
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  if (then.getTime() >= midnight) return 'Today';
  if (then.getTime() >= midnight - DAY) return 'Yesterday';
  if (then.getTime() >= midnight - 7 * DAY) return 'Last seven days';
  return 'Earlier';
}

function drawItem(item) {
  const current = state.view && item.id === state.view.id && !isAway();
  const name = item.title || 'New conversation';
  const open = h('button.open', { type: 'button', act: 'open', title: name, 'aria-current': current ? 'true' : undefined },
    h('span.item-title', {}, name), item.snippet ? h('small.snippet', {}, ...snippet(item.snippet)) : null);
  const row = h('li.item', { data: { id: item.id } }, open,
    h('span.item-tools', {}, iconButton('rename', 'pencil', `Rename ${name}`), iconButton('delete', 'trash', `Delete ${name}`)));
  if (current) row.classList.add('current');
  return row;
}

/** A search hit with its words marked: the server sets them between ⟦ and ⟧. */
function snippet(text) {
  return text.split(/(⟦[^⟧]*⟧)/).map((part) => (part.startsWith('⟦') ? h('mark', {}, part.slice(1, -1)) : document.createTextNode(part)));
}

async function refreshList() {
  try {
    const items = await call('list', { search: state.search });
    state.items = items;
    drawList();
  } catch (error) {
    if (error instanceof Refused) toast(error.message, { kind: 'error' });
  }
}

searchBox.addEventListener('input', debounce(160, () => {
  state.search = searchBox.value.trim();
  refreshList();
}));

actions.open = async (button) => {
  await openConversation(button.closest('li').dataset.id);
  closeDrawer();
};

actions.new = async () => {
  if (state.view && !state.view.turns.length && !state.view.title) { backToChat(); closeDrawer(); focusComposer(); return; }
  const view = await attempt('new', { like: state.view ? state.view.id : '' });
  if (view === undefined) return;
  switchTo(view);
  closeDrawer();
  refreshList();
  focusComposer();
};

actions.rename = (button) => {
  const row = button.closest('li');
  const id = row.dataset.id;
  const item = state.items.find((item) => item.id === id);
  const input = h('input.rename', { value: item.title, 'aria-label': 'New title', maxlength: 200 });
  row.replaceChildren(input);
  input.focus();
  input.select();
  let done = false;
  const end = async (save) => {
    if (done) return;
    done = true;
    const text = input.value.trim();
    input.remove();
    if (save && text && text !== item.title) {
      const view = await attempt('rename', { conversation: id, title: text }, { saved: 'Renamed' });
      if (view !== undefined && state.view.id === id) showView(view);
      await refreshList();
    } else drawList();
    [...list.children].find((node) => node.dataset.id === id)?.querySelector('.open').focus();
  };
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') end(true);
    if (event.key === 'Escape') { event.stopPropagation(); end(false); }
  });
  input.addEventListener('blur', () => end(true));
};

actions.delete = async (button) => {
  const id = button.closest('li').dataset.id;
  const name = state.items.find((item) => item.id === id).title || 'New conversation';
  if (await attempt('delete', { conversation: id }) === undefined) return;
  const wasOpen = state.view.id === id;
  state.items = state.items.filter((item) => item.id !== id);
  drawList();
  if (wasOpen) await openLatest();
  toast(`Deleted “${name.length > 40 ? name.slice(0, 40) + '…' : name}”.`, { action: { label: 'Undo', run: () => restore(id) } });
};

async function restore(id) {
  const view = await attempt('restore', { conversation: id });
  if (view === undefined) return;
  switchTo(view);
  refreshList();
}

// -- open and closed: a column on a desk, a drawer on a phone --------------------------------------------------------

function isPhone() {
  return window.innerWidth <= 700;
}

actions.sidebar = () => {
  if (isPhone()) app.classList.toggle('drawer-open');
  else {
    app.classList.toggle('sidebar-closed');
    kept.set('sidebar', app.classList.contains('sidebar-closed') ? 'closed' : '');
  }
  drawSidebar();
  if (isPhone() && app.classList.contains('drawer-open')) sidebar.querySelector('.new').focus();
};

function closeDrawer() {
  app.classList.remove('drawer-open');
  drawSidebar();
}

function drawSidebar() {
  const open = isPhone() ? app.classList.contains('drawer-open') : !app.classList.contains('sidebar-closed');
  sidebar.inert = !open;
  for (const button of app.querySelectorAll('button[data-act=sidebar]')) button.setAttribute('aria-expanded', String(open));
}
window.addEventListener('resize', debounce(100, drawSidebar));
