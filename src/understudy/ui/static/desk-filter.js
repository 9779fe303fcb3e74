// What the list shows: filters, saved views, and changes to all that a filter shows.

const FACETS = { kinds: 'Kind', labels: 'Rating', topics: 'Topic', tags: 'Tag', authors: 'Said by', versions: 'Version', persons: 'Own understudy of' };

function facetName(field, value) {
  if (field === 'kinds') return ITEM_KINDS[value] || value;
  if (field === 'labels') return ITEM_LABELS[value] || value;
  if (!value) return 'none';
  return field === 'versions' ? value.replace('@0', ' base').replace('@', ' v') : value;
}

const partNames = new Map();  // what the Explore page calls a part, by the filter that shows it
const FILTERED_TEXTS = { question: 'question', answer: 'answer', said: 'comment or correction' };

/** The filter in words, a phrase each. */
function filterWords(filter = desk.filter) {
  const words = Object.keys(FACETS).filter((field) => filter[field]?.length).map((field) => `${FACETS[field].toLowerCase()} ${filter[field].map((value) => facetName(field, value)).join(' or ')}`);
  if (filter.since) words.push(`from ${momentWords(filter.since)}`);
  if (filter.until) words.push(`before ${momentWords(filter.until)}`);
  if (filter.disputed) words.push('raters disagree');
  if (filter.within && filter.text) words.push(`words in the ${FILTERED_TEXTS[filter.within]}`);
  if (filter.length) words.push(lengthWords(...filter.length.split(':')));
  if (filter.part) words.push(partNames.get(filter.part) || 'a part of what was explored');
  if (filter.synthetic) words.push('with synthetic wordings');
  if (filter.shared) words.push('for everyone');
  return words;
}

/** A day, a month, or an hour as the Explore page counts by it. */
function momentWords(moment) {
  return moment.length === 13 ? `${moment.replace('T', ' ')}:00` : moment.slice(0, 10);
}

function lengthWords(what, least, below) {
  const ends = below ? `${Number(least).toLocaleString('en')} to ${(below - 1).toLocaleString('en')}` : `${Number(least).toLocaleString('en')} or more`;
  return `${FILTERED_TEXTS[what]} of ${ends} characters`;
}

/** What the filter dialog and the menu of views work on: the page that is shown, with its `filter` and `load`. */
function filtered() {
  return atExplore() ? explore : desk;
}

actions['desk-filter'] = () => openDialog('desk-filter', 'Filter', (dialog) => {
  const { facets } = desk.overview, place = filtered();
  const boxes = Object.keys(FACETS).filter((field) => Object.keys(facets[field]).length).map((field) => h('section', {}, h('h3', {}, FACETS[field]), h('div.desk-boxes', {},
    ...Object.entries(facets[field]).slice(0, 40).map(([value, count]) => h('label', {}, h('input', { type: 'checkbox', checked: Boolean(place.filter[field]?.includes(value)), data: { field, value } }), facetName(field, value), h('span.faint', {}, count.toLocaleString('en')))))));
  const day = (name, label) => h('label.desk-day', {}, label, h('input', { type: 'date', value: (place.filter[name] || '').slice(0, 10), data: { day: name } }));
  const disputed = h('input', { type: 'checkbox', checked: Boolean(place.filter.disputed) });
  const synthetic = h('input', { type: 'checkbox', checked: Boolean(place.filter.synthetic) });
  const apply = () => {
    for (const field of Object.keys(FACETS)) {
      const chosen = [...dialog.querySelectorAll(`[data-field=${field}]`)].filter((box) => box.checked).map((box) => box.dataset.value);
      if (chosen.length) place.filter[field] = chosen;
      else delete place.filter[field];
    }
    for (const input of dialog.querySelectorAll('[data-day]')) {
      if (input.value) place.filter[input.dataset.day] = input.value;
      else delete place.filter[input.dataset.day];
    }
    if (disputed.checked) place.filter.disputed = true;
    else delete place.filter.disputed;
    if (synthetic.checked) place.filter.synthetic = true;
    else delete place.filter.synthetic;
    dialog.close();
    place.load();
  };
  return [...boxes, h('section', {}, h('h3', {}, 'Date'), h('div.inline', {}, day('since', 'From'), day('until', 'Before'))),
    h('label.inline', {}, disputed, 'Only where raters disagree'), h('label.inline', {}, synthetic, 'Only with synthetic wordings of the question'),
    h('div.row-end', {}, h('button.quiet', { type: 'button', on: { click: () => { dialog.close(); place.filter = {}; place.load(); } } }, 'Clear'), h('button.primary.small', { type: 'button', on: { click: apply } }, 'Show'))];
}, { wide: true });

