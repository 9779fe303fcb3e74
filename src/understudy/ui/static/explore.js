// The Explore page: what the items of a filter are like. Reached by #explore. What takes longer is drawn when it is
// there, and says until then how far it is.

const explore = {
  filter: {},          // as the server reads it; the desk has its own
  found: null,         // what the server says
  load: () => loadExplore(),
  shown: '',           // the filter that it says it about
  asked: 0,            // counts what was asked for, so that what arrives late is not drawn
};

const EXPLORE_PARTS = { texts: 'Words and lengths', topics: 'Topics', split: 'Train and eval' };

const exploreTools = h('div.explore-tools');
const exploreParts = h('div.explore-parts');
const explorePage = h('div.explore', { role: 'region', 'aria-label': 'Explore', tabIndex: -1, hidden: true }, exploreTools, exploreParts);
const exploreButton = h('button.foot-button', { type: 'button', act: 'explore', title: 'Explore (o)' }, svg('bars'), 'Explore');

function atExplore() {
  return state.page === 'explore';
}

function wantsExplore() {
  return location.hash === '#explore' && may('explore');
}

function openExplore() {
  if (!wantsExplore()) history.pushState(null, '', '#explore');
  return showExplore();
}
actions.explore = openExplore;

async function showExplore() {
  state.going += 1;
  showPage('explore');
  closeDrawer();
  explorePage.focus({ preventScroll: true });
  const overview = await attempt('desk');
  if (overview !== undefined) desk.overview = overview;
  await loadExplore();
}

async function loadExplore() {
  const mine = ++explore.asked, wanted = JSON.stringify(explore.filter);
  if (explore.shown !== wanted) explore.found = null;  // no number of another filter stays
  drawExploreTools();
  if (!explore.found) exploreParts.replaceChildren(h('p.faint', {}, 'Counting…'));
  explorePage.setAttribute('aria-busy', 'true');
  const found = await attempt('explore', { filter: explore.filter });
  if (mine !== explore.asked) return;
  explorePage.removeAttribute('aria-busy');
  if (found === undefined) { exploreParts.replaceChildren(); return; }
  Object.assign(explore, { found, shown: wanted });
  drawExploreTools();
  drawExplored();
  awaitParts(mine);
}

/** Ask how far the slow parts are until none is left, then look at everything again. */
async function awaitParts(mine) {
  const going = () => Object.values(explore.found.parts).some((part) => part.state === 'working' || part.state === 'old');
  let left = null;
  while (going() && mine === explore.asked && atExplore()) {
    await new Promise((resolve) => { setTimeout(resolve, 700); });
    if (mine !== explore.asked || !atExplore()) return;
    let now;
    try { now = await call('explore_states', { filter: explore.filter }); } catch (error) { return; }
    for (const [name, part] of Object.entries(now)) fillWorking(name, part);
    const count = Object.keys(now).length;
    if ((left !== null && count < left) || !count) { if (mine === explore.asked && atExplore()) await loadExplore(); return; }
    left = count;
  }
}

function fillWorking(name, part) {
  for (const node of exploreParts.querySelectorAll(`[data-working=${name}]`)) {
    node.querySelector('.explore-words').textContent = `${part.words}…`;
    const bar = node.querySelector('progress');
    if (part.done > 0) bar.value = part.done;
    else bar.removeAttribute('value');
  }
}

/** To the desk, with the items that a number counts; `number` is the one to open. */
async function openOnDesk(filter, name = '', number = null) {
  if (filter.part && name) partNames.set(filter.part, name);
  desk.filter = { ...filter };
  desk.sort = 'newest';
  await openDesk();
  if (number === null || !atDesk()) return;
  const item = await attempt('desk_item', { number });
  if (item === undefined) return;
  const known = desk.lines.findIndex((line) => line.number === number);
  if (known < 0) { desk.lines.unshift(item.line); deskList.querySelector('ol')?.prepend(drawLine(item.line)); }
  await openLine(Math.max(0, known));
}

// -- the tools ---------------------------------------------------------------------------------------------------------

function drawExploreTools() {
  const { filter, found } = explore;
  const focused = exploreTools.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  const words = [...(filter.states || []).map((name) => DECISIONS[name].toLowerCase()), ...(filter.text ? [`“${filter.text}”`] : []), ...(filter.meaning ? [`like “${filter.meaning}”`] : []), ...filterWords(filter)];
  const any = Object.keys(filter).length > 0;
  exploreTools.replaceChildren(
    h('p.explore-what', {}, h('strong', {}, found ? plural(found.count, 'item') : 'Everything'), h('span.faint', { role: 'status' }, words.length ? words.join(' · ') : 'everything that was said about answers')),
    h('div.explore-buttons', {},
      any ? h('button.quiet', { type: 'button', act: 'explore-all' }, 'Everything') : null,
      h('button.secondary.small', { type: 'button', act: 'desk-filter', 'aria-haspopup': 'dialog', disabled: !desk.overview }, svg('sliders'), 'Filter'),
      h('button.secondary.small', { type: 'button', act: 'desk-views', 'aria-haspopup': 'menu', 'aria-expanded': false, disabled: !desk.overview }, svg('bookmark'), 'Views'),
      h('button.secondary.small', { type: 'button', act: 'explore-desk', disabled: !found || !found.count }, svg('tray'), 'Open on the desk')));
  if (focused) exploreTools.querySelector(`[data-act=${focused}]`)?.focus({ preventScroll: true });
}

actions['explore-all'] = () => { explore.filter = {}; loadExplore(); };
actions['explore-desk'] = () => openOnDesk(explore.filter);
actions['explore-anew'] = async () => {
  if (await attempt('explore_anew', { filter: explore.filter }) !== undefined) await loadExplore();
};

