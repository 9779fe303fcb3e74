// The versions as a tree, newest first: one line from the live version down to the base, with branches for what did
// not pass or was rolled back from. Each tells whether it learned, question by question.

function drawVersions() {
  const { versions, champion } = learning.view;
  return h('section.part', { 'aria-labelledby': 'versions-title' }, h('h2', { id: 'versions-title' }, 'Versions'),
    versions.length ? null : h('p.nothing', {}, 'No version yet. The first one is made when a correction is learned.'),
    h('ol.tree', {}, ...versions.map(versionRow), baseRow(champion)));
}

function versionRow(version) {
  const key = `v${version.number}`;
  const row = h('li.version', { data: { number: String(version.number) } },
    h('div.version-head', {}, h('h3', {}, version.name === key ? key : `${key} · ${version.name}`),
      version.live ? h('span.tag.accent', {}, svg('check'), 'live') : null, versionTag(version),
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
  return [learned, outcome, version.note].filter(Boolean).join(' ');
}

function versionTools(version, key) {
  const off = learning.trainable ? '' : 'This program was started without a trainer.';
  const tool = (act, text, why, label) => h('button.secondary.small', { type: 'button', act, disabled: Boolean(why), title: why || undefined, 'aria-label': label, data: { value: String(version.number) } }, text);
  const gone = version.removed ? `${key} was deleted.` : '';
  return [
    version.live ? tool('roll-back', 'Roll back', off, `Roll back from ${key}`) : tool('promote', 'Promote', off || version.refusal, `Promote ${key}`),
    tool('compare-version', 'Compare in chat', gone, `Compare ${key} with the base in chat`),
    tool('remove-version', 'Delete', off || gone || (version.live ? `${key} is live. Roll back first.` : ''), `Delete ${key}`),
    version.judged !== null || version.passed !== null ? unfoldButton(key, 'Did it learn?', `Did ${key} learn?`) : null,
  ];
}

function baseRow(champion) {
  const off = learning.trainable ? '' : 'This program was started without a trainer.';
  const row = h('li.version', { data: { number: '0' } },
    h('div.version-head', {}, h('h3', {}, 'base'), champion === 0 ? h('span.tag.accent', {}, svg('check'), 'live') : null, h('span.faint', {}, `${learning.view.model}, as it came`)),
    champion === 0 ? null : h('div.version-tools', {}, h('button.secondary.small', { type: 'button', act: 'promote', disabled: Boolean(off), title: off || undefined, data: { value: '0' } }, 'Go back to the base')));
  if (champion === 0) row.classList.add('live');
  return row;
}

actions.promote = (button) => decide('promote', { number: Number(button.dataset.value) });
actions['roll-back'] = () => decide('roll_back');

actions['compare-version'] = async (button) => {
  const view = await attempt('compare', { number: Number(button.dataset.value) });
  if (view === undefined) return;
  await refreshChoices();
  switchTo(view);
  refreshList();
  focusComposer();
};

actions['remove-version'] = (button) => {
  const number = Number(button.dataset.value);
  openDialog('remove-version', `Delete v${number}?`, (dialog) => {
    const remove = async () => { dialog.close(); if (await decide('remove_version', { number })) toast(`v${number} was deleted.`); };
    return [h('p', {}, 'Its folder is removed from this machine. Its line and what it learned stay on this page; its corrections stay remembered.'),
      h('div.row-end', {}, h('button.secondary', { type: 'button', act: 'close-dialog', autofocus: '' }, 'Keep it'), h('button.primary.danger', { type: 'button', on: { click: remove } }, 'Delete'))];
  });
};

// -- did it learn? -----------------------------------------------------------------------------------------------------

function versionReport(report) {
  const right = report.rows.filter((row) => row.outcome === 'learned').length;
  return h('div.unfolded', {},
    report.sentence ? h('p', {}, report.sentence) : null,
    report.rules.length ? h('ul.rules', {}, ...report.rules.map((rule) => h('li', { data: { passed: String(rule.passed) } }, svg(rule.passed ? 'check' : 'close'), spoken(rule.passed ? 'held: ' : 'broken: '), rule.words))) : null,
    report.metrics.length ? metricTable(report.metrics) : null,
    report.rows.length ? verdictTable(report.rows) : h('p.faint', {}, 'No correction was judged.'),
    report.more ? h('p.faint', {}, `and ${plural(report.more, 'more correction')}, all as well as the last of these ${right}`) : null);
}

function metricTable(metrics) {
  let group = '';
  const rows = metrics.flatMap((metric) => {
    const head = metric.group === group ? [] : [h('tr.group', {}, h('th', { colspan: 5, scope: 'colgroup' }, metric.group))];
    group = metric.group;
    return [...head, h('tr', {}, h('th', { scope: 'row' }, metric.label, metric.n ? h('span.faint', {}, ` of ${metric.n.toLocaleString('en')}`) : null),
      h('td', {}, h('strong', {}, metric.value)), h('td', {}, metric.between || '–'), h('td', {}, metric.champion || '–'), h('td', {}, metric.base || '–'))];
  });
  return h('div.table-scroll', { tabIndex: 0, role: 'group', 'aria-label': 'Metrics' }, h('table.metrics', {},
    h('thead', {}, h('tr', {}, ...['Measured', 'This version', '95 % between', 'Before', 'Base'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...rows)));
}

const OUTCOMES = { learned: 'check', 'not learned': 'close', deleted: 'trash' };
const VERDICT_COLUMNS = ['Question', 'Before', 'Wanted', 'After', 'Verdict'];

/** A table on a desk, cards on a phone; the roles keep it a table for a screen reader either way. */
function verdictTable(rows) {
  const cells = (row) => [row.question || (row.outcome === 'deleted' ? 'Deleted since' : 'Taken back since'), row.before, row.wanted, row.after];
  return h('table.verdicts', { role: 'table', 'aria-label': 'Did it learn?' },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...VERDICT_COLUMNS.map((name) => h('th', { role: 'columnheader', scope: 'col' }, name)))),
    h('tbody', { role: 'rowgroup' }, ...rows.map((row) => h('tr', { role: 'row', data: { outcome: row.outcome } },
      ...cells(row).map((text, i) => h('td', { role: 'cell', data: { name: VERDICT_COLUMNS[i] } }, text || '–')),
      h('td', { role: 'cell', data: { name: 'Verdict' } }, h('span.outcome', {}, svg(OUTCOMES[row.outcome]), row.outcome), row.reason ? h('span.field-help', {}, row.reason) : null)))));
}
