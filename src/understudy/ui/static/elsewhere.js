// Training elsewhere, before anything is sent: where, which model, how; then what would leave, what it costs and how
// long it lives; then the one button. Reached by #elsewhere. Whatever is changed above takes the button away again.

const orderPage = h('div.learning.order', { hidden: true });
const order = { servers: [], kinds: {}, offer: null, going: 0 };

const METHODS = {
  supervised: ['From good answers (SFT)', 'Corrections, answers that won a vote and thumbs up become questions with the answer to give.'],
  dpo: ['From pairs (DPO)', 'A correction or a vote becomes a question with the better and the worse answer. Needs answers to prefer something over.'],
};
const SETTINGS = [['n_epochs', 'Epochs', 1], ['batch_size', 'Batch size', 1], ['learning_rate_multiplier', 'Learning rate multiplier', 0.01], ['beta', 'Beta (pairs only)', 0.01]];

function atOrdering() {
  return location.hash === '#elsewhere' && may('trainers');
}

actions.elsewhere = () => {
  if (!atOrdering()) history.pushState(null, '', '#elsewhere');
  return showOrdering();
};

/** The form, anew: what was looked at before is not agreed to by a slip. */
async function showOrdering() {
  const mine = ++order.going;
  state.going += 1;
  showPage('learning');
  closeDrawer();
  learningPage.scrollTop = 0;
  orderPage.replaceChildren(h('p.faint', {}, 'Reading…'));
  const found = await attempt('trainers');
  if (found === undefined || mine !== order.going) return;
  Object.assign(order, found, { offer: null });
  orderPage.replaceChildren(h('section.part', {}, h('div.part-head', {}, h('h2', {}, 'Train elsewhere'), h('button.quiet', { type: 'button', act: 'learning' }, svg('left'), 'Back to Learning')),
    h('p', {}, 'A provider trains one of its models on what you taught here. Nothing is sent before you have read what it is, what it costs and how long it lives, and said yes.')), orderForm(), orderReport);
  orderReport.replaceChildren();
  orderPage.querySelector('select').focus({ preventScroll: true });
}

// -- the form ----------------------------------------------------------------------------------------------------------

const orderModels = h('div.choices', { role: 'radiogroup', 'aria-label': 'Model' });
const orderReport = h('div.report', { 'aria-live': 'polite', tabIndex: -1 });

function orderForm() {
  const form = h('form.order-form', { novalidate: '' }, whereStep(), h('fieldset.step', { 'aria-label': 'Model' }, h('legend', {}, '2. Which model'), orderModels), howStep(), maskStep(), settingsStep(),
    h('div.row-end', {}, h('button.primary', { type: 'submit' }, 'Look before anything is sent')));
  orderModels.replaceChildren(h('p.field-help', {}, 'List the models of a server first.'));
  form.addEventListener('submit', (event) => { event.preventDefault(); lookFirst(form); });
  form.addEventListener('input', () => forgetOffer());
  fitMethods(form);
  return form;
}

function whereStep() {
  const choice = h('select', { name: 'server', 'aria-label': 'Server' }, ...order.servers.map((server) => h('option', { value: server.id }, server.name)));
  const address = h('input', { name: 'url', 'aria-label': 'Base URL', placeholder: 'Base URL, ending in /v1', autocomplete: 'off', spellcheck: 'false', hidden: true });
  const list = h('button.secondary', { type: 'button' }, 'List its models');
  const missing = h('p.field-help');
  const chosen = () => order.servers.find((server) => server.id === choice.value);
  const change = () => {
    address.hidden = !chosen().takes_url;
    missing.textContent = chosen().missing;
    list.disabled = Boolean(chosen().missing);
    orderModels.replaceChildren(h('p.field-help', {}, list.disabled ? 'Its key is missing.' : 'List the models of this server first.'));
  };
  choice.addEventListener('change', change);
  list.addEventListener('click', () => listTrainable(serverAddress(chosen(), address.value.trim()), list));
  address.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); list.click(); } });
  change();
  return h('fieldset.step', {}, h('legend', {}, '1. Where'), h('div.inline.where', {}, choice, address, list), missing);
}

