// "Import a file…" on the Curate page: choose, look, try without writing, bring in, and take back.

const FIELD_NAMES = {
  prompt: 'Question', answer: 'What the model said', correction: 'What it should have said', chosen: 'Better answer', rejected: 'Worse answer',
  rating: 'Rating', comment: 'Comment', label: 'Good or bad', author: 'Said by', topic: 'Topic', tags: 'Tags', date: 'Date', model: 'Model',
  system: 'System prompt', history: 'Earlier messages', other: 'Anything else',
};
const MAIN_FIELDS = ['prompt', 'answer', 'correction', 'rating', 'comment'];
const FORMAT_NAMES = {
  auto: 'what it looks like', 'openai-sft': 'OpenAI chat', 'openai-dpo': 'OpenAI preference', 'prompt-completion': 'prompt and completion', 'trl-messages': 'TRL messages',
  'trl-prompt-completion': 'TRL prompt and completion', 'trl-preference': 'TRL preference', 'trl-unpaired': 'TRL unpaired preference', sharegpt: 'ShareGPT', alpaca: 'Alpaca',
  hh: 'transcripts of pairs (HH)', columns: 'a table with columns',
};
const SNIFFED = { // the names that lines of a known format have inside
  chat: 'OpenAI chat', preference: 'OpenAI preference', completion: 'prompt and completion', 'trl-completion': 'TRL prompt and completion', 'trl-pair': 'TRL preference',
  'trl-unpaired': 'TRL unpaired preference', transcript: 'transcripts of pairs (HH)', sharegpt: 'ShareGPT', alpaca: 'Alpaca',
};
const FILE_KINDS = { jsonl: 'JSON lines', json: 'JSON list', table: 'Table', parquet: 'Parquet', store: 'Another Understudy’s feedback' };

async function openImport() {
  const about = await attempt('imports');
  if (about === undefined) return;
  const work = { about, file: null, look: null, mapping: {}, format: 'auto', encoding: '', approved: false, tried: null, job: '', asked: 0, faults: [], drawn: 0 };
  openDialog('import', 'Import a file', (dialog) => {
    work.dialog = dialog;
    work.body = h('div.exchange');
    dialog.addEventListener('close', () => leaveImport(work));
    drawChoose(work);
    return work.body;
  }, { wide: true });
}

/** The dialog is gone: what was only looked at goes too, what is being brought in goes on and says when it ends. */
function leaveImport(work) {
  work.closed = true;
  if (work.sending) work.sending.abort();
  if (work.bringing) return;
  if (work.job) call('import_stop', { job: work.job }).catch(() => {});
  dropFiles(work);
}

function dropFiles(work) {
  const files = [work.file && work.file.file, ...work.faults].filter(Boolean);
  if (files.length) call('transfers_drop', { files }).catch(() => {});
  Object.assign(work, { file: null, faults: [] });
}

// -- choose ------------------------------------------------------------------------------------------------------------

function drawChoose(work) {
  const input = h('input.spoken', { type: 'file', id: 'import-file', autofocus: '', accept: '.jsonl,.json,.csv,.tsv,.txt,.parquet,.gz,.db' });
  input.addEventListener('change', () => { if (input.files.length) sendFile(work, input.files[0]); });
  const box = h('label.drop', { for: 'import-file' }, svg('tray'), h('strong', {}, 'Choose a file'), h('span', {}, 'or drop it here'), input);
  box.addEventListener('dragover', (event) => { event.preventDefault(); box.dataset.over = '1'; });
  box.addEventListener('dragleave', () => delete box.dataset.over);
  box.addEventListener('drop', (event) => { event.preventDefault(); delete box.dataset.over; if (event.dataTransfer.files.length) sendFile(work, event.dataTransfer.files[0]); });
  work.body.replaceChildren(box,
    h('p.field-help', {}, `JSON lines, JSON, CSV, TSV or Parquet, also packed with gzip, or another Understudy’s understudy.db. Up to ${Math.round(work.about.most / 2 ** 30)} GB. It is only looked at first: you see what would come in before anything does.`),
    drawEarlier(work));
  input.focus({ preventScroll: true });
}

