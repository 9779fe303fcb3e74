// The versions as a tree, newest first: one line from the live version down to the base, with branches for what did
// not pass or was rolled back from. Each tells whether it learned, question by question.

function drawVersions() {
  const { versions, champion } = learning.view;
  return h('section.part', { tabIndex: -1, 'aria-labelledby': 'versions-title' }, h('h2', { id: 'versions-title' }, 'Versions'),
    versions.length ? null : h('p.nothing', {}, `No version yet. The first one is made when ${state.learner ? 'a job is done' : 'a correction is learned'}.`),
    h('ol.tree', {}, ...versions.map(versionRow), baseRow(champion)));
}

function versionRow(version) {
  const key = `v${version.number}`;
  const row = h('li.version', { data: { number: String(version.number) } },
    h('div.version-head', {}, h('h3', {}, version.name === key ? key : `${key} · ${version.name}`),
      version.live ? h('span.tag.accent', {}, svg('check'), 'live') : null, version.person ? h('span.tag', {}, `${version.person}’s own`) : null, versionTag(version),
      h('span.faint', {}, [version.parent ? `from v${version.parent}` : 'from the base', moment(version.created)].filter(Boolean).join(' · '))),
    h('p.version-words', {}, versionWords(version)),
    h('div.version-tools', {}, ...versionTools(version, key)));
  if (version.live) row.classList.add('live');
  if (!version.on_line) row.classList.add('branch');
  if (version.removed) row.classList.add('removed');
  const report = unfolded.get(key);
  if (report) row.append(versionReport(report));
  return row;
}

function versionTag(version) {
  if (version.removed) return h('span.tag', {}, 'deleted');
  if (version.passed === null) return null;
  return version.passed ? h('span.tag', {}, svg('check'), 'passed') : h('span.tag.warn', {}, svg('alert'), 'not promoted');
}

function versionWords(version) {
  const learned = version.judged === null ? '' : `Learned ${version.learned} of ${plural(version.judged, 'correction')}.`;
  const outcome = version.passed ? '' : version.words.charAt(0).toUpperCase() + version.words.slice(1).replace(/([^.!?])$/, '$1.');
  const warning = version.warning ? `Read before you rely on it: ${version.warning}` : '';
  const note = version.judged === null ? version.note.replace(/^./, (first) => first.toUpperCase()).replace(/([^.!?])$/, '$1.') : '';
  return [learned, outcome, warning, note].filter(Boolean).join(' ');
}

function versionTools(version, key) {
  const tool = (act, text, why, label) => h('button.secondary.small', { type: 'button', act, disabled: Boolean(why), title: why || undefined, 'aria-label': label, data: { value: String(version.number) } }, text);
  const gone = version.removed ? `${key} was deleted.` : '';
  const others = gone || (version.person ? version.refusal : '');
  return [
    version.live ? tool('roll-back', 'Roll back', '', `Roll back from ${key}`)
      : version.passed === false ? tool('promote-anyway', 'Promote anyway', version.refusal, `Promote ${key} anyway`)
      : tool('promote', 'Promote', version.refusal, `Promote ${key}`),
    tool('compare-version', 'Compare in chat', others, `Compare ${key} with the base in chat`),
    tool('export-version', 'Export…', gone || (state.learner ? 'Its weights are at its provider.' : ''), `Export ${key} for another program`),
    tool('remove-version', 'Delete', gone || (version.live ? `${key} is live. Roll back first.` : ''), `Delete ${key}`),
    version.judged !== null || version.passed !== null ? unfoldButton(key, 'Did it learn?', `Did ${key} learn?`) : null,
  ];
}

function baseRow(champion) {
  const row = h('li.version', { data: { number: '0' } },
    h('div.version-head', {}, h('h3', {}, 'base'), champion === 0 ? h('span.tag.accent', {}, svg('check'), 'live') : null, h('span.faint', {}, `${learning.view.model}, as it came`)),
    champion === 0 ? null : h('div.version-tools', {}, h('button.secondary.small', { type: 'button', act: 'promote', data: { value: '0' } }, 'Go back to the base')));
  if (champion === 0) row.classList.add('live');
  return row;
}

actions.promote = (button) => {
  const number = Number(button.dataset.value);
  const version = learning.view.versions.find((version) => version.number === number);
  if (!version || !version.warning) return decide('promote', { number });
  return confirmVersion(`Promote v${number}?`, `${version.warning} “Did it learn?” shows them. You can roll back at any time.`, 'Promote', () => decide('promote', { number }));
};
actions['roll-back'] = () => decide('roll_back');

actions['compare-version'] = async (button) => {
  const view = await attempt('compare', { number: Number(button.dataset.value), model: state.learner });
  if (view === undefined) return;
  await refreshChoices();
  switchTo(view);
  refreshList();
  focusComposer();
};

actions['promote-anyway'] = (button) => {
  const number = Number(button.dataset.value);
  const version = learning.view.versions.find((version) => version.number === number);
  confirmVersion(`Promote v${number} anyway?`, `It was ${version.words}${/[.!?]$/.test(version.words) ? '' : '.'} You can roll back at any time.`, 'Promote anyway', () => decide('promote', { number, anyway: true }));
};

