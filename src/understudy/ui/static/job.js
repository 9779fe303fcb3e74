// Jobs at providers on the Learning page: the list of them, and the card of the one that is looked at.

/** Which model the page looks at: '' is the base model here, a name one that is trained elsewhere. */
function openLearner(name = '') {
  const hash = name ? '#learning@' + encodeURIComponent(name) : '#learning';
  if (location.hash !== hash) history.pushState(null, '', hash);
  learningPage.scrollTop = 0;
  return showLearning('');
}

actions.learner = (button) => openLearner(button.dataset.value);

/** One button for the base and one for each model that is trained elsewhere; nothing while there is none. */
function drawLearners() {
  const names = [...new Set(learning.jobs.map((job) => job.model))];
  if (!names.length) return h('div', { hidden: true });
  const tab = (name, label) => h('button.learner', { type: 'button', act: 'learner', 'aria-current': state.learner === name ? 'page' : 'false', data: { value: name } }, label);
  return h('nav.learners', { 'aria-label': 'Which model learns' }, tab('', 'This machine'), ...names.map((name) => tab(name, name)));
}

function drawJobs() {
  const { jobs } = learning;
  return h('section.part', { 'aria-labelledby': 'jobs-title' },
    h('div.part-head', {}, h('h2', { id: 'jobs-title' }, 'Elsewhere'), h('span.spacer'), h('button.secondary.small', { type: 'button', act: 'elsewhere' }, 'Train elsewhere…')),
    jobs.length ? h('ul.runs', {}, ...jobs.map(jobRow)) : h('p.field-help', {}, 'A provider can train one of its models on what you taught here. You see what it costs and what leaves before anything does.'));
}

function jobRow(job) {
  const words = job.live && job.progress ? `${job.words}, ${Math.round(100 * job.progress)} %` : job.words;
  return h('li.run', { data: { state: job.live ? 'running' : job.words === 'Done' ? 'succeeded' : 'cancelled' } }, svg(job.live ? 'redo' : job.words === 'Done' ? 'check' : 'close'),
    h('div.run-text', {}, h('p', {}, h('strong', {}, job.base), ` at ${job.host}: ${words}`), h('p.field-help', {}, [job.sentence, moment(job.created)].filter(Boolean).join(' · '))),
    h('button.quiet', { type: 'button', act: 'learner', 'aria-label': `Show the job of ${job.base}`, data: { value: job.model } }, 'Show'));
}

// -- the card ----------------------------------------------------------------------------------------------------------

/** What stands where the live run stands, once the job has ended. */
function drawJobEnd() {
  const { view, job } = learning;
  const said = view.champion ? `v${view.champion} is live` : job && job.refused ? 'The provider refused' : 'Nothing is live but the model as it came';
  return h('section.part.card.now', { tabIndex: -1, 'aria-labelledby': 'now-title' },
    h('div.now-head', {}, h('h2', { id: 'now-title' }, said), h('span.spacer'), h('button.secondary.small', { type: 'button', act: 'elsewhere' }, 'Train again…')),
    job ? h('p', {}, job.sentence) : null,
    job && job.refused ? h('p.field-help', {}, job.files.length ? 'Some of what was uploaded may still lie there, see below.' : 'What was uploaded has been deleted there.') : null,
    job && (job.refused || job.failed) ? h('div.inline', {}, h('button.primary.small', { type: 'button', act: 'train-here', data: { value: job.id } }, 'Train here on the same data')) : null);
}

actions['train-here'] = async (button) => {
  if (await attempt('train_here', { job: button.dataset.value }) === undefined) return;
  openLearner();
};