function drawEarlier(work) {
  const { earlier } = work.about;
  return h('section', {}, h('h3', {}, 'Earlier imports'),
    earlier.length ? h('ul.imports', {}, ...earlier.map((batch) => h('li', { data: { undone: batch.undone ? '1' : '' } },
      h('div', {}, h('strong', {}, batch.source), h('small', {}, [`${batch.new.toLocaleString('en')} new`, moment(batch.created), batch.undone ? 'taken back' : batch.finished ? '' : 'not finished'].filter(Boolean).join(' · '))),
      h('button.secondary.small', { type: 'button', 'aria-label': `${batch.undone ? 'Bring back' : 'Undo'} ${batch.source}`, on: { click: () => turnBatch(work, batch) } }, batch.undone ? 'Bring back' : 'Undo'))))
      : h('p.field-help', {}, 'None yet. Each can be taken back here as a whole.'));
}

async function turnBatch(work, batch) {
  if (!await moveBatch(batch.id, Boolean(batch.undone))) return;
  const about = await attempt('imports');
  if (about === undefined || work.closed) return;
  work.about = about;
  drawChoose(work);
}

/** Take an import back, or bring it back. Resolves to whether it worked. */
async function moveBatch(batch, back = false) {
  const moved = await attempt('import_undo', { batch, back });
  if (moved === undefined) return false;
  toast(back ? `Brought back ${plural(moved.lines, 'line')}.` : `Took back ${plural(moved.lines, 'line')}.`);
  await refreshDesk();
  await loadDesk();
  return true;
}

// -- send --------------------------------------------------------------------------------------------------------------

/** Send a file with its progress: only XMLHttpRequest tells how much has left. */
function sendFile(work, file) {
  if (file.size > work.about.most) { toast(`The file is larger than ${Math.round(work.about.most / 2 ** 30)} GB. Split it, or use understudy import.`, { kind: 'error' }); return; }
  if (!file.size) { toast('This file is empty. Choose one with rows.', { kind: 'error' }); return; }
  const bar = h('progress', { max: 1, value: 0, 'aria-label': `Sending ${file.name}` });
  work.sending = new XMLHttpRequest();
  work.body.replaceChildren(h('section', { role: 'status' }, h('p', {}, `Sending ${file.name}…`), bar),
    h('div.row-end', {}, h('button.secondary.small', { type: 'button', on: { click: () => { work.sending.abort(); drawChoose(work); } } }, 'Stop')));
  work.body.querySelector('button').focus({ preventScroll: true });
  const failed = (sentence) => { work.sending = null; if (work.closed) return; toast(sentence, { kind: 'error' }); drawChoose(work); };
  work.sending.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  work.sending.onerror = () => failed('The file was not sent: the program does not answer.');
  work.sending.onload = () => {
    let reply = null;
    try { reply = JSON.parse(work.sending.responseText); } catch (none) { /* not ours */ }
    if (!reply || !reply.file) { failed(reply && reply.error ? reply.error : 'The file was not taken. Try again.'); return; }
    work.sending = null;
    Object.assign(work, { file: reply, mapping: {}, format: 'auto', encoding: '' });
    lookAtFile(work);
  };
  work.sending.open('PUT', 'transfers?name=' + encodeURIComponent(file.name));
  work.sending.send(file);
}

// -- look --------------------------------------------------------------------------------------------------------------

/** The file, and how it is to be read. */
function reading(work) {
  return { file: work.file.file, mapping: work.mapping, format: work.format, encoding: work.encoding };
}

/** Look at the file as it is to be read now, then count what would come in. */
async function lookAtFile(work) {
  const mine = ++work.asked;
  dialogStatus(work.dialog, 'Looking…');
  const look = await attempt('import_look', reading(work));
  if (work.closed || mine !== work.asked) return;
  dialogStatus(work.dialog, '');
  if (look === undefined && !work.look) { dropFiles(work); drawChoose(work); return; }
  if (look !== undefined) work.look = look;
  work.tried = null;
  drawPreview(work);
  if (look !== undefined) tryFile(work);
}