// -- the figures -------------------------------------------------------------------------------------------------------

function drawExplored() {
  const { found } = explore;
  if (!found.count) { exploreParts.replaceChildren(emptyExplore()); return; }
  const draw = (name, shows, make) => fillPart(exploreParts, name, shows, make);
  if (!exploreParts.querySelector('[data-part]')) exploreParts.replaceChildren();
  for (const figure of found.figures) draw(`figure-${figure.name}`, figure, () => new FigureBox(figure).node);
  const { texts, topics, split } = found.parts;
  draw('topics', [topics.map, topics.figures, topics.words, topics.state === 'missing' || !topics.figures.length ? topics.state : ''], () => drawTopics(topics));
  draw('lengths', figuresOf(texts, 'length'), () => drawSet(texts, 'length', 'Lengths'));
  draw('words', figuresOf(texts, 'words'), () => drawSet(texts, 'words', 'Words'));
  draw('split', [split.figures, split.pairs, split.figures.length ? '' : split.state], () => drawSplit(split));
  for (const name of [...exploreParts.children].filter((node) => node.dataset.part === undefined)) name.remove();
}

function figuresOf(part, prefix) {
  const chosen = part.figures.filter((figure) => figure.name.startsWith(prefix));
  return chosen.length ? chosen : [part.state, prefix];
}

function emptyExplore() {
  const any = desk.overview && Object.values(desk.overview.states).some(Boolean);
  if (any) return h('div.nothing.figure', {}, h('p', {}, 'Nothing has all of these.'), h('button.secondary.small', { type: 'button', act: 'explore-all' }, 'Explore everything'));
  return h('div.nothing.figure', {}, h('p', {}, 'Nothing to explore yet.'), h('p', {}, 'Rate or correct an answer in a chat, or import what you have.'), h('button.secondary.small', { type: 'button', act: 'desk-import' }, 'Import a file…'));
}

/** What stands where a slow part is not there yet: how far it is, or why there will be nothing. */
function drawWorking(name, title, part) {
  const head = h('div.figure-head', {}, h('h2', {}, title));
  if (part.state === 'missing') return h('section.figure', {}, head, h('p.field-help', {}, part.words));
  return h('section.figure', { data: { working: name } }, head, h('p.field-help.explore-words', {}, `${part.words || 'Waiting'}…`), h('progress', { max: 1, 'aria-label': title }));
}

/** Figures of one kind of which one is shown: lengths and words, of questions, answers and what was said. */
function drawSet(part, prefix, title) {
  const figures = part.figures.filter((figure) => figure.name.startsWith(prefix));
  if (!figures.length) return drawWorking('texts', title, part);
  const box = h('div.figure-set'), names = { question: 'Questions', answer: 'Answers', said: 'Comments' };
  const kind = (figure) => figure.name.split('-')[1];
  const show = (figure) => {
    const made = new FigureBox(figure);
    const tabs = h('div.desk-states', { role: 'group', 'aria-label': `${title} of` }, ...figures.map((other) => h('button.desk-state', { type: 'button', 'aria-pressed': other === figure, on: { click: () => { show(other); box.querySelector('[aria-pressed=true]').focus(); } } }, names[kind(other)])));
    made.node.insertBefore(tabs, made.body);
    box.replaceChildren(made.node);
  };
  show(figures[0]);
  return box;
}

function drawTopics(part) {
  const [figure] = part.figures;
  if (!figure) return drawWorking('topics', EXPLORE_PARTS.topics, part);
  const box = h('div.figure-wide'), names = figure.bars.map((bar) => bar.name);
  figure.bars.forEach((bar) => partNames.set(bar.filter.part, bar.name));
  const place = h('div.map-place', {}, h('p.faint', {}, 'Reading the map…'));
  const map = { node: place, paint: () => map.drawn && map.drawn.paint(), save: (kind, name) => map.drawn && map.drawn.save(kind, name) };
  const made = new FigureBox(figure, { extra: map });
  box.append(made.node);
  if (part.words) made.body.before(h('p.field-help', {}, `${part.words} `, part.state === 'old' ? 'They are being drawn anew.' : h('button.figure-link', { type: 'button', act: 'explore-anew' }, 'Draw the map anew')));
  const bars = new FigureBox({ ...figure, name: 'found-bars', title: 'What was said in each', sentence: '' });
  box.append(bars.node);
  call('explore_map', { exploration: part.map }).then(({ points }) => {
    map.drawn = new TopicMap(points, names, (point) => openOnDesk(figure.bars[point[2]].filter, names[point[2]], point[3]));
    place.replaceChildren(map.drawn.node);
    map.drawn.paint();
  }, () => place.replaceChildren(h('p.field-help', {}, 'The map could not be read. Reload the page.')));
  return box;
}

function drawSplit(part) {
  const [figure] = part.figures;
  if (!figure) return drawWorking('split', EXPLORE_PARTS.split, part);
  figure.bars.forEach((bar) => partNames.set(bar.filter.part, bar.name));
  const { node } = new FigureBox({ ...figure, shape: 'bars' });
  if (part.pairs.length) node.append(h('h3', {}, 'Nearly the same on both sides'), h('ul.desk-alike', {}, ...part.pairs.map(drawPair)));
  return node;
}

function drawPair(pair) {
  return h('li', {}, h('button', { type: 'button', on: { click: () => openOnDesk(explore.filter, '', pair.judged) } },
    h('strong', {}, pair.asked), h('span', {}, pair.also), h('small.faint', {}, `${Math.round(100 * pair.score)} % alike · the first is in eval, the second in train`)));
}
