// Fine-tunes that will end: how long each still answers, and what can be taken home. Opened from the settings, beside
// the servers they are at. What goes on (a recording) goes on in the program: closing the dialog ends nothing.

/** `missing` is the sentence about a key that is not set. */
async function openRescue(server, name, missing) {
  const found = await attempt('rescue');
  if (found === undefined) return;
  openDialog('rescue', 'Rescue fine-tunes', (dialog) => {
    const body = h('div.settings.rescue');
    body.append(serverPart(server, name, found.note, missing), recordedPart());
    drawRecorded(dialog, body, found.sets);
    return body;
  }, { wide: true });
}

function serverPart(server, name, note, missing) {
  const outcome = h('div.reply', { role: 'status' });
  const part = h('section', {}, h('h3', {}, name ? `Fine-tunes at ${name}` : 'Fine-tunes at a provider'), h('p.field-help', {}, note), outcome);
  if (server) listJobs(server, outcome);
  else outcome.append(h('p.field-help', {}, `To list them, choose a provider in the settings, under “A model elsewhere”. ${missing}`));
  return part;
}

async function listJobs(server, outcome) {
  outcome.replaceChildren(h('p.field-help', {}, 'Asking…'));
  try {
    const found = await call('rescue_jobs', { server });
    const none = h('p.field-help', {}, 'This account has no fine-tuning jobs there.');
    outcome.replaceChildren(found.jobs.length ? h('ul.fine-tunes', {}, ...found.jobs.map((job) => jobCard(server, job, found))) : none);
  } catch (error) {
    outcome.replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
  }
}

function jobCard(server, job, { terms, gives_adapters: givesAdapters }) {
  const outcome = h('div.reply', { role: 'status' });
  const over = job.days_left !== null && job.days_left <= 0;
  const soon = job.days_left !== null && job.days_left <= 60;
  const left = job.days_left === null ? 'no end known' : over ? 'ended' : `${plural(job.days_left, 'day')} left`;
  const button = (label, run) => h('button.secondary.small', { type: 'button', 'aria-label': `${label} of ${job.tuned || job.id}`, on: { click: (event) => once(event.currentTarget, outcome, run) } }, label);
  return h('li.card', {},
    h('div.fine-tune-head', {}, h('strong', {}, job.tuned || job.model), h(soon ? 'span.tag.warn' : 'span.tag', {}, left)),
    h('p.field-help', {}, [job.created, job.method, job.status, job.sentence].filter(Boolean).join(' · ')),
    h('div.inline', {}, button('Download files', () => downloadJob(server, job, outcome)),
      job.tuned && !over ? button('Record answers', () => recordJob(server, job, outcome, terms)) : null,
      job.tuned && givesAdapters ? button('Bring its adapter here', () => takeAdapter(server, job, outcome)) : null),
    outcome);
}

/** Do what a button does, which is off meanwhile; a refusal is said beside it. */
async function once(button, outcome, run) {
  button.disabled = true;
  try {
    await run();
  } catch (error) {
    outcome.replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
  }
  button.disabled = false;
}

async function downloadJob(server, job, outcome) {
  outcome.replaceChildren(h('p.field-help', {}, 'Downloading…'));
  const found = await call('rescue_download', { server, job: job.id });
  outcome.replaceChildren(
    found.files.length ? h('ul.files', {}, ...found.files.map((path) => h('li', {}, pathText(path)))) : h('p.field-help', {}, 'None of its files are left there.'),
    ...found.missing.map(problemText));
  if (found.preview) outcome.append(previewPart(job, found.preview));
}

function previewPart(job, preview) {
  const part = h('div.reply', { role: 'status' });
  const faults = preview.faults.slice(0, 3).map(problemText);
  if (!preview.added) {
    part.append(h('p.field-help', {}, `Nothing new to learn from: ${importWords(preview)}.`), ...faults);
    if (preview.known) part.append(undoRow(job, part));
    return part;
  }
  const convert = h('button.primary.small', { type: 'button', on: { click: (event) => once(event.currentTarget, part, async () => {
    const done = await call('rescue_convert', { job: job.id });
    part.replaceChildren(h('p.verdict', {}, `${plural(done.added, 'line')} became feedback here.`), undoRow(job, part));
  }) } }, `Make feedback of ${plural(preview.added, 'line')}`);
  part.append(h('p.field-help', {}, `If you convert them: ${importWords(preview)}. Each line becomes a conversation with an approved correction or a vote, and can be taken back.`), ...faults, h('div.inline', {}, convert));
  return part;
}