function drawPreview(work) {
  const { look, file } = work;
  const focused = work.body.contains(document.activeElement) ? document.activeElement.id : '';
  const open = work.body.querySelector('details.reading')?.open;
  const counts = h('div.counts-box', { role: 'status' });
  const button = h('button.primary', { type: 'button', disabled: true, on: { click: () => bringFile(work) } }, 'Import');
  Object.assign(work, { counts, button });
  work.body.replaceChildren(
    h('section', {}, h('p', {}, h('strong', {}, file.name), ` · ${sizeWords(file.bytes)}`), h('p.field-help', {}, sniffedWords(look))),
    look.mapped ? drawMapping(work) : h('div', { hidden: true }),
    look.kind === 'store' ? h('div', { hidden: true }) : drawReading(work, open),
    look.first.length ? drawFirst(look.first) : h('div', { hidden: true }),
    h('section', {}, h('h3', {}, 'What would come in'), counts),
    drawArrival(work),
    h('div.row-end', {}, h('button.secondary', { type: 'button', on: { click: () => { stopTrying(work); dropFiles(work); work.look = null; drawChoose(work); } } }, 'Another file'), button));
  if (focused) work.body.querySelector(`#${focused}`)?.focus({ preventScroll: true });
  else { work.dialog.querySelector('h2').tabIndex = -1; work.dialog.querySelector('h2').focus({ preventScroll: true }); }
}

function sniffedWords(look) {
  const kind = FILE_KINDS[look.kind] || look.kind;
  if (look.kind === 'store') return `${kind}. It is merged with what is here; what is here already is left out.`;
  if (look.mapped) return `${kind} with ${plural(look.columns.length, 'column')}. Say below what they mean.`;
  return `${kind}: ${look.formats.map((name) => SNIFFED[name] || 'lines of no known format').join(', ')}.`;
}

function drawMapping(work) {
  const { look } = work;
  const fields = work.about.fields.filter((field) => FIELD_NAMES[field]);
  const main = fields.filter((field) => MAIN_FIELDS.includes(field) || look.meant[field]);
  const rest = fields.filter((field) => !main.includes(field));
  const row = (field) => {
    const select = h('select', { id: `map-${field}` }, h('option', { value: '' }, 'not in this file'), ...look.columns.map((column) => h('option', { value: column }, column)));
    select.value = look.meant[field] || '';
    select.addEventListener('change', () => { work.mapping[field] = select.value; stopTrying(work); lookAtFile(work); });
    return h('div.map-row', {}, h('label', { for: select.id }, FIELD_NAMES[field]), select);
  };
  const unused = look.columns.filter((column) => !Object.values(look.meant).includes(column));
  return h('section', {}, h('h3', {}, 'Columns'), h('div.mapping', {}, ...main.map(row)),
    rest.length ? h('details', { open: work.moreFields ? '' : undefined, on: { toggle: (event) => { work.moreFields = event.target.open; } } }, h('summary', {}, 'More fields'), h('div.mapping', {}, ...rest.map(row))) : null,
    unused.length ? h('p.field-help', {}, `Kept beside, but not read: ${unused.join(', ')}.`) : null);
}

function drawReading(work, open) {
  const format = h('select', { id: 'import-format' }, ...work.about.formats.map((name) => h('option', { value: name }, FORMAT_NAMES[name] || name)));
  format.value = work.format;
  format.addEventListener('change', () => { work.format = format.value; work.mapping = {}; stopTrying(work); lookAtFile(work); });
  const encoding = h('select', { id: 'import-encoding' }, ...[['', 'UTF-8'], ['cp1252', 'Windows (cp1252)'], ['latin-1', 'Latin-1'], ['utf-16', 'UTF-16']].map(([value, text]) => h('option', { value }, text)));
  encoding.value = work.encoding;
  encoding.addEventListener('change', () => { work.encoding = encoding.value; stopTrying(work); lookAtFile(work); });
  return h('details.reading', { open: open ? '' : undefined }, h('summary', {}, 'Does it look wrong? Read it another way'),
    h('div.mapping', {}, h('div.map-row', {}, h('label', { for: format.id }, 'Read it as'), format), h('div.map-row', {}, h('label', { for: encoding.id }, 'Letters are'), encoding)));
}