actions['desk-views'] = (button) => openMenu(button, [
  ...desk.overview.views.map((view) => ({ label: view.name, icon: 'bookmark', run: () => { const place = filtered(); place.filter = { ...view.filter }; place.load(); } })),
  { label: 'Save this filter…', icon: 'plus', run: saveView },
  ...desk.overview.views.map((view) => ({ label: `Remove ${view.name}`, icon: 'trash', danger: true, run: () => removeView(view) })),
], 'Saved views');

function saveView() {
  if (filtered().filter.part) { toast('Found topics change when they are computed anew. Give these items a topic of their own, then save that.', { seconds: 6 }); return; }
  openDialog('desk-view', 'Save this filter', (dialog) => {
    const name = h('input', { id: 'view-name', maxlength: 200, autofocus: '', placeholder: 'Refunds to check' });
    const save = async () => {
      const overview = await attempt('desk_view', { name: name.value, filter: filtered().filter, author: deskAuthor() }, { saved: 'View saved' });
      if (overview === undefined) return;
      desk.overview = overview;
      dialog.close();
      drawDeskTools();
    };
    name.addEventListener('keydown', (event) => { if (event.key === 'Enter') save(); });
    return [h('label.field-label', { for: 'view-name' }, 'Name'), name, h('p.field-help', {}, 'Everybody sees it, and an export can be told its name.'),
      h('div.row-end', {}, h('button.primary.small', { type: 'button', on: { click: save } }, 'Save view'))];
  });
}

async function removeView(view) {
  const overview = await attempt('desk_unview', { name: view.name });
  if (overview === undefined) return;
  desk.overview = overview;
  toast(`Removed the view “${view.name}”.`, { action: { label: 'Undo', run: async () => { const back = await attempt('desk_view', { name: view.name, filter: view.filter, author: deskAuthor() }); if (back !== undefined) desk.overview = back; } } });
}

actions['desk-more'] = (button) => openMenu(button, [
  { label: 'Import a file…', detail: 'looked at first, taken back at once', icon: 'arrowdown', run: openImport },
  { label: 'Export this view…', detail: 'in any format, with a data card', icon: 'arrowup', run: openExport },
  { label: 'Explore these', detail: 'counts, words, topics and a map', icon: 'bars', run: () => { explore.filter = { ...desk.filter }; openExplore(); } },
  { label: 'Clean this view…', detail: 'doubles, broken text, personal data: seen before it changes', icon: 'check', run: openCleaning },
  { label: 'Balance…', detail: 'what there is much of, and what training does about it', icon: 'compare', run: openBalance },
  { label: 'More wordings…', detail: 'questions in other words, by a model or a rule, for you to approve', icon: 'branch', run: openWordings },
  { label: 'Change all of these…', detail: 'decision, topic or tag for everything in the list', icon: 'sliders', run: changeAll },
  { label: 'Agreement of raters', detail: 'Krippendorff’s alpha, by topic', icon: 'mask', run: showAgreement },
  { label: 'Rank the queue anew', detail: 'what is wrong most often, differs, or is new', icon: 'redo', run: () => attempt('desk_rank', {}, { saved: 'Ranking in the background' }) },
  state.me.name ? null : { label: deskAuthor() ? `You are ${deskAuthor()}` : 'Say who you are', detail: 'the history names who decided', icon: 'pencil', run: sayName },
].filter(Boolean), 'More');

