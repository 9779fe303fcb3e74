// The settings: which model, how well it runs here, where everything is kept.

actions.settings = () => { closeDrawer(); openSettings(); };

let jobTimer = 0;

async function openSettings() {
  const about = await attempt('about');
  if (about === undefined) return;
  openDialog('settings', 'Settings', (dialog) => {
    const body = h('div.settings');
    body.append(...settingsSections(about, dialog));
    return body;
  }, { wide: true });
}

function settingsSections(about, dialog) {
  return [modelSection(about), addSection(dialog), providersSection(dialog), modelsSection(about, dialog), peopleSection(), dataSection(about)].filter(Boolean);
}

async function redrawSettings(dialog, about = null) {
  const fresh = about || await attempt('about');
  const body = dialog.querySelector('.settings');
  if (fresh && body) body.replaceChildren(...settingsSections(fresh, dialog));
}

function modelSection(about) {
  const card = about.card;
  const facts = card ? [
    ['Parameters', count(card.parameters)],
    ['Runs on', [card.device, card.dtype].filter(Boolean).join(', ')],
    ['Context', card.context_length ? `${count(card.context_length)} tokens` : ''],
    ['Speed here', card.tokens_per_second ? `${Math.round(card.tokens_per_second)} tokens a second` : ''],
  ].filter(([, value]) => value) : [];
  return h('section', {}, h('h3', {}, 'Base model'),
    h('div.card', {}, h('div.card-title', {}, about.base_model),
      card ? factList(facts) : h('p.field-help', {}, 'Not loaded yet: it is loaded with the first message.'),
      card && card.reason ? h('p.field-help', {}, card.reason) : null));
}

function addSection(dialog) {
  const source = h('input', { id: 'model-source', placeholder: '/path/to/a/folder or owner/model', autocomplete: 'off', spellcheck: 'false' });
  const outcome = h('div.reply', { role: 'status' });
  const check = h('button.secondary', { type: 'button' }, 'Check');
  const look = async () => {
    if (!source.value.trim()) { outcome.replaceChildren(problemText('Type a folder on this machine or a model id of the hub first.')); return; }
    check.disabled = true;
    outcome.replaceChildren(h('p.field-help', {}, 'Looking…'));
    try {
      const fit = await call('fit', { source: source.value.trim() });
      outcome.replaceChildren(fitCard(fit, () => addModel(source.value.trim(), outcome, dialog)));
    } catch (error) {
      outcome.replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
    }
    check.disabled = false;
  };
  check.addEventListener('click', look);
  source.addEventListener('keydown', (event) => { if (event.key === 'Enter') look(); });
  return h('section', {}, h('h3', {}, 'Another model'), h('label.field-help', { for: 'model-source' }, 'A folder with safetensors, or the id of a model on the hub. Checked before anything is downloaded.'),
    h('div.inline', {}, source, check), outcome);
}

function fitCard(fit, add) {
  const facts = fit.remote ? [] : [['Parameters', count(fit.parameters)], ['Memory needed', bytes(fit.needed)], ['Memory here', bytes(fit.available)],
    ['Speed here', fit.tokens_per_second < 100 ? `up to ${fit.tokens_per_second.toPrecision(2)} tokens a second` : 'faster than one reads']].filter(([, value]) => value);
  return h('div.card', {}, h('p.verdict', {}, fit.sentence), factList(facts),
    h('div.row-end', {}, h('button.primary.small', { type: 'button', on: { click: add } }, 'Add this model')));
}

async function addModel(source, outcome, dialog) {
  try {
    const job = await call('add_model', { source });
    watchJob(job, outcome, dialog);
  } catch (error) {
    outcome.replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
  }
}

function watchJob(job, outcome, dialog) {
  const bar = h('progress', { max: 1, 'aria-label': 'Download' });
  const line = h('span.field-help');
  const cancel = h('button.quiet', { type: 'button', on: { click: () => attempt('cancel_job', { job }) } }, 'Cancel');
  outcome.replaceChildren(h('div.card', {}, bar, h('div.inline', {}, line, h('span.spacer'), cancel)));
  const look = async () => {
    if (!dialog.isConnected) return;
    let now;
    try {
      now = await call('job', { job });
    } catch (error) {
      if (error instanceof Refused) outcome.replaceChildren(problemText(error.message));
      else jobTimer = setTimeout(look, 2000);
      return;
    }
    if (now.state === 'running') {
      if (now.total_bytes) bar.value = now.done_bytes / now.total_bytes;
      line.textContent = [now.message, now.total_bytes ? `${bytes(now.done_bytes)} of ${bytes(now.total_bytes)}` : '', timeLeft(now.seconds_left)].filter(Boolean).join(' · ');
      jobTimer = setTimeout(look, 500);
    } else if (now.state === 'done') {
      await refreshChoices();
      await redrawSettings(dialog);
      toast(now.message || 'The model is ready. Choose it for a column.');
    } else outcome.replaceChildren(now.state === 'failed' ? problemText(now.message) : h('p.field-help', {}, now.message || 'Cancelled.'));
  };
  look();
}

function modelsSection(about, dialog) {
  if (!about.models || about.models.length < 2) return null;
  const row = (model) => h('li', {}, h('div', {}, h('strong', {}, model.name), h('small', {}, model.source)),
    model.name === about.base_model ? h('span.tag.accent', {}, 'base') : h('button.secondary.small', { type: 'button', on: { click: async () => {
      const fresh = await attempt('use_base', { name: model.name }, { saved: `“base” now means ${model.name}.` });
      if (fresh) { await refreshChoices(); drawHeader(); await redrawSettings(dialog, fresh); }
    } } }, 'Make it the base'));
  return h('section', {}, h('h3', {}, 'Models here'), h('ul.models', {}, ...about.models.map(row)));
}

function dataSection(about) {
  const path = (text) => h('span.path', {}, h('code', {}, text), h('button.icon-button', { type: 'button', 'aria-label': 'Copy path', title: 'Copy path', on: { click: () => copyText(text) } }, svg('copy')));
  const counts = Object.entries(about.counts || {}).map(([name, value]) => h('div.count', {}, h('strong', {}, count(value)), h('span', {}, name.replaceAll('_', ' '))));
  return h('section', {}, h('h3', {}, 'Your data'), h('p.field-help', {}, 'Everything is kept on this machine, in one folder.'),
    h('div.card', {}, h('dl.facts', {}, h('dt', {}, 'Folder'), h('dd', {}, path(about.data_folder)), h('dt', {}, 'Database'), h('dd', {}, path(about.database)), h('dt', {}, 'Version'), h('dd', {}, about.version)),
      h('div.counts', {}, ...counts)));
}

function factList(facts) {
  return h('dl.facts', {}, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]));
}

function problemText(text) {
  return h('p.problem', { role: 'alert' }, text);
}

function count(number) {
  if (typeof number !== 'number') return '';
  if (number >= 1e9) return (number / 1e9).toFixed(1) + ' billion';
  if (number >= 1e6) return (number / 1e6).toFixed(1) + ' million';
  return number.toLocaleString('en');
}

function bytes(number) {
  if (typeof number !== 'number') return '';
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  while (number >= 1000 && at < units.length - 1) { number /= 1000; at += 1; }
  return `${number >= 100 || at === 0 ? Math.round(number) : number.toFixed(1)} ${units[at]}`;
}

function timeLeft(seconds) {
  if (typeof seconds !== 'number') return '';
  if (seconds < 60) return `${Math.ceil(seconds)} s left`;
  return `${Math.ceil(seconds / 60)} min left`;
}
