// "Export this view…" on the Curate page: a format and what it cannot hold, then the file and its card to save.

async function openExport() {
  const [told, formats] = await Promise.all([attempt('desk_count', { filter: desk.filter }), attempt('export_formats')]);
  if (told === undefined || formats === undefined) return;
  if (!told.count) { toast('There is nothing in this view to export.'); return; }
  const work = { filter: { ...desk.filter }, count: told.count, files: [], job: '' };
  openDialog('export', 'Export this view', (dialog) => {
    work.dialog = dialog;
    work.body = h('div.exchange');
    dialog.addEventListener('close', () => leaveExport(work));
    drawExport(work, formats);
    return work.body;
  });
}

/** What is being written is stopped; files that were made are left for a while, a download may still be going on. */
function leaveExport(work) {
  work.closed = true;
  if (work.job) call('export_stop', { job: work.job }).catch(() => {});
  setTimeout(() => { if (work.files.length) call('transfers_drop', { files: work.files }).catch(() => {}); }, 10 * 60 * 1000);
}

function viewWords() {
  const { states, text, meaning } = desk.filter;
  const words = [states?.map((state) => DECISIONS[state].toLowerCase()).join(' or '), ...filterWords(), text && `with “${text}”`, meaning && `near “${meaning}”`].filter(Boolean);
  return words.length ? words.join(', ') : 'everything, no filter is set';
}

function drawExport(work, formats) {
  const format = h('select', { id: 'export-format', autofocus: '' }, ...formats.map(({ name, label }) => h('option', { value: name }, label)));
  const holds = h('p.field-help', { id: 'export-holds' });
  const licence = h('input', { id: 'export-licence', maxlength: 100, placeholder: 'unknown' });
  const [split, synthetic] = ['split', 'synthetic'].map((name) => h('input', { type: 'checkbox', id: `export-${name}`, 'aria-describedby': `export-${name}-help` }));
  const result = h('div.counts-box', { role: 'status' });
  const button = h('button.primary', { type: 'button' }, 'Make the file');
  const show = () => { holds.textContent = formats.find(({ name }) => name === format.value).words; };
  const fresh = () => { show(); result.replaceChildren(); drawButton(button, 'Make the file', 'primary'); };
  format.setAttribute('aria-describedby', holds.id);
  format.addEventListener('change', fresh);
  licence.addEventListener('input', fresh);
  for (const box of [split, synthetic]) box.addEventListener('change', fresh);
  button.addEventListener('click', () => makeExport(work, { format: format.value, licence: licence.value, split: split.checked, synthetic: synthetic.checked }, result, [button, format, licence, split, synthetic]));
  show();
  work.body.replaceChildren(h('p', {}, h('strong', {}, plural(work.count, 'item')), `: ${viewWords()}.`),
    h('section', {}, h('label.field-label', { for: format.id }, 'Format'), format, holds),
    h('section', {}, exportChoice(split, 'One file for training and one for eval', 'A tenth of the groups judges: what asks nearly the same, or comes from one conversation, stays on one side. Tags such as split:eval decide where there are any.'),
      exportChoice(synthetic, 'Also synthetic wordings', 'Approved questions in other words, by a model or a rule. They are marked where the format has room, counted apart, and never in the eval file.')),
    h('section', {}, h('label.field-label', { for: licence.id }, 'Licence'), licence, h('p.field-help', {}, 'For the data card, such as cc-by-4.0. Leave it empty if you do not know.')),
    result, h('div.row-end', {}, button));
}

function exportChoice(box, text, help) {
  return h('div.export-choice', {}, box, h('div', {}, h('label', { for: box.id }, text), h('p.field-help', { id: `${box.id}-help` }, help)));
}

/** Once there is a file, saving it is the next thing to do, and not making it again. */
function drawButton(button, text, kind) {
  button.textContent = text;
  button.className = kind;
}

async function makeExport(work, wanted, result, controls) {
  const [button] = controls;
  for (const control of controls) control.disabled = true;
  const started = await attempt('export_start', { filter: work.filter, ...wanted });
  if (started !== undefined) {
    work.job = started.job;
    if (work.closed) { leaveExport(work); return; }
    const bar = jobBar('Writing', 'Writing…', () => attempt('export_stop', { job: started.job }));
    result.replaceChildren(bar.box);
    const told = await followJob('export_state', started.job, (now) => bar.show(now.share, 'Writing…'));
    work.job = '';
    result.replaceChildren(...(told === undefined ? [] : drawMade(work, told)));
    result.querySelector('a')?.focus({ preventScroll: true });
    result.scrollIntoView({ block: 'center' });  // not under the button at the bottom
    if (told && told.state === 'done') drawButton(button, 'Make it anew', 'secondary');
  }
  for (const control of controls) control.disabled = false;
}

function drawMade(work, told) {
  if (told.state !== 'done') return [h('p', { class: told.state === 'failed' ? 'problem' : 'field-help' }, told.message)];
  work.files.push(...[told.file, told.eval, told.card].filter(Boolean));
  const link = (id, text, kind) => h(`a.${kind}.small`, { href: `transfers/${id}`, download: '' }, svg('arrowdown'), text);
  return [h('p', { 'data-part': 'made' }, told.message), h('div.inline', {}, link(told.file, told.eval ? 'Save the training file' : 'Save the file', 'primary'),
    told.eval ? link(told.eval, 'Save the eval file', 'primary') : null, link(told.card, 'Save its data card', 'secondary'))];
}