function sayName() {
  openDialog('desk-name', 'Who are you?', (dialog) => {
    const name = h('input', { id: 'desk-name', maxlength: 200, autofocus: '', value: deskAuthor() });
    const save = () => { kept.set('name', name.value.trim()); dialog.close(); };
    name.addEventListener('keydown', (event) => { if (event.key === 'Enter') save(); });
    return [h('label.field-label', { for: 'desk-name' }, 'Name'), name, h('p.field-help', {}, 'Kept in this browser and written beside what you decide.'),
      h('div.row-end', {}, h('button.primary.small', { type: 'button', on: { click: save } }, 'Keep it'))];
  });
}

/** The same change for everything the filter shows: the number first, and a way back after. */
async function changeAll() {
  const told = await attempt('desk_count', { filter: desk.filter });
  if (told === undefined) return;
  if (!told.count) { toast('There is nothing in this list.'); return; }
  openDialog('desk-all', `Change ${plural(told.count, 'item')}`, (dialog) => {
    const decision = h('select', { id: 'all-state' }, h('option', { value: '' }, 'Leave as it is'), ...Object.entries({ approved: 'Approve', rejected: 'Reject', waiting: 'Let wait' }).map(([value, text]) => h('option', { value }, text)));
    const topic = h('input', { id: 'all-topic', maxlength: 200, placeholder: 'leave as it is' });
    const add = h('input', { id: 'all-tag', maxlength: 200, placeholder: 'none' });
    const remove = h('input', { id: 'all-untag', maxlength: 200, placeholder: 'none' });
    const run = async (event) => {
      const edit = {};
      if (decision.value) edit.state = decision.value;
      if (topic.value.trim()) edit.topic = topic.value.trim();
      if (add.value.trim()) edit.add_tags = [add.value.trim()];
      if (remove.value.trim()) edit.remove_tags = [remove.value.trim()];
      event.target.disabled = true;
      dialogStatus(dialog, 'Changing…');
      const decided = await attempt('desk_all', { filter: desk.filter, edit, expected: told.count, author: deskAuthor() });
      event.target.disabled = false;
      dialogStatus(dialog, '');
      if (decided === undefined) return;
      dialog.close();
      desk.done.push({ act: decided.act.number });
      toast(`Changed ${plural(decided.act.items, 'item')}.`, { action: { label: 'Undo', run: async () => { await undoAct(decided.act.number); await loadDesk(); } }, seconds: 15 });
      await refreshDesk();
      await loadDesk();
    };
    const field = (id, label, input) => h('section', {}, h('label.field-label', { for: id }, label), input);
    return [h('p.field-help', {}, filterWords().length || desk.filter.states || desk.filter.text ? 'Everything that the filter shows, also what is further down.' : 'Everything there is: no filter is set.'),
      field('all-state', 'Decision', decision), field('all-topic', 'Topic', topic), field('all-tag', 'Add a tag', add), field('all-untag', 'Remove a tag', remove),
      h('div.row-end', {}, h('button.primary.small', { type: 'button', on: { click: run } }, `Change ${plural(told.count, 'item')}`))];
  });
}

/** A million ratings take some seconds, so the dialog is there first. */
async function showAgreement() {
  const body = h('div', { role: 'status' }, h('p.nothing', {}, 'Counting…'));
  openDialog('agreement', 'Do raters agree?', () => [
    h('p.field-help', {}, 'Krippendorff’s alpha of good and bad, for what the filter shows: 1 is agreement, 0 is what chance would give; from 0.8 on reliable, below 0.67 too little to rely on.'), body,
  ], { wide: true });
  const found = await attempt('desk_agreement', { filter: desk.filter });
  if (found === undefined) body.replaceChildren(h('p.nothing', {}, 'They could not be counted.'));
  else body.replaceChildren(found.length ? agreementTable(found) : h('p.nothing', {}, 'There are no ratings here.'));
}

function agreementTable(found) {
  const cells = (row) => [row.alpha === null ? '–' : row.alpha.toFixed(2), row.answers.toLocaleString('en'), row.disputed.toLocaleString('en'), row.words];
  return h('table.desk-agreement', {}, h('thead', {}, h('tr', {}, ...['Topic', 'Alpha', 'Answers', 'Disputed', 'In words'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...found.map((row) => h('tr', {}, h('th', { scope: 'row' }, row.topic || 'All together'), ...cells(row).map((cell) => h('td', {}, cell))))));
}
