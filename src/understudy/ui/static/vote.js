// Which answer is better: one vote a turn. While a blind comparison is open this is the only thing to do with it.

function voteBar(turn) {
  const answers = turn.answers;
  if (answers.length < 2 || answers.some((answer) => answer.state === 'running')) return null;
  const compare = h('button.quiet', { type: 'button', act: 'difference', title: 'Compare word by word (d)' }, svg('compare'), 'Compare');
  const bar = h('div.vote', { role: 'group', 'aria-label': 'Which answer is better?' });
  if (turn.verdict) {
    bar.append(h('span.vote-said', {}, svg('check'), verdictText(turn)));
    if (!turn.blind) bar.append(h('button.quiet', { type: 'button', act: 'unvote' }, svg('undo'), 'Undo'));
  } else {
    bar.append(h('span.vote-buttons', {}, ...voteButtons(turn)));
  }
  bar.append(compare);
  return bar;
}

function voteButtons(turn) {
  const two = turn.answers.length === 2;
  const button = (text, verdict, winner, key) => h('button', { type: 'button', act: 'vote', title: key ? `key ${key}` : undefined, data: { value: verdict, winner: winner || '' } }, text);
  const best = turn.answers.map((answer, i) => button(`${shortName(answer, turn)} is ${two ? 'better' : 'best'}`, 'chosen', answer.id, i + 1));
  const tie = button('Tie', 'tie', null, 0);
  const bad = button(two ? 'Both bad' : 'All bad', 'both_bad', null, '');
  return two ? [best[0], tie, best[1], bad] : [...best, tie, bad];
}

function verdictText(turn) {
  if (turn.verdict === 'tie') return 'You called it a tie';
  if (turn.verdict === 'both_bad') return turn.answers.length === 2 ? 'You found both bad' : 'You found all of them bad';
  const winner = turn.answers.find((answer) => answer.id === turn.winner);
  return winner ? `You preferred ${shortName(winner, turn)}` : 'You preferred an earlier attempt';
}

actions.vote = (button) => vote(button.closest('.turn').dataset.id, button.dataset.value, button.dataset.winner);

async function vote(id, verdict, winner) {
  const turn = turnOf(id);
  if (!turn || (turn.blind && !turn.hidden)) return;
  const wasHidden = turn.hidden;
  if (wasHidden) state.revealed.add(id);
  if (!await change('vote', { turn: id, verdict, winner })) { state.revealed.delete(id); return; }
  const names = turnOf(id).answers.map((answer) => labelOf(answer.label)).join(', ');
  say(wasHidden ? `Vote saved. The answers were from ${names}.` : 'Vote saved');
  toast(wasHidden ? 'Vote saved. Here is who said what.' : 'Vote saved');
}

actions.unvote = (button) => change('unvote', { turn: button.closest('.turn').dataset.id }, { saved: 'Vote taken back.' });
