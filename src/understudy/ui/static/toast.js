// Short messages at the bottom, and a region that a screen reader speaks.

const toasts = h('div.toasts', { role: 'region', 'aria-label': 'Messages' });
const announcer = h('div.spoken', { 'aria-live': 'polite', role: 'status' });

function say(text) {
  announcer.textContent = '';
  requestAnimationFrame(() => { announcer.textContent = text; });
}

/** Show a message; with `action` {label, run} a button, with `kind` 'error' it stays longer. Returns a function that removes it. */
function toast(text, { action = null, kind = 'plain', seconds = 0 } = {}) {
  const box = h('div.toast', { role: kind === 'error' ? 'alert' : 'status', data: { kind } }, h('span', {}, text));
  const remove = () => {
    box.classList.add('leaving');
    setTimeout(() => box.remove(), 160);
  };
  if (action) {
    box.append(h('button.toast-action', { type: 'button', on: { click: () => { remove(); action.run(); } } }, action.label));
  }
  if (kind === 'error') box.append(h('button.toast-close', { type: 'button', 'aria-label': 'Close message', on: { click: remove } }, svg('close')));
  toasts.append(box);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  setTimeout(remove, 1000 * (seconds || (kind === 'error' ? 8 : action ? 8 : 2.2)));
  return remove;
}