function importWords(counts) {
  return [`${plural(counts.added, 'line')} to learn from`, counts.kept ? `${counts.kept} kept as they are` : '', counts.known ? `${counts.known} here already` : '',
    counts.faults.length ? `${counts.faults.length} that cannot be read` : ''].filter(Boolean).join(', ');
}

function undoRow(job, part) {
  return h('div.inline', {}, h('button.quiet', { type: 'button', on: { click: (event) => once(event.currentTarget, part, async () => {
    const done = await call('rescue_undo', { job: job.id });
    part.replaceChildren(h('p.field-help', {}, `${plural(done.deleted, 'line')} taken back.`));
    refreshList();
  }) } }, svg('undo'), 'Take them back'));
}

async function recordJob(server, job, outcome, terms) {
  const found = await call('rescue_record', { server, model: job.tuned, job: job.id });
  outcome.replaceChildren(h('p.field-help', {}, `Its answers are being recorded, below. ${terms}`));
  const dialog = outcome.closest('dialog');
  if (dialog) drawRecorded(dialog, dialog, found.sets);
}

async function takeAdapter(server, job, outcome) {
  outcome.replaceChildren(h('p.field-help', {}, 'Downloading…'));
  const taken = await call('rescue_adapter', { server, job: job.id });
  outcome.replaceChildren(h('p.verdict', {}, taken.sentence));
  refreshChoices();
}

function recordedPart() {
  return h('section', {}, h('h3', {}, 'Recorded answers'),
    h('p.field-help', {}, 'What an old model says can be kept while it answers. Most of it teaches the model here; the rest only compares the two, blind.'),
    h('div.recorded-sets'));
}

/** Draw the recorded sets into `root`; while one is being recorded, look again. */
function drawRecorded(dialog, root, sets) {
  const place = root.querySelector('.recorded-sets');
  if (!place) return;
  const none = h('p.field-help', {}, 'Nothing is recorded yet. Begin with “Record answers” of a fine-tune.');
  fillPart(place, 'sets', sets, () => (sets.length ? h('ul.fine-tunes', {}, ...sets.map((set) => setCard(set, dialog))) : none));
  clearTimeout(place.timer);
  if (!sets.some((set) => set.running)) return;
  place.timer = setTimeout(async () => {
    if (!dialog.isConnected) return;
    const fresh = await attempt('rescue');
    if (fresh) drawRecorded(dialog, dialog, fresh.sets);
  }, 700);
}

function setCard(set, dialog) {
  const outcome = h('div.reply', { role: 'status' });
  const bar = set.running ? h('progress', { max: set.total, 'aria-label': `Recorded of ${set.name}` }) : null;
  if (bar) bar.value = set.answers;
  const counts = set.running ? `${set.answers} of ${plural(set.total, 'answer')}` : `${plural(set.answers, 'answer')}, ${set.compares} of them only for comparing`;
  const button = (kind, label, run) => h(kind, { type: 'button', 'aria-label': `${label}: ${set.name}`, on: { click: (event) => once(event.currentTarget, outcome, run) } }, label);
  const buttons = set.running
    ? [button('button.quiet', 'Stop', async () => { const found = await call('rescue_stop', { golden: set.id }); drawRecorded(dialog, dialog, found.sets); })]
    : [button('button.secondary.small', 'Train here', async () => {
      const done = await call('rescue_teach', { golden: set.id });
      outcome.replaceChildren(h('p.verdict', {}, done.sentence), h('div.inline', {}, h('button.quiet', { type: 'button', on: { click: () => { dialog.close(); openLearning(); } } }, svg('sprout'), 'Open the Learning page')));
    }), button('button.secondary.small', 'Compare blind', () => openBlind(set))];
  return h('li.card', {}, h('div.fine-tune-head', {}, h('strong', {}, set.name), h('span.tag', {}, set.host)), bar,
    h('p.field-help', {}, [counts, set.sentence].filter(Boolean).join('. ')), h('div.inline', {}, ...buttons), outcome);
}

function pathText(text) {
  return h('span.path', {}, h('code', {}, text), h('button.icon-button', { type: 'button', 'aria-label': 'Copy path', title: 'Copy path', on: { click: () => copyText(text) } }, svg('copy')));
}