async function listTrainable(server, button) {
  const mine = ++order.going;
  button.disabled = true;
  orderModels.replaceChildren(h('p.field-help', { role: 'status' }, 'Asking…'));
  let shown;
  try {
    shown = trainableList(await call('trainable', { server }));
  } catch (error) {
    shown = [problemText(error instanceof Refused ? error.message : 'The program does not answer.')];
  }
  button.disabled = false;
  if (mine !== order.going) return;
  orderModels.replaceChildren(...shown);
  forgetOffer();
}

function trainableList(found) {
  const row = (model, i) => choiceRow('radio', 'model', model.source, model.model, model.words, { disabled: model.closed, checked: !i && !model.closed, tag: model.closed ? 'closed' : '', methods: model.methods.join(' ') });
  return [found.problem ? h('p.field-help', {}, `${found.problem} These are the models that are known without asking.`) : null, ...found.models.map(row),
    found.models.length ? null : h('p.field-help', {}, 'The server lists no models.'), found.age ? h('p.field-help', {}, found.age) : null].filter(Boolean);
}

function howStep() {
  const row = ([method, [label, help]], i) => choiceRow('radio', 'method', method, label, help, { checked: !i });
  return h('fieldset.step', {}, h('legend', {}, '3. What it learns from'), h('div.choices', {}, ...Object.entries(METHODS).map(row)));
}

function maskStep() {
  const row = ([kind, words]) => h('label.check', {}, h('input', { type: 'checkbox', name: 'mask', value: kind }), words);
  return h('fieldset.step', {}, h('legend', {}, '4. What to mask'), h('p.field-help', {}, 'What is found of these leaves as [mail], [phone] and so on. Names and postal addresses of people are not found.'),
    h('div.checks', {}, ...Object.entries(order.kinds).map(row)));
}

function settingsStep() {
  const row = ([name, label, step]) => h('label.setting', {}, label, h('input.number', { type: 'number', name, min: step, step: 'any', placeholder: 'auto' }));
  return h('details.step', {}, h('summary', {}, 'Settings for a second run'), h('p.field-help', {}, 'Leave them empty at first: the provider knows its models. After a run, its curves say what to raise or lower.'),
    h('div.settings-grid', {}, ...SETTINGS.map(row)));
}

function choiceRow(type, name, value, label, help, { disabled = false, checked = false, tag = '', methods = '' } = {}) {
  const input = h('input', { type, name, value, disabled, checked, data: { methods } });
  if (name === 'model') input.addEventListener('change', () => fitMethods(input.form));
  return h('label.choice', {}, input, h('span.choice-text', {}, h('strong', {}, label, tag ? h('span.tag', {}, tag) : null), h('span.field-help', {}, help)));
}

/** Only methods that the chosen model is trained with. */
function fitMethods(form) {
  const model = form.querySelector('input[name=model]:checked');
  const known = model ? model.dataset.methods.split(' ') : Object.keys(METHODS);
  for (const input of form.querySelectorAll('input[name=method]')) {
    input.disabled = !known.includes(input.value);
    if (input.disabled && input.checked) input.checked = false;
  }
  const first = form.querySelector('input[name=method]:not(:disabled)');
  if (first && !form.querySelector('input[name=method]:checked')) first.checked = true;
}

function wantedOf(form) {
  const data = new FormData(form);
  const settings = Object.fromEntries(SETTINGS.map(([name]) => [name, data.get(name)]).filter(([, value]) => value).map(([name, value]) => [name, Number(value)]));
  return { model: data.get('model') || '', method: data.get('method') || '', mask: data.getAll('mask'), settings, unchecked: order.unchecked === true };
}