function drawFirst(rows) {
  return h('section', {}, h('h3', { id: 'first-rows' }, 'First rows'), h('div.first-rows', { tabIndex: 0, role: 'region', 'aria-labelledby': 'first-rows' }, h('table', {},
    h('thead', {}, h('tr', {}, ...['Line', 'Question', 'Answer', ''].map((name) => h('th', { scope: 'col' }, name || spoken('About it'))))),
    h('tbody', {}, ...rows.map((row) => h('tr', { data: { fault: row.fault ? '1' : '' } }, h('th', { scope: 'row' }, String(row.line)),
      ...(row.fault ? [h('td', { colspan: 3 }, row.fault)] : [h('td', {}, h('div', {}, row.question)), h('td', {}, h('div', {}, row.answer)), h('td', {}, row.about)])))))));
}

function drawArrival(work) {
  const choice = (approved, title, help) => h('label.choice', {}, h('input', { type: 'radio', name: 'arrival', checked: work.approved === approved, on: { change: () => { work.approved = approved; } } }),
    h('span.choice-text', {}, h('strong', {}, title), h('span.field-help', {}, help)));
  return h('fieldset.step', {}, h('legend', {}, 'How it arrives'), h('div.choices', {},
    choice(false, 'It waits for approval', 'Nothing is learned from it until somebody approves it here.'),
    choice(true, 'Approved at once', 'It may be learned from right away. Choose this for data that you would sign.')));
}

function sizeWords(bytes) {
  if (bytes < 1024) return plural(bytes, 'byte');
  const at = bytes < 2 ** 20 ? [1024, 'KB'] : bytes < 2 ** 30 ? [2 ** 20, 'MB'] : [2 ** 30, 'GB'];
  return `${(bytes / at[0]).toLocaleString('en', { maximumFractionDigits: 1 })} ${at[1]}`;
}

// -- try and bring in --------------------------------------------------------------------------------------------------

function stopTrying(work) {
  if (work.job) call('import_stop', { job: work.job }).catch(() => {});
  work.job = '';
}

/** Ask about a job until it has ended; `heard` draws each reply. Resolves to the last one, undefined if it was lost. */
async function followJob(question, job, heard) {
  for (let wait = 120; ; wait = Math.min(1000, wait * 1.5)) {
    const told = await attempt(question, { job });
    if (told === undefined) return undefined;
    if (told.state !== 'running') return told;
    heard(told);
    await new Promise((done) => { setTimeout(done, wait); });
  }
}

function jobBar(label, words, stop) {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': label });
  const said = h('span.faint', {}, words);
  return { box: h('div.job-bar', {}, bar, h('div.inline', {}, said, h('span.spacer'), h('button.secondary.small', { type: 'button', on: { click: stop } }, 'Stop'))),
    show: (share, text) => { bar.value = share; said.textContent = text; } };
}

function countWords(told) {
  return [`${told.new.toLocaleString('en')} new`, `${told.known.toLocaleString('en')} here already`, told.faulty ? `${told.faulty.toLocaleString('en')} faulty` : ''].filter(Boolean).join(' · ');
}

/** Count without writing; the button then says how much would come in. */
async function tryFile(work) {
  const mine = work.asked;
  const started = await attempt('import_start', { ...reading(work), dry: true, approved: false });
  if (started === undefined) return;
  work.faults.push(started.faults);
  if (work.closed || mine !== work.asked) { call('import_stop', { job: started.job }).catch(() => {}); return; }
  work.job = started.job;
  const bar = jobBar('Counting', 'Counting…', () => call('import_stop', { job: started.job }).catch(() => {}));
  work.counts.replaceChildren(bar.box);
  const told = await followJob('import_state', started.job, (now) => bar.show(now.share, `Counting: ${countWords(now)}`));
  if (work.closed || mine !== work.asked) return;
  work.job = '';
  if (told === undefined) { work.counts.replaceChildren(h('p.problem', {}, 'It could not be counted. Choose the file again.')); return; }
  drawCounts(work, told, started.faults);
}

