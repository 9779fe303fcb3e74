// "Export…" at a version: a form, its files, and every answer that the export gives otherwise than the version.

actions['export-version'] = async (button) => {
  const number = Number(button.dataset.value);
  const offered = await attempt('version_exports', { number });
  if (offered === undefined) return;
  const work = { number, job: '', files: [] };
  openDialog('export-version', `Export v${number}`, (dialog) => {
    work.body = h('div.exchange');
    dialog.addEventListener('close', () => leaveVersionExport(work));
    drawVersionExport(work, offered);
    return work.body;
  }, { wide: true });
};

/** What is being made is stopped; a file that was made is left for a while, its download may still be going on. */
function leaveVersionExport(work) {
  work.closed = true;
  if (work.job) call('version_export_stop', { job: work.job }).catch(() => {});
  setTimeout(() => { if (work.files.length) call('transfers_drop', { files: work.files }).catch(() => {}); }, 10 * 60 * 1000);
}

function drawVersionExport(work, offered) {
  const option = ({ name, label }) => h('option', { value: name }, label);
  const form = h('select', { id: 'export-form', autofocus: '', 'aria-describedby': 'export-form-help' }, ...offered.forms.map(option));
  const reads = h('p.field-help', { id: 'export-form-help' });
  const dtype = h('select', { id: 'export-dtype', 'aria-describedby': 'export-dtype-help' }, ...offered.dtypes.map((name) => option({ name, label: name })));
  const rounding = h('p.field-help', { id: 'export-dtype-help' });
  const place = h('select', { id: 'export-place' }, option({ name: 'download', label: 'Save with the browser' }), option({ name: 'folder', label: 'A folder on this machine' }));
  const result = h('div.counts-box', { role: 'status' });
  const button = h('button.primary', { type: 'button' }, 'Export');
  const show = () => {
    const whole = !form.value.includes('adapter');
    reads.textContent = offered.forms.find(({ name }) => name === form.value).words;
    dtype.disabled = !whole;
    if (!whole) dtype.value = 'float32';
    rounding.textContent = !whole ? 'An adapter keeps its own numbers.' : dtype.value === 'float32' ? 'Exact, and twice the size.' : 'Half the size, rounded once after an exact sum. Some answers may change; they are shown.';
    result.replaceChildren();
    drawButton(button, 'Export', 'primary');
  };
  for (const field of [form, dtype, place]) field.addEventListener('change', show);
  button.addEventListener('click', () => makeVersionExport(work, { form: form.value, dtype: dtype.value, download: place.value === 'download' }, result, [button, form, dtype, place]));
  show();
  const field = (input, label, help) => h('section', {}, h('label.field-label', { for: input.id }, label), input, help);
  work.body.replaceChildren(field(form, 'For which program', reads),
    h('div.two', {}, field(dtype, 'Numbers', rounding), field(place, 'Where to')),
    h('p.field-help', {}, 'Afterwards the files are opened by the program that reads them, and 20 questions are put to it and to this version, up to ten of them about what was learned.'),
    result, ...offered.earlier.length ? [drawEarlierExports(offered.earlier)] : [], h('div.row-end', {}, button));
}

async function makeVersionExport(work, wanted, result, controls) {
  const [button] = controls;
  for (const control of controls) control.disabled = true;
  const started = await attempt('version_export_start', { number: work.number, licence: '', ...wanted });
  if (started !== undefined) {
    work.job = started.job;
    if (work.closed) { leaveVersionExport(work); return; }
    const bar = jobBar('Exporting', 'Starting…', () => attempt('version_export_stop', { job: started.job }));
    result.replaceChildren(bar.box);
    const told = await followJob('version_export_state', started.job, (now) => bar.show(now.share, now.phase ? `${now.phase}…` : 'Starting…'));
    work.job = '';
    result.replaceChildren(...(told === undefined ? [] : drawExported(work, told)));
    (result.querySelector('a') || result.querySelector('h3'))?.focus();
    if (told && told.state === 'done') drawButton(button, 'Export again', 'secondary');
  }
  for (const control of controls) control.disabled = false;
  const form = controls[1];
  controls[2].disabled = form.value.includes('adapter');
}

function drawExported(work, told) {
  if (told.state !== 'done') return [h('p', { class: told.state === 'failed' ? 'problem' : 'field-help' }, told.message)];
  if (told.file) work.files.push(told.file);
  const link = told.file ? h('a.primary.small', { href: `transfers/${told.file}`, download: '' }, svg('arrowdown'), 'Save the export') : null;
  const place = told.folder ? h('p', {}, 'It is in ', h('code', {}, told.folder), '.') : null;
  return [h('h3', { tabIndex: -1 }, 'Does it answer the same?'), h('p', { 'data-part': 'made' }, told.message), place,
    link ? h('div.inline', {}, link) : null, told.made.lines.length ? parityTable(told.made.lines) : null].filter(Boolean);
}

/** What differs first; the rest is there too, to be read. */
function parityTable(lines) {
  const ordered = [...lines.filter((line) => !line.same), ...lines.filter((line) => line.same)];
  const outcome = (line) => h('span.outcome', { data: { outcome: line.same ? 'learned' : 'not learned' } }, svg(line.same ? 'check' : 'close'), line.same ? 'the same' : 'differs');
  const question = (line) => h('span.verdict-cell', {}, line.gone ? 'Deleted since' : line.question, line.correction ? h('span.field-help', {}, 'learned') : null);
  const elsewhere = (line) => h('span.verdict-cell', {}, line.same ? line.live : line.exported, line.app !== null && line.app.trim() !== line.exported.trim() ? h('span.field-help', {}, `In the app the base answers: ${line.app}`) : null);
  return h('div.parity', { tabIndex: 0, role: 'group', 'aria-label': 'The answers that were compared' }, cardTable('Answers of the version and of its export', ['Question', 'Here', 'Export', 'Result'], ordered.map((line) => [question(line), line.live, elsewhere(line), outcome(line)])));
}

function drawEarlierExports(earlier) {
  return h('section.earlier-exports', {}, h('h3', {}, 'Earlier exports of this version'), ...earlier.map((made) =>
    h('details', {}, h('summary', {}, `${made.form}, ${made.dtype}`, h('span.faint', {}, ` · ${moment(made.created)} · ${made.lines.length ? `${made.lines.filter((line) => line.same).length} of ${made.lines.length} the same` : 'not checked'}`)),
      h('p.field-help', {}, made.sentence), made.lines.length ? parityTable(made.lines) : null)));
}
