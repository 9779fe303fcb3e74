// Elements are built, never parsed: text goes through textContent, so nothing that anyone writes can become markup.

/** h('button.primary', {act: 'send', title: 'Send'}, 'text', child) builds an element. */
function h(selector, options = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const [name, value] of Object.entries(options)) setOption(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setOption(node, name, value) {
  if (value === undefined || value === null) return;
  if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else if (name === 'act') node.dataset.act = value;
  else if (name === 'data') Object.assign(node.dataset, value);
  else if (['value', 'checked', 'disabled', 'hidden', 'indeterminate', 'tabIndex'].includes(name)) node[name] = value;
  else if (value === true || value === false) node.setAttribute(name, String(value));
  else node.setAttribute(name, value);
}

/** A button with an icon. `label` is what a screen reader says and the tooltip shows. */
function iconButton(act, icon, label, options = {}) {
  return h('button.icon-button', { type: 'button', act, title: label, 'aria-label': label, ...options }, svg(icon));
}

function spoken(text) {
  return h('span.spoken', {}, text);
}

/** Replace an element and keep the focus on the same control, if it was inside. */
function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const act = focused && focused.dataset.act;
  const wasSelf = focused === old;
  old.replaceWith(fresh);
  if (wasSelf) fresh.focus({ preventScroll: true });
  else if (act) {
    const same = [...fresh.querySelectorAll('[data-act]')].find((node) => node.dataset.act === act && node.dataset.value === focused.dataset.value);
    (same || fresh).focus({ preventScroll: true });
  }
}

/** A text area that grows with its text, up to what CSS allows. */
function grow(area) {
  area.style.height = 'auto';
  area.style.height = area.scrollHeight + 2 + 'px';
}

function debounce(ms, work) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), ms);
  };
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied');
  } catch (refused) {
    toast('The browser did not allow copying. Select the text and copy it by hand.', { kind: 'error' });
  }
}

/** localStorage that may be switched off: then nothing is kept, and nothing breaks. */
const kept = {
  get(key) {
    try { return localStorage.getItem('understudy.' + key); } catch (off) { return null; }
  },
  set(key, value) {
    try {
      if (value === null || value === '') localStorage.removeItem('understudy.' + key);
      else localStorage.setItem('understudy.' + key, value);
    } catch (off) { /* private window */ }
  },
  /** Everything whose key begins so. */
  forget(beginning) {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith('understudy.' + beginning)) localStorage.removeItem(key);
    } catch (off) { /* private window */ }
  },
};