function forgetOffer() {
  order.going += 1;
  order.unchecked = false;
  if (order.offer) orderReport.replaceChildren(h('p.nothing', {}, 'You changed something above. Look again.'));
  order.offer = null;
}

// -- what would happen -------------------------------------------------------------------------------------------------

async function lookFirst(form) {
  const wanted = wantedOf(form), mine = ++order.going;
  if (!wanted.model) { orderReport.replaceChildren(problemText('Choose a model first.')); return; }
  orderReport.replaceChildren(h('p.faint', { role: 'status' }, 'Looking at the data and asking the provider. Nothing is sent…'));
  let offer;
  try {
    offer = await call('preflight', wanted);
  } catch (error) {
    if (mine === order.going) orderReport.replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
    return;
  }
  if (mine !== order.going) return;
  order.offer = offer;
  orderReport.replaceChildren(offerParts(offer, wanted, form));
  orderReport.focus({ preventScroll: true });
  orderReport.scrollIntoView({ block: 'start' });
}

function offerParts(offer, wanted, form) {
  return h('section.part', { 'aria-labelledby': 'offer-title' }, h('h2', { id: 'offer-title' }, offer.may_go_on ? 'This would happen' : 'This cannot go on yet'),
    offer.may_go_on ? null : refusalCard(offer, form),
    h('div.facts-row', {}, offerFact('Price', offer.price || 'not known', offer.epochs.length ? 'more epochs cost more, see below' : 'ask the provider'),
      offerFact('Lives', offer.days_left === null ? 'not known' : plural(Math.max(0, offer.days_left), 'day'), offer.days_left === null ? 'no shutdown date is known' : 'this model is shut down then'),
      offerFact('Goes to', offer.host, offer.here ? 'this machine' : 'leaves this machine')),
    h('div.card', {}, h('h3', {}, 'What is sent'), filesTable(offer), h('p.field-help', {}, `Nothing else leaves, and the files can be deleted there. Tokens are ${offer.counted}.`), linesFold(offer)),
    personalCard(offer), priceCard(offer), findingsCard(offer),
    h('ul.remarks', {}, ...offer.remarks.map((words) => h('li', {}, words))),
    offer.may_go_on ? agreeCard(offer, wanted) : null);
}

function offerFact(name, value, help) {
  return h('div.fact.card', {}, h('span.field-help', {}, name), h('strong', {}, value), h('span.field-help', {}, help));
}

function refusalCard(offer, form) {
  const faults = offer.findings.filter((finding) => finding.stops).slice(0, 5).map((finding) => `${whereOf(finding)}: ${finding.wrong} ${finding.fix}`);
  const agree = h('button.secondary.small', { type: 'button', on: { click: () => { order.unchecked = true; lookFirst(form); } } }, 'Send it without that search');
  return h('div.card.finding', { role: 'alert' }, h('div.inline', {}, svg('alert'), h('strong', {}, 'Nothing can be sent, because')),
    h('ul.remarks', {}, ...[...offer.stops, ...faults].map((words) => h('li', {}, words))), offer.searched || order.unchecked ? null : h('div', {}, agree));
}

function filesTable(offer) {
  return cardTable('Files', ['File', 'Lines', 'Bytes', 'Tokens', 'Personal data'], offer.files.map((file) => [
    h('code', {}, file.name), file.lines.toLocaleString('en'), file.bytes.toLocaleString('en'), `about ${file.tokens.toLocaleString('en')}`, offer.searched ? file.personal || 'none found' : 'not looked for']));
}

function personalCard(offer) {
  const found = offer.kinds.filter((kind) => kind.found);
  const masked = offer.kinds.filter((kind) => kind.masked).map((kind) => kind.words);
  if (!found.length && !masked.length) return null;
  return h('div.card', {}, h('h3', {}, 'Personal data'), found.length ? h('p', {}, `Still in it: ${found.map((kind) => `${kind.words} (${kind.found})`).join(', ')}. Tick them under “What to mask”, and look again.`) : null,
    masked.length ? h('p', {}, `Masked: ${masked.join(', ')}.`) : null);
}

