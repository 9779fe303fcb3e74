// Dialogs, drawers and menus. The browser's <dialog> keeps the focus inside and gives it back; Escape closes.

/** Open a modal dialog. `build(dialog)` returns its content. Returns the dialog. */
function openDialog(name, title, build, { drawer = false, wide = false } = {}) {
  const open = app.querySelector('dialog[open]');
  if (open) open.close();
  const heading = h('h2', { id: `dialog-${name}` }, title);
  const dialog = h('dialog.dialog', { 'aria-labelledby': heading.id, data: { name } });
  if (drawer) dialog.classList.add('drawer');
  if (wide) dialog.classList.add('wide');
  dialog.append(
    h('header.dialog-head', {}, heading, h('span.dialog-status', { role: 'status' }), iconButton('close-dialog', 'close', 'Close')),
    h('div.dialog-body', {}, ...[build(dialog)].flat()));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  app.append(dialog);
  dialog.showModal();
  const first = dialog.querySelector('[autofocus]');
  if (first) first.focus();
  return dialog;
}

function dialogStatus(dialog, text) {
  const status = dialog.querySelector('.dialog-status');
  status.textContent = text;
}

actions['close-dialog'] = (button) => button.closest('dialog').close();

let closeMenu = null;

/** A menu under a button: `items` are {label, detail, checked, run, danger}. Arrow keys move, Escape closes. */
function openMenu(button, items, label) {
  if (closeMenu) {
    const same = closeMenu.button === button;
    closeMenu();
    if (same) return;
  }
  const menu = h('div.menu', { role: 'menu', 'aria-label': label }, ...items.map((item) => menuItem(item)));
  app.append(menu);
  place(menu, button);
  button.setAttribute('aria-expanded', 'true');
  const abort = new AbortController();
  closeMenu = (focus = true) => {
    abort.abort();
    menu.remove();
    button.setAttribute('aria-expanded', 'false');
    closeMenu = null;
    if (focus && button.isConnected) button.focus({ preventScroll: true });
  };
  closeMenu.button = button;
  const outside = (event) => { if (closeMenu && !menu.contains(event.target) && !button.contains(event.target)) closeMenu(false); };
  document.addEventListener('pointerdown', outside, { signal: abort.signal });
  window.addEventListener('resize', () => closeMenu && closeMenu(false), { signal: abort.signal });
  menu.addEventListener('keydown', moveInMenu, { signal: abort.signal });
  (menu.querySelector('[aria-checked=true]') || menu.firstChild).focus({ preventScroll: true });
}

function menuItem(item) {
  const role = item.checked === undefined ? 'menuitem' : 'menuitemradio';
  const node = h('button.menu-item', { type: 'button', role, 'aria-checked': item.checked },
    h('span.menu-mark', {}, item.checked ? svg('check') : item.icon ? svg(item.icon) : null),
    h('span.menu-text', {}, h('span', {}, item.label), item.detail ? h('small', {}, item.detail) : null));
  if (item.danger) node.classList.add('danger');
  node.addEventListener('click', () => { closeMenu(); item.run(); });
  return node;
}

function moveInMenu(event) {
  const items = [...event.currentTarget.querySelectorAll('.menu-item')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  } else if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  }
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8));
  const below = at.bottom + 6 + size.height < window.innerHeight;
  menu.style.left = left + 'px';
  menu.style.top = (below ? at.bottom + 6 : Math.max(8, at.top - size.height - 6)) + 'px';
}