function drawJob(job) {
  if (!job) return h('div', { hidden: true });
  const facts = [['Model', job.base], ['At', job.host], ['Its job', job.external || 'not sent yet'], ['Method', METHODS[job.method] ? METHODS[job.method][0] : job.method],
    ['Settings', job.settings.length ? job.settings.map(([name, value]) => `${name} ${value}`).join(', ') : 'left to the provider'], ['Agreed price', job.price || 'not known'], ['Ordered', moment(job.created)]];
  return h('section.part', { tabIndex: -1, 'aria-labelledby': 'job-title' }, h('h2', { id: 'job-title' }, 'The job'),
    h('div.card', {}, factList(facts), eventList(job), checkpointList(job),
      fold(`${job.id} agreed`, 'What you agreed to', () => h('ul.remarks', {}, ...job.agreed.map((words) => h('li', {}, words))))),
    lyingThere(job));
}

function eventList(job) {
  if (!job.events.length) return null;
  return fold(`${job.id} events`, 'What the provider said', () => h('ol.events', {}, ...job.events.map((event) => h('li', { data: { level: event.level } }, h('span.faint', {}, moment(event.when)), h('span', {}, event.message)))));
}

function checkpointList(job) {
  if (!job.checkpoints.length) return null;
  return fold(`${job.id} checkpoints`, plural(job.checkpoints.length, 'checkpoint'), () => h('ul.events', {}, ...job.checkpoints.map((point) => h('li', {}, h('span', {}, `step ${point.step}`),
    h('code', {}, point.model), point.version ? h('span.tag', {}, `v${point.version}`) : null))));
}

/** What is at the provider and costs trust or money: said while there is any, with the way to delete it. */
function lyingThere(job) {
  if (!job.finished) return null;
  const { files, models } = job;
  if (!files.length && !models.length) return h('p.field-help', {}, `Nothing of this job lies at ${job.host} any more.`);
  const lies = [files.length && plural(files.length, 'file'), models.length && plural(models.length, 'model')].filter(Boolean).join(' and ');
  return h('div.card', {}, h('div.inline', {}, h('p', {}, `${lies} of this job ${files.length + models.length === 1 ? 'lies' : 'lie'} at ${job.host}.`), h('span.spacer'),
    h('button.secondary.small', { type: 'button', act: 'clean-job', data: { value: job.id } }, 'Clean up…')),
    fold(`${job.id} left`, 'Which', () => h('ul.events', {}, ...[...files, ...models].map((name) => h('li', {}, h('code', {}, name))))));
}

actions['clean-job'] = () => {
  const { job } = learning;
  const what = [job.files.length && `the ${plural(job.files.length, 'file')}`, job.models.length && `the ${plural(job.models.length, 'model')}`].filter(Boolean).join(' and ');
  openDialog('clean-job', 'Clean up', (dialog) => {
    const box = h('input', { type: 'checkbox', checked: !job.files.length });
    const said = h('div', { role: 'status' });
    const button = h('button.primary.danger', { type: 'button', on: { click: () => clean(job, box.checked, button, said, dialog) } }, 'Delete');
    return [h('p', {}, `Delete ${what} that lie at ${job.host}? What is deleted there cannot be brought back.`),
      job.models.length ? h('label.check', {}, box, `The ${plural(job.models.length, 'model')} too. Their versions here go with them; a live one stays until you roll back.`) : null,
      said, h('div.row-end', {}, h('button.secondary', { type: 'button', act: 'close-dialog', autofocus: '' }, 'Leave it'), button)];
  });
};

async function clean(job, models, button, said, dialog) {
  button.disabled = true;
  said.replaceChildren(h('p.faint', {}, 'Deleting…'));
  const done = await attempt('clean_job', { job: job.id, models });
  button.disabled = false;
  if (done === undefined) { said.replaceChildren(); return; }
  const told = `Deleted: ${plural(done.files, 'file')} and ${plural(done.models, 'model')}.`;
  learning.view = null;
  heed();
  if (!done.left.length) { dialog.close(); toast(told); return; }
  said.replaceChildren(h('p', {}, `${told} Left there:`), h('ul.remarks', {}, ...done.left.map((words) => h('li', {}, words))));
}