function priceCard(offer) {
  return h('div.card', {}, h('h3', {}, 'Price'), h('p', {}, offer.price_words),
    offer.epochs.length ? h('dl.facts.prices', {}, ...offer.epochs.flatMap(([words, price]) => [h('dt', {}, words), h('dd', {}, price)])) : null);
}

function findingsCard(offer) {
  if (!offer.findings.length) return null;
  return h('div.card', {}, h('h3', {}, 'What was found in the lines'), h('ul.checked', {}, ...offer.findings.map((finding) => h('li', {}, svg(finding.stops ? 'close' : 'alert'), h('div', {},
    h('strong', {}, whereOf(finding)), ' ', spoken(finding.stops ? 'stops it: ' : 'a warning: '), finding.wrong, h('span.field-help', {}, ` ${finding.fix}`))))),
    offer.more ? h('p.faint', {}, `and ${plural(offer.more, 'more finding')}`) : null);
}

function whereOf(finding) {
  return finding.line === null ? finding.file : `${finding.file}, line ${finding.line}`;
}

// -- the very lines ----------------------------------------------------------------------------------------------------

function linesFold(offer) {
  const box = h('div.lines-box');
  const details = h('details', {}, h('summary', {}, 'Read the very lines'), box);
  details.addEventListener('toggle', () => { if (details.open && !box.children.length && offer.files.length) showLines(box, offer, offer.files[0].name, 0); });
  return details;
}

async function showLines(box, offer, file, start) {
  const page = await attempt('preflight_lines', { agreement: offer.agreement, file, start });
  if (page === undefined) return;
  const last = page.start + page.lines.length;
  const go = (text, to, off) => h('button.secondary.small', { type: 'button', disabled: off, on: { click: () => showLines(box, offer, file, to) } }, text);
  const tabs = offer.files.map((each) => h('button.tag', { type: 'button', 'aria-pressed': each.name === file, on: { click: () => showLines(box, offer, each.name, 0) } }, each.name));
  const reading = box.contains(document.activeElement);
  box.replaceChildren(h('div.inline', {}, ...(tabs.length > 1 ? tabs : [])),
    h('ol.lines', { start: page.start + 1 }, ...page.lines.map((line) => h('li', {}, h('pre', { tabIndex: 0 }, line)))),
    h('div.inline', {}, go('Before', Math.max(0, page.start - page.lines.length), page.start === 0), go('Next', last, last >= page.total), h('span.faint', { role: 'status' }, `lines ${page.start + 1} to ${last} of ${page.total} of ${file}`)));
  if (reading) (box.querySelector('button.secondary:not(:disabled)') || box).focus({ preventScroll: true });
}

// -- yes ---------------------------------------------------------------------------------------------------------------

function agreeCard(offer, wanted) {
  const files = offer.files.map((file) => `${file.name} (${plural(file.lines, 'line')}, ${plural(file.bytes, 'byte')})`).join(' and ');
  const price = offer.price ? `It costs ${offer.price}, paid to the provider.` : 'The price is not known here.';
  const button = h('button.primary', { type: 'button', on: { click: () => agree(button, offer, wanted) } }, 'Send this and pay for it');
  return h('div.card.agree', {}, h('p', {}, `${files} ${offer.files.length > 1 ? 'go' : 'goes'} to `, h('strong', {}, offer.host), `, which trains ${offer.model}. ${price}`), h('div.row-end', {}, button));
}

async function agree(button, offer, wanted) {
  button.disabled = true;
  const job = await attempt('order', { ...wanted, agreement: offer.agreement });
  button.disabled = false;
  if (job === undefined) return;
  forgetOffer();
  openLearner(job.model);
}
