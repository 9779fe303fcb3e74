// The header: title, who answers in which column, and the switches of this conversation.

const title = h('h1.title');
const columnRow = h('div.columns', { role: 'group', 'aria-label': 'Columns' });
const blindSwitch = h('button.toggle', { type: 'button', act: 'blind', 'aria-pressed': false }, svg('mask'), h('span', {}, 'Blind'));
const spentSoFar = h('span.spent', { hidden: true });
const header = h('header.top', {},
  iconButton('sidebar', 'panel', 'Conversations', { 'aria-expanded': false }),
  title, h('span.spacer'), spentSoFar,
  h('button.toggle', { type: 'button', act: 'add-column', title: 'Add a column', 'aria-label': 'Add a column', 'aria-haspopup': 'menu' }, svg('plus'), h('span', {}, 'Column')),
  blindSwitch,
  h('button.toggle', { type: 'button', act: 'tuning', title: 'System prompt and sampling (s)', 'aria-haspopup': 'dialog' }, svg('sliders'), h('span', {}, 'Tune')),
  iconButton('theme', 'moon', 'Dark theme'),
  iconButton('help', 'help', 'Keyboard shortcuts (?)', { 'aria-haspopup': 'dialog' }));

function drawHeader() {
  const { view } = state;
  const name = atOrdering() ? 'Train elsewhere' : { learning: 'Learning', curate: 'Curate', explore: 'Explore' }[state.page] || view.title;
  title.textContent = name || 'New conversation';
  document.title = name ? `${name} · Understudy` : 'Understudy';
  const many = view.columns.length > 1;
  spentSoFar.hidden = !view.spent.length;
  spentSoFar.textContent = view.spent.join(' · ');
  spentSoFar.title = view.spent.join('\n');
  blindSwitch.disabled = !many;
  blindSwitch.setAttribute('aria-pressed', String(view.blind && many));
  blindSwitch.title = many ? 'Hide the names until you have voted' : 'A blind comparison needs two columns';
  columnRow.dataset.count = String(Math.max(view.columns.length, ...view.turns.map((turn) => turn.answers.length)));
  const hide = view.blind && many;
  header.querySelector('[data-act=add-column]').disabled = view.columns.length >= 4;
  const focused = [...columnRow.children].indexOf(document.activeElement);
  columnRow.replaceChildren(...view.columns.map((name, i) => columnPicker(name, i, hide)));
  if (focused >= 0) columnRow.children[Math.min(focused, columnRow.children.length - 1)].focus();
}

function columnPicker(name, index, shuffled) {
  const choice = state.choices.find((choice) => choice.name === name);
  const label = choice ? choice.label : name;
  return h('button.picker', { type: 'button', act: 'column', 'aria-haspopup': 'menu', 'aria-expanded': false,
    'aria-label': `Column ${index + 1}: ${label}. Choose who answers`, title: shuffled ? 'Shuffled in every blind turn' : choice ? choice.detail : name, data: { value: String(index) } },
    h('span.picker-name', {}, label), svg('chevron'));
}

actions.column = async (button) => {
  const index = Number(button.dataset.value);
  await refreshChoices();
  const names = state.view.columns;
  const items = state.choices.map((choice) => ({ label: choice.label, detail: choice.detail, checked: choice.name === names[index],
    run: () => setColumns(names.map((name, i) => (i === index ? choice.name : name))) }));
  if (names.length > 1) items.push({ label: 'Remove this column', icon: 'close', danger: true, run: () => setColumns(names.filter((_, i) => i !== index)) });
  openMenu(columnRow.children[index], items, `Column ${index + 1}`);
};

actions['add-column'] = async (button) => {
  await refreshChoices();
  const names = state.view.columns;
  openMenu(button, state.choices.map((choice) => ({ label: choice.label, detail: choice.detail, run: () => setColumns([...names, choice.name]) })), 'Add a column');
};

function setColumns(names) {
  return change('columns', { names });
}

async function refreshChoices() {
  const choices = await attempt('choices');
  if (Array.isArray(choices)) state.choices = choices;
}

actions.blind = async () => {
  const blind = !state.view.blind;
  if (await change('blind', { blind })) toast(blind ? 'Blind: names stay hidden until you vote.' : 'Names are shown.');
};
