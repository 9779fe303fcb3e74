// The words between two answers of a turn, in a dialog that lets one choose which two.

actions.difference = (button) => openDifference(button.closest('.turn').dataset.id);

function openDifference(id) {
  const turn = turnOf(id);
  const answers = turn ? turn.answers.map(looked).filter((answer) => answer.text) : [];
  if (answers.length < 2) { toast('There are no two answers to compare here.'); return; }
  const option = (answer) => h('option', { value: answer.id }, turn.hidden ? `Answer ${shortName(answer, turn)}` : shortName(answer, turn));
  const first = h('select', { 'aria-label': 'First answer', autofocus: '' }, ...answers.map(option));
  const second = h('select', { 'aria-label': 'Second answer' }, ...answers.map(option));
  second.selectedIndex = 1;
  const result = h('div.passage.difference', { tabIndex: 0, role: 'group', 'aria-label': 'Difference' });
  const legend = h('div.legend');
  const show = async () => {
    const names = [first, second].map((select) => select.selectedOptions[0].textContent);
    const spans = await attempt('difference', { first: first.value, second: second.value });
    if (spans === undefined) return;
    const same = spans.every((span) => span.kind === 'same');
    legend.replaceChildren(h('span', {}, h('del', {}, 'words'), ` only in ${names[0]}`), h('span', {}, h('ins', {}, 'words'), ` only in ${names[1]}`));
    result.replaceChildren(same ? h('p.faint', {}, 'These two are the same, word for word.') : drawSpans(spans, ...names));
  };
  first.addEventListener('change', show);
  second.addEventListener('change', show);
  openDialog('difference', 'Word by word', () => [h('div.pickers', {}, first, svg('right'), second), legend, result], { wide: true });
  show();
}