actions['remove-version'] = (button) => {
  const number = Number(button.dataset.value);
  const said = 'Its folder is removed from this machine. Its line and what it learned stay on this page, and every correction stays remembered.';
  confirmVersion(`Delete v${number}?`, said, 'Delete', async () => { if (await decide('remove_version', { number })) toast(`v${number} was deleted.`); });
};

/** What cannot be taken back, or should not happen by a slip, is asked for twice. */
function confirmVersion(title, said, word, run) {
  openDialog('confirm-version', title, (dialog) => [h('p', {}, said),
    h('div.row-end', {}, h('button.secondary', { type: 'button', act: 'close-dialog', autofocus: '' }, 'Leave it'),
      h('button.primary.danger', { type: 'button', on: { click: () => { dialog.close(); run(); } } }, word))]);
}

// -- did it learn? -----------------------------------------------------------------------------------------------------

function versionReport(report) {
  return h('div.unfolded', {},
    report.sentence && !report.rules.length ? h('p', {}, report.sentence) : null,
    report.rules.length ? h('ul.rules', {}, ...report.rules.map((rule) => ruleRow(rule))) : null,
    report.metrics.length ? metricTable(report.metrics) : null,
    report.rows.length ? verdictTable(report.rows) : h('p.faint', {}, 'No correction was judged.'),
    formsFold(`v${report.number}`, report.rows),
    report.more ? h('p.faint', {}, `and ${plural(report.more, 'more correction')}`) : null,
    report.changed.length ? h('h4', {}, 'Unrelated answers that changed') : null,
    report.changed.length ? cardTable('Unrelated answers that changed', ['Question', 'Base', 'This version'], report.changed.map((change) => [change.question, change.before, change.after])) : null,
    report.beside.length ? h('h4', {}, 'Answers that changed near what was taught') : null,
    report.beside.length ? cardTable('Answers that changed near what was taught', ['Question', 'Base', 'This version'], report.beside.map((change) => [change.question, change.before, change.after])) : null,
    ...report.notes.map((note) => h('p.field-help', {}, note)),
    recipeFold(`v${report.number}`, report.recipe));
}

function ruleRow(rule) {
  const [icon, said] = rule.warns ? ['alert', 'held, but read: '] : rule.passed ? ['check', 'held: '] : ['close', 'broken: '];
  return h('li', { data: { passed: String(rule.passed && !rule.warns) } }, svg(icon), spoken(said), rule.words);
}

function metricTable(metrics) {
  let group = '';
  const rows = metrics.flatMap((metric) => {
    const head = metric.group === group ? [] : [h('tr.group', { role: 'row' }, h('th', { role: 'columnheader', colspan: 5, scope: 'colgroup' }, metric.group))];
    group = metric.group;
    const name = h('th', { role: 'rowheader', scope: 'row' }, metric.label, metric.n ? h('span.faint', {}, ` of ${metric.n.toLocaleString('en')}`) : null);
    return [...head, h('tr', { role: 'row' }, name, ...[h('strong', {}, metric.value), metric.between || '–', metric.champion || '–', metric.base || '–'].map((value) => h('td', { role: 'cell' }, value)))];
  });
  return h('table.metrics', { role: 'table', 'aria-label': 'Metrics' }, tableHead(['Measured', 'This version', '95 % between', 'Before', 'Base']), h('tbody', { role: 'rowgroup' }, ...rows));
}

const OUTCOMES = { learned: 'check', 'not learned': 'close', deleted: 'trash' };

function verdictTable(rows) {
  return cardTable('Did it learn?', ['Question', 'Before', 'Wanted', 'After', 'Verdict'], rows.map((row) => [
    row.question || (row.outcome === 'deleted' ? 'Deleted since' : 'Taken back since'), row.before, row.wanted, row.after,
    h('span.verdict-cell', {}, h('span.outcome', { data: { outcome: row.outcome } }, svg(OUTCOMES[row.outcome]), row.outcome), row.reason ? h('span.field-help', {}, row.reason) : null)]));
}

/** In which other words each correction was trained: made by rules, or written by the base. */
function formsFold(key, rows) {
  const asked = rows.filter((row) => row.forms.length);
  if (!asked.length) return null;
  return fold(`${key} forms`, 'Asked in other words', () => h('div', {},
    h('p.field-help', {}, 'Each question was trained in these forms too.'),
    h('ul.forms', {}, ...asked.map((row) => h('li', {}, row.question,
      h('ul', {}, ...row.forms.map((form) => h('li', {}, form.text, form.by_model ? h('span.tag', {}, 'by the base') : null))))))));
}

/** A table on a desk, cards on a phone; the roles keep it a table for a screen reader either way. */
function cardTable(title, names, rows) {
  return h('table.cards', { role: 'table', 'aria-label': title }, tableHead(names),
    h('tbody', { role: 'rowgroup' }, ...rows.map((cells) => h('tr', { role: 'row' }, ...cells.map((cell, i) => h('td', { role: 'cell', data: { name: names[i] } }, cell || '–'))))));
}

function tableHead(names) {
  return h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...names.map((name) => h('th', { role: 'columnheader', scope: 'col' }, name))));
}
