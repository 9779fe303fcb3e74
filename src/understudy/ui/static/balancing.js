// "Balance…" on the Curate page: how a view is spread, as bars with numbers, and what training does about it.

const COUNTED_BY = { kind: 'Kind', label: 'Rating', topic: 'Topic', source: 'Source', author: 'Person' };
const BY_FILTER = { kind: 'kinds', label: 'labels', topic: 'topics', source: 'versions', author: 'authors' };
const BALANCES = {
  automatic: ['Automatic', 'Only what drowns the rest weighs less: a kind or a topic that is more than two thirds.'],
  weights: ['Class weights', 'Every group counts the same. One example weighs between 0.2 and 5.'],
  over: ['Repeat the few', 'Small groups are seen more often, up to ten times.'],
  under: ['Leave out of the many', 'Large groups are cut to the smallest one. A correction itself always trains; wordings, votes and thumbs give way.'],
  none: ['Nothing', 'Everything counts as it comes.'],
};
const BARS = 25;

async function openBalance() {
  const told = await attempt('balance', { filter: desk.filter, by: 'kind' });
  if (told === undefined) return;
  if (!told.counted.total) { toast('There is nothing in this view to balance.'); return; }
  const work = { filter: { ...desk.filter }, words: viewWords(), told, by: 'kind', how: told.plan.how };
  openDialog('balance', 'Balance', (dialog) => {
    work.dialog = dialog;
    work.body = h('div.exchange');
    drawBalance(work);
    return work.body;
  }, { wide: true });
}

async function countBy(work, by) {
  dialogStatus(work.dialog, 'Counting…');
  const told = await attempt('balance', { filter: work.filter, by });
  dialogStatus(work.dialog, '');
  if (told === undefined) return;
  Object.assign(work, { told, by });
  drawBalance(work);
  work.body.querySelector('#balance-by').focus({ preventScroll: true });
}

function drawBalance(work) {
  const { counted, plan, synthetic } = work.told;
  const by = h('select', { id: 'balance-by', autofocus: '' }, ...Object.entries(COUNTED_BY).map(([value, text]) => h('option', { value }, text)));
  by.value = work.by;
  by.addEventListener('change', () => countBy(work, by.value));
  const made = synthetic.waiting + synthetic.approved + synthetic.rejected;
  work.body.replaceChildren(...[
    h('p', {}, h('strong', {}, plural(counted.total, 'item')), `: ${work.words}. Rejected ones are not counted. ${evenWords(counted)}`),
    h('section', {}, h('label.field-label', { for: by.id }, 'Count by'), by),
    drawGroups(work, counted.groups.slice(0, BARS), true),
    counted.groups.length > BARS ? h('details', {}, h('summary', {}, `${(counted.groups.length - BARS).toLocaleString('en')} smaller groups`), drawGroups(work, counted.groups.slice(BARS), false)) : null,
    made ? h('p.field-help', {}, `Besides, there are synthetic wordings of questions: ${synthetic.approved.toLocaleString('en')} approved, ${synthetic.waiting.toLocaleString('en')} waiting. They are not among these.`) : null,
    drawPlan(work, plan)].filter(Boolean));
}

function evenWords(counted) {
  if (counted.groups.length < 2) return 'All are of one group, so there is nothing to even out.';
  return counted.ratio > 1 ? `The largest group is ${counted.ratio.toLocaleString('en', { maximumFractionDigits: 1 })} times the smallest.` : 'All groups are the same size.';
}

function groupName(by, name) {
  return name === '' ? { topic: 'no topic', label: 'no rating', author: 'nobody named' }[by] || 'none' : facetName(BY_FILTER[by], name);
}

function drawGroups(work, groups, head) {
  const most = work.told.counted.groups[0]?.count || 1;
  const columns = ['Group', '', 'Items', 'Share', 'Weight', 'Times', 'Kept'];
  const titles = { Weight: 'What each would weigh with class weights', Times: 'How often each would be seen if the few are repeated', Kept: 'How many would stay if the many are cut' };
  const row = (group) => {
    const name = groupName(work.by, group.name);
    const shown = group.name === '' ? name : h('button.link', { type: 'button', title: 'Show these', on: { click: () => showGroup(work, group.name) } }, name);
    return h('tr', {}, h('th', { scope: 'row' }, shown), h('td.bar-cell', {}, h('span.bar-of', { style: `width: ${Math.max(1, 100 * group.count / most)}%` })),
      ...[group.count.toLocaleString('en'), `${(100 * group.share).toFixed(group.share < 0.01 ? 1 : 0)} %`, `${group.weight.toFixed(2)}`, `${group.copies.toFixed(1)}`, group.kept.toLocaleString('en')].map((text, i) => h('td', i > 1 ? { data: { plan: columns[i + 2] } } : {}, text)));
  };
  return h('div.bars-box', { tabIndex: 0, role: 'region', 'aria-label': head ? 'Groups' : 'Smaller groups' }, h('table.bars', {}, h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col', title: titles[name] }, name || spoken('Bar'))))), h('tbody', {}, ...groups.map(row))));
}

function showGroup(work, name) {
  work.dialog.close();
  desk.filter = { ...work.filter, [BY_FILTER[work.by]]: [name] };
  loadDesk();
}

// -- the plan ----------------------------------------------------------------------------------------------------------

function planWords(plan) {
  const [name] = BALANCES[plan.how];
  const by = ['automatic', 'none'].includes(plan.how) ? '' : `, by ${COUNTED_BY[plan.by].toLowerCase()}`;
  return `${name}${by}${plan.author ? `, chosen by ${plan.author}` : ''}`;
}

function drawPlan(work, plan) {
  const choice = ([how, [title, help]]) => h('label.choice', {}, h('input', { type: 'radio', name: 'balance', value: how, checked: work.how === how, on: { change: () => { work.how = how; drawUse(); } } }),
    h('span.choice-text', {}, h('strong', {}, title), h('span.field-help', {}, help)));
  const button = h('button.primary', { type: 'button', on: { click: () => choosePlan(work, { how: work.how, by: work.by }) } });
  const drawUse = () => {
    const groups = !['automatic', 'none'].includes(work.how);
    button.textContent = groups ? `Train with this, by ${COUNTED_BY[work.by].toLowerCase()}` : 'Train with this';
    button.disabled = work.how === plan.how && (!groups || work.by === plan.by);
  };
  drawUse();
  return h('div.exchange', {}, h('fieldset.step', {}, h('legend', {}, 'What training does about it'),
    h('p.plan-said', { tabIndex: -1, data: { part: 'plan' } }, h('strong', {}, 'Now: '), planWords(plan), '. ', work.before ? h('button.link', { type: 'button', on: { click: () => choosePlan(work, work.before) } }, `Back to: ${planWords(work.before)}`) : null, work.before ? ' ' : '', h('span.faint', {}, 'A run counts again, over all that it learns from, and its report says what came of it.')),
    h('div.choices', {}, ...Object.entries(BALANCES).map(choice))), h('div.row-end', {}, button));
}

/** Choose it from the next run on; what was chosen before is one click away. */
async function choosePlan(work, wanted) {
  const before = work.told.plan;
  const plan = await attempt('balance_choose', { how: wanted.how, by: wanted.by, author: deskAuthor() });
  if (plan === undefined) return;
  work.before = wanted === work.before ? null : before;
  Object.assign(work, { how: plan.how, told: { ...work.told, plan } });
  drawBalance(work);
  const said = work.body.querySelector('[data-part=plan]');
  said.scrollIntoView({ block: 'nearest' });
  said.focus({ preventScroll: true });
  say(`From the next run on: ${planWords(plan)}.`);
}
