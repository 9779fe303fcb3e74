// One's own understudy: the switch, what it learned so far, and which of its versions answers in the column "mine".

const OWN_POLL_MS = 2000;

async function openOwn() {
  const told = await attempt('own');
  if (told === undefined) return;
  openDialog('own', 'My own understudy', (dialog) => h('div.own-understudy', {}, ...ownParts(told, dialog)));
  watchOwn(told);
}

/** Do something about it, and draw what it is like then. Resolves to whether it worked. */
async function changeOwn(dialog, name, fields, saved) {
  const told = await attempt(name, fields);
  if (told === undefined) return false;
  drawOwn(dialog, told);
  dialogStatus(dialog, saved);
  await refreshChoices();
  heed();
  return true;
}

function drawOwn(dialog, told) {
  const held = document.activeElement && document.activeElement.id;
  dialog.querySelector('.own-understudy').replaceChildren(...ownParts(told, dialog));
  const same = held && dialog.querySelector(`#${CSS.escape(held)}`);
  if (same) same.focus();
}

function ownParts(told, dialog) {
  return [ownSwitch(told, dialog), ...(told.on ? [ownNow(told, dialog), ownVersions(told, dialog), ownEnd(dialog)] : [])].filter(Boolean);
}

function ownSwitch(told, dialog) {
  const box = h('input', { type: 'checkbox', role: 'switch', id: 'own-on', checked: told.on, 'aria-describedby': 'own-help' });
  box.addEventListener('change', async () => {
    if (!await changeOwn(dialog, 'own_switch', { on: box.checked }, box.checked ? 'On' : 'Off')) box.checked = !box.checked;
  });
  return h('section', {}, h('label.memory-switch', { for: 'own-on' }, h('span.field-label', {}, 'I teach an understudy of my own'), box),
    h('p.field-help', { id: 'own-help' }, told.on
      ? 'What you correct and rate now teaches yours alone, and is remembered at once. Nobody else’s answers are given it to read.'
      : 'Switched on, what you correct and rate teaches yours alone, and is remembered at once. Switched off, it is for everyone.'));
}

function ownNow(told, dialog) {
  const answers = told.live ? `v${told.live} answers in the column “mine”.` : 'In the column “mine” the base answers, and is given your corrections to read.';
  const shown = state.view.columns.includes('mine');
  const show = async () => { if (await setColumns(['base', 'mine'])) dialog.close(); };
  return h('section', {}, h('h3', {}, 'Now'), h('p', {}, `${answers} ${told.taught ? `${plural(told.taught, 'correction')} of yours so far.` : 'Correct an answer, and it begins.'}`),
    h('p.field-help.own-run', { role: 'status', hidden: !told.run }, ownRun(told)),
    h('div', {}, h('button.secondary.small', { type: 'button', disabled: shown, on: { click: show } }, shown ? 'It stands in this conversation' : 'Show it beside the base')));
}

function ownRun({ run }) {
  return run ? [run.words, `${Math.round(100 * run.progress)} %`, run.left].filter(Boolean).join(' · ') : '';
}

function ownVersions(told, dialog) {
  const use = (number, name) => h('button.secondary.small', { type: 'button', id: `own-v${number}`, 'aria-label': `Let ${name} answer`, on: { click: () => changeOwn(dialog, 'own_promote', { number }, `${name} answers from now on`) } }, 'Let it answer');
  const row = (number, name, words) => h('li', {}, h('div', {}, h('strong', {}, name), words ? h('small', {}, words) : null), told.live === number ? h('span.tag.accent', {}, svg('check'), 'live') : use(number, name));
  const versions = told.versions.filter((version) => !version.removed && (version.person || version.number === told.live));
  if (!versions.length && !told.live) return null;
  return h('section', {}, h('h3', {}, 'Versions'), h('ul.models', {},
    ...versions.map((version) => row(version.number, version.person ? `v${version.number} (yours)` : `v${version.number}, everyone’s`, version.judged ? `learned ${version.learned} of ${plural(version.judged, 'correction')}` : '')),
    row(0, 'The base', 'with your corrections to read')));
}

function ownEnd(dialog) {
  const forget = h('button.quiet.danger', { type: 'button' }, 'Forget all of it…');
  forget.addEventListener('click', () => {
    const sure = h('button.secondary.small', { type: 'button', on: { click: () => changeOwn(dialog, 'own_forget', {}, 'Forgotten') } }, 'Forget it for good');
    forget.replaceWith(h('p.field-help', {}, 'Its versions are deleted, and none of your corrections is remembered by it any more. What is for everyone stays.'), sure);
    sure.focus();
  });
  return h('section', {}, forget);
}

/** While the dialog is open: how far its run is, and a new version as soon as there is one. */
function watchOwn(told) {
  setTimeout(async () => {
    const dialog = app.querySelector('dialog[data-name=own]');
    if (!dialog) return;
    let now = told;
    try { now = await call('own'); } catch (error) { /* the banner says it, or the next time */ }
    const other = ({ run, ...rest }) => JSON.stringify(rest);
    if (dialog.isConnected && dialog.querySelector('.own-run')) Object.assign(dialog.querySelector('.own-run'), { textContent: ownRun(now), hidden: !now.run });
    if (dialog.isConnected && other(now) !== other(told)) drawOwn(dialog, now);
    watchOwn(now);
  }, OWN_POLL_MS);
}

/** Another version of it is live: say what it learned. */
function hearOwn(own) {
  const number = own ? own.number : null;
  const changed = own && learning.own !== null && learning.own !== number;
  learning.own = number;
  if (!changed) return;
  toast(`Your own understudy: ${own.news}`, { seconds: 8 });
  refreshChoices();
}