function drawCounts(work, told, faults) {
  const number = (count, word) => h('div.count', {}, h('strong', {}, count.toLocaleString('en')), h('span', {}, word));
  const broken = told.state === 'failed';
  work.counts.replaceChildren(...[
    broken ? h('p.problem', {}, told.message) : h('div.counts', {}, number(told.new, 'new'), number(told.known, 'here already, left out'), number(told.faulty, 'faulty, left out')),
    told.state === 'stopped' ? h('p.field-help', {}, 'Stopped: this is only the beginning of the file.') : null,
    !broken && !told.new && told.state === 'done' ? h('p.field-help', {}, told.faulty && !told.known ? 'No row could be read like this. Look at the columns above.' : 'Nothing in it is new.') : null,
    told.faulty ? drawFaults(told, faults) : null].filter(Boolean));
  work.button.disabled = broken || (!told.new && told.state === 'done');
  work.button.textContent = told.new && told.state === 'done' ? `Import ${plural(told.new, 'row')}` : 'Import';
}

function drawFaults(told, faults) {
  const more = told.faulty - told.faults.length;
  return h('details.faults', { open: told.faulty <= 5 ? '' : undefined }, h('summary', {}, `${plural(told.faulty, 'faulty row')}`),
    h('ul', {}, ...told.faults.map((fault) => h('li', {}, fault))), more > 0 ? h('p.field-help', {}, `and ${more.toLocaleString('en')} more in the file`) : null,
    h('p', {}, h('a.secondary.small', { href: `transfers/${faults}`, download: '' }, 'Save the faulty rows')));
}

async function bringFile(work) {
  work.bringing = true;
  work.button.disabled = true;
  const started = await attempt('import_start', { ...reading(work), dry: false, approved: work.approved });
  if (started === undefined) { work.bringing = false; work.button.disabled = false; return; }
  work.faults.push(started.faults);
  const { name } = work.file;
  const bar = jobBar(`Importing ${name}`, 'Importing…', () => attempt('import_stop', { job: started.job }));
  if (!work.closed) work.body.replaceChildren(h('section', { role: 'status' }, h('p', {}, `Importing ${name}…`), bar.box, h('p.field-help', {}, 'It goes on if you close this. What has come in stays if you stop, and can be taken back.')));
  const told = await followJob('import_state', started.job, (now) => bar.show(now.share, countWords(now)));
  work.bringing = false;
  if (told === undefined) { if (!work.closed) work.dialog.close(); return; }
  await refreshDesk();
  if (atDesk()) await loadDesk();
  if (!work.closed) drawEnd(work, told, started.faults);
  else { dropFiles(work); toast(`${name}: ${told.message}`, told.batch ? { action: { label: 'Undo', run: () => moveBatch(told.batch) }, seconds: 15 } : {}); }
}

function drawEnd(work, told, faults) {
  const undo = h('button.secondary', { type: 'button', on: { click: async () => {
    undo.disabled = true;
    if (await moveBatch(told.batch)) work.dialog.close();
    else undo.disabled = false;
  } } }, svg('undo'), 'Undo this import');
  const look = h('button.primary', { type: 'button', on: { click: () => { work.dialog.close(); desk.filter = work.approved ? {} : { states: ['waiting'] }; desk.sort = 'newest'; loadDesk(); } } }, told.new ? 'Go through it' : 'Close');
  const heading = h('h3', { tabIndex: -1 }, { done: 'Imported', stopped: 'Stopped', failed: 'Broken off' }[told.state]);
  work.body.replaceChildren(...[h('section', { role: 'status' }, heading, h('p', { 'data-part': 'end' }, told.message),
    h('p.field-help', {}, !told.new ? 'Nothing was changed.' : work.approved ? 'It is approved and may be learned from.' : 'It waits for approval.')),
  told.faulty ? drawFaults(told, faults) : null,
  h('div.row-end', {}, told.batch ? undo : null, look)].filter(Boolean));
  heading.focus({ preventScroll: true });
}
