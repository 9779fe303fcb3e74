// "Export…" at a version: a form, its files, and every answer that the export gives otherwise than the version.

actions['export-version'] = async (button) => {
  const number = Number(button.dataset.value);
  const offered = await attempt('version_exports', { number });
  if (offered === undefined) return;
  const work = { number, offered, job: '', stop: 'version_export_stop', files: [] };
  openDialog('export-version', `Export v${number}`, (dialog) => {
    work.body = h('div.exchange');
    dialog.addEventListener('close', () => leaveVersionExport(work));
    drawVersionExport(work);
    return work.body;
  }, { wide: true });
};

/** What is being made is stopped; a file that was made is left for a while, its download may still be going on. */
function leaveVersionExport(work) {
  work.closed = true;
  if (work.job) call(work.stop, { job: work.job }).catch(() => {});
  setTimeout(() => { if (work.files.length) call('transfers_drop', { files: work.files }).catch(() => {}); }, 10 * 60 * 1000);
}

const EXPORT_PLACES = { download: 'Save with the browser', folder: 'A folder on this machine', hub: 'Hugging Face Hub' };
const optionsOf = (names, labels = {}) => names.map((name) => h('option', { value: name }, labels[name] || name));

function drawVersionExport(work) {
  const { offered } = work;
  const formOf = () => offered.forms.find(({ name }) => name === form.value);
  const form = h('select', { id: 'export-form', autofocus: '', 'aria-describedby': 'export-form-help' }, ...offered.forms.map(({ name, label }) => h('option', { value: name }, label)));
  const reads = h('p.field-help', { id: 'export-form-help' });
  const dtype = h('select', { id: 'export-dtype', 'aria-describedby': 'export-dtype-help' });
  const rounding = h('p.field-help', { id: 'export-dtype-help' });
  const place = h('select', { id: 'export-place' }, ...optionsOf(Object.keys(EXPORT_PLACES), EXPORT_PLACES));
  const lessons = h('input', { type: 'checkbox', checked: true });
  const texts = h('label.check', {}, lessons, ' With the texts of the corrections that it learned. Without them it speaks everywhere.');
  const hub = drawHub(offered, () => fresh());
  const result = h('div.counts-box', { role: 'status' });
  const button = h('button.primary', { type: 'button' });
  const asked = h('p.field-help', {});
  let anyway = false;
  const fresh = () => {
    anyway = false;
    const chosen = dtype.value;
    dtype.replaceChildren(...optionsOf(formOf().dtypes));
    dtype.value = formOf().dtypes.includes(chosen) ? chosen : 'float32';
    dtype.disabled = formOf().dtypes.length === 1;
    reads.textContent = formOf().words;
    texts.hidden = form.value !== 'space' || place.value === 'hub';
    rounding.textContent = roundingWords(dtype);
    hub.box.hidden = place.value !== 'hub';
    asked.textContent = `${hub.box.hidden ? 'Afterwards' : 'Before anything is sent'} the files are opened by the program that reads them, and 20 questions are put to it and to this version, up to ten of them about what was learned.`;
    button.disabled = !hub.box.hidden && !hub.ready();
    result.replaceChildren();
    drawButton(button, hub.box.hidden ? 'Export' : 'Check and send', 'primary');
  };
  const wanted = () => ({ form: form.value, dtype: dtype.value });
  const controls = [form, dtype, place, lessons, ...hub.controls];
  const make = async () => {
    const next = await whileLocked([button, ...controls], () => (hub.box.hidden
      ? makeVersionExport(work, { ...wanted(), licence: '', download: place.value === 'download', lessons: lessons.checked }, result)
      : pushVersion(work, { ...wanted(), ...hub.values(), anyway }, result)));
    anyway = next === HELD;
    if (next) drawButton(button, next, 'secondary');
  };
  for (const field of [form, dtype, place]) field.addEventListener('change', fresh);
  button.addEventListener('click', make);
  fresh();
  const field = (input, label, help) => h('section', {}, h('label.field-label', { for: input.id }, label), input, help);
  work.body.replaceChildren(field(form, 'For which program', reads), texts,
    h('div.two', {}, field(dtype, 'Numbers', rounding), field(place, 'Where to')), hub.box, asked, result, ...offered.pushes.length ? [drawPushes(offered.pushes)] : [], ...offered.earlier.length ? [drawEarlierExports(offered.earlier)] : [], h('div.row-end', {}, button));
}

function roundingWords(dtype) {
  if (dtype.disabled) return 'An adapter keeps its own numbers.';
  if (dtype.value === 'float32') return 'Exact, and the largest.';
  if (dtype.value.startsWith('q')) return `About ${dtype.value[1]} bits a number, for llama.cpp. Answers may change; they are shown.`;
  return 'Half the size, rounded once after an exact sum. Some answers may change; they are shown.';
}

/** While something is being made nothing can be changed; afterwards the choices are as they were. */
async function whileLocked(controls, make) {
  const before = controls.map((control) => control.disabled);
  for (const control of controls) control.disabled = true;
  const made = await make();
  controls.forEach((control, i) => { control.disabled = before[i]; });
  return made;
}

/** Start a job, show how far it is, and resolve to what it came to; undefined where it could not begin. */
async function followExport(work, name, fields, result, words) {
  const started = await attempt(`${name}_start`, { number: work.number, ...fields });
  if (started === undefined) return undefined;
  Object.assign(work, { job: started.job, stop: `${name}_stop` });
  if (work.closed) { leaveVersionExport(work); return undefined; }
  const bar = jobBar(words, 'Starting…', () => attempt(work.stop, { job: started.job }));
  result.replaceChildren(bar.box);
  const told = await followJob(`${name}_state`, started.job, (now) => bar.show(now.share, now.phase ? `${now.phase}…` : 'Starting…'));
  work.job = '';
  result.replaceChildren();
  return told;
}

async function makeVersionExport(work, wanted, result) {
  const told = await followExport(work, 'version_export', wanted, result, 'Exporting');
  if (told === undefined) return '';
  result.replaceChildren(...drawExported(work, told));
  (result.querySelector('a') || result.querySelector('h3'))?.focus();
  return told.state === 'done' ? 'Export again' : '';
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
