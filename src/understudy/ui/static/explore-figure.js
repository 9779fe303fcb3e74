// A figure of the Explore page: drawn, or as the same numbers in a table; every bar leads to the desk, and every picture
// can be saved. Arrow keys go from bar to bar, so that a figure is one stop of the Tab key.

const FIGURE = { columns: 200, left: 44, bottom: 24, top: 8, row: 40, cloud: 300 };
const SAID_NAMES = { both_bad: 'all bad', continued: 'gone on from', regenerated: 'another attempt', edited: 'asked anew' };
const PICTURE_STYLES = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'opacity', 'visibility'];

function seriesName(series) {
  return SAID_NAMES[series.name] || series.name;
}

function figureTotal(bar) {
  return bar.counts.reduce((sum, n) => sum + n, 0);
}

/** Draws a figure in a box that keeps its size; `draw(figure, width)` makes the SVG. */
class FigureBox {
  constructor(figure, { extra = null } = {}) {
    this.figure = figure;
    this.asTable = false;
    this.asBars = false;
    this.extra = extra;  // {node, save(kind)}: a picture that is not an SVG of ours, such as the map
    this.line = h('p.field-help.figure-line', {}, this.sentence);
    this.body = h('div.figure-body');
    this.tools = h('div.figure-tools');
    this.node = h('section.figure', { 'aria-labelledby': `figure-${figure.name}`, data: { figure: figure.name } },
      h('div.figure-head', {}, h('h2', { id: `figure-${figure.name}` }, figure.title), h('span.spacer'), this.tools),
      this.line, this.body);
    this.drawTools();
    new ResizeObserver(() => { if (this.body.clientWidth !== this.width) this.paint(); }).observe(this.body);
  }

  get sentence() {
    const hint = this.asTable ? 'A number opens its items.' : 'Point at a bar to read it, click it to see its items.';
    return this.figure.sentence || (this.figure.bars.length ? hint : '');
  }

  /** What is pointed at takes the place of the sentence, which is as high as before. */
  tell(words) {
    if (!this.line.style.minHeight) this.line.style.minHeight = `${this.line.clientHeight}px`;
    this.line.textContent = words || this.sentence;
  }

  drawTools() {
    const { figure } = this;
    if (!figure.bars.length) return;
    const toggle = (name, icon, pressed, label) => h('button.quiet', { type: 'button', 'aria-pressed': pressed, title: label, 'aria-label': label, on: { click: () => { this[name] = !this[name]; this.drawTools(); this.paint(true); this.tools.querySelector(`[data-is=${name}]`)?.focus(); } }, data: { is: name } }, svg(icon), label.replace('Show as n', 'N'));
    this.tools.replaceChildren(...[
      figure.shape === 'words' && !this.asTable ? toggle('asBars', 'bars', this.asBars, 'As bars') : null,
      toggle('asTable', 'table', this.asTable, 'Show as numbers'),
      this.asTable ? null : h('button.quiet', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': false, 'aria-label': `Save the picture “${figure.title}”`, title: 'Save the picture', on: { click: (event) => this.saveMenu(event.currentTarget) } }, svg('download'), 'Save'),
    ].filter(Boolean));
  }

  paint(again = false) {
    const width = this.body.clientWidth;
    if (!width || (this.width === width && !again && this.body.firstChild)) return;
    this.width = width;
    this.line.style.minHeight = '';
    this.line.textContent = this.sentence;
    if (!this.figure.bars.length) { this.body.replaceChildren(h('p.chart-empty', {}, 'Nothing to draw.')); return; }
    if (this.asTable) { this.body.replaceChildren(figureTable(this.figure)); return; }
    if (this.extra) { this.body.replaceChildren(this.extra.node); this.extra.paint(); return; }
    const { shape: kind } = this.figure;
    const make = kind === 'words' && !this.asBars ? drawCloud : kind === 'time' || kind === 'histogram' ? drawColumns : drawBars;
    this.picture = make(this.figure, width);
    this.listen(this.picture);
    this.body.replaceChildren(...[figureLegend(this.figure), h('div.figure-scroll', {}, this.picture)].filter(Boolean));
  }

  listen(picture) {
    const bars = [...picture.querySelectorAll('[role=button]')];
    if (bars[0]) bars[0].setAttribute('tabindex', '0');
    const barOf = (event) => event.target.closest && event.target.closest('[role=button]');
    const tell = (event) => { const bar = barOf(event); if (bar) this.tell(bar.getAttribute('aria-label')); };
    picture.addEventListener('pointermove', tell);
    picture.addEventListener('focusin', tell);
    picture.addEventListener('pointerleave', () => this.tell(''));
    picture.addEventListener('focusout', () => this.tell(''));
    picture.addEventListener('click', (event) => { const bar = barOf(event); if (bar) this.open(bar, event.target.dataset.series); });
    picture.addEventListener('keydown', (event) => {
      const at = bars.indexOf(event.target);
      if (at < 0) return;
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); event.stopPropagation(); this.open(event.target); return; }
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: bars.length - 1 }[event.key];
      if (to === undefined || !bars[to]) return;
      event.preventDefault();
      event.target.setAttribute('tabindex', '-1');
      bars[to].setAttribute('tabindex', '0');
      bars[to].focus();
    });
  }

  open(node, series) {
    const bar = this.figure.bars[Number(node.dataset.bar)];
    openOnDesk({ ...bar.filter, ...(series === undefined ? {} : this.figure.series[Number(series)].filter) }, bar.name);
  }

  saveMenu(button) {
    const name = `${this.figure.title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const save = (kind) => (this.extra ? this.extra.save(kind, name) : savePicture(this.picture, kind, name));
    openMenu(button, [
      { label: 'SVG', detail: 'stays sharp at any size', icon: 'download', run: () => save('svg') },
      { label: 'PNG', detail: 'for slides and mails', icon: 'download', run: () => save('png') },
    ], 'Save the picture');
  }
}

function figureTable(figure) {
  const show = (bar, n, series) => (n ? h('button.figure-link', { type: 'button', 'aria-label': `${bar.name}, ${seriesName(series)}: ${n.toLocaleString('en')}. Open on the desk`, on: { click: () => openOnDesk({ ...bar.filter, ...series.filter }, bar.name) } }, n.toLocaleString('en')) : '0');
  const many = figure.series.length > 1;
  const heads = ['', ...figure.series.map(seriesName), ...(many ? ['all'] : []), ...(figure.noted ? [figure.noted] : [])];
  return h('div.figure-table', { tabIndex: 0, role: 'region', 'aria-label': `${figure.title}, as numbers` }, h('table', {}, h('caption.spoken', {}, figure.title),
    h('thead', {}, h('tr', {}, ...heads.map((name) => (name ? h('th', { scope: 'col' }, name) : h('td'))))),
    h('tbody', {}, ...figure.bars.map((bar) => h('tr', {}, h('th', { scope: 'row' }, bar.name), ...bar.counts.map((n, i) => h('td', {}, show(bar, n, figure.series[i]))),
      many ? h('td', {}, show(bar, figureTotal(bar), { name: 'all', filter: {} })) : null, figure.noted ? h('td', {}, bar.note) : null)))));
}

function figureLegend(figure) {
  if (figure.series.length < 2) return null;
  return h('div.figure-legend', {}, ...figure.series.map((series) => {
    const key = shape('svg', { class: 'figure-key', viewBox: '0 0 14 10', 'aria-hidden': 'true' });
    key.append(figureHatch('figure-key-hatch'), segment(series, 0, 0, 14, 10, 'figure-key-hatch'));
    return h('span', {}, key, seriesName(series));
  }));
}

/** What a bar says when it is pointed at: its name, and each number with its share. */
function barWords(figure, bar) {
  const total = figureTotal(bar);
  if (figure.series.length < 2) return `${bar.name}: ${plural(total, 'item')}`;
  const said = bar.counts.map((n, i) => n && `${n.toLocaleString('en')} ${seriesName(figure.series[i])} (${Math.round((100 * n) / total)} %)`).filter(Boolean);
  return `${bar.name}: ${said.join(', ') || 'nothing'}${bar.note && bar.note !== '–' ? `; ${figure.noted.toLowerCase()}: ${bar.note}` : ''}`;
}

function barGroup(figure, i) {
  return shape('g', { class: 'figure-bar', role: 'button', tabindex: '-1', 'data-bar': i, 'aria-label': `${barWords(figure, figure.bars[i])}` });
}

/** A part of a bar, told apart by a pattern too: what speaks against an answer is hatched. */
function segment(series, x, y, width, height, hatch) {
  const against = ['bad', 'both_bad', 'rejected'].includes(series.name);
  const group = shape('g', { class: `said said-${series.name}` });
  group.append(shape('rect', { x, y, width: Math.max(0, width), height: Math.max(0, height) }));
  if (against) group.append(shape('rect', { x, y, width: Math.max(0, width), height: Math.max(0, height), style: `fill:url(#${hatch})` }));
  return group;
}

let hatches = 0;

function figureHatch(id) {
  const pattern = shape('pattern', { id, width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
  pattern.append(shape('line', { x1: 0, y1: 0, x2: 0, y2: 5, class: 'figure-hatch' }));
  const defs = shape('defs', {});
  defs.append(pattern);
  return defs;
}

function figurePicture(figure, width, height) {
  const picture = shape('svg', { class: 'figure-picture', role: 'group', 'aria-label': figure.title, viewBox: `0 0 ${width} ${height}`, width, height });
  picture.hatch = `hatch-${++hatches}`;
  picture.append(figureHatch(picture.hatch));
  return picture;
}

/** Stacked columns from left to right: time, and classes of length. */
function drawColumns(figure, width) {
  const picture = figurePicture(figure, width, FIGURE.columns);
  const most = niceTop(Math.max(...figure.bars.map(figureTotal)));
  const rise = FIGURE.columns - FIGURE.top - FIGURE.bottom, base = FIGURE.top + rise;
  for (const share of most % 2 ? [0, 1] : [0, 0.5, 1]) {  // things are counted: there is no half of one
    const y = base - share * rise;
    picture.append(shape('line', { class: 'chart-grid', x1: FIGURE.left, x2: width, y1: y, y2: y }), shape('text', { class: 'chart-tick', x: FIGURE.left - 8, y: y + 4, 'text-anchor': 'end' }, Number((share * most).toPrecision(3)).toLocaleString('en')));
  }
  const step = (width - FIGURE.left) / figure.bars.length, thick = Math.min(48, Math.max(1, step - Math.min(4, step / 4)));
  figure.bars.forEach((bar, i) => {
    const x = FIGURE.left + i * step + (step - thick) / 2;
    const group = barGroup(figure, i);
    let y = base;
    group.append(shape('rect', { class: 'figure-reach', x: FIGURE.left + i * step, y: FIGURE.top, width: step, height: rise }));
    bar.counts.forEach((n, s) => {
      const height = (n / most) * rise;
      if (n) { const part = segment(figure.series[s], x, y - height, thick, height, picture.hatch); markSeries(part, s); group.append(part); }
      y -= height;
    });
    picture.append(group);
  });
  const room = Math.max(1, Math.ceil((figure.bars.length * (figure.shape === 'time' ? 104 : 62)) / (width - FIGURE.left)));
  figure.bars.forEach((bar, i) => {
    const label = figure.shape === 'histogram' ? bar.name.split(' ')[0] : bar.name, x = FIGURE.left + i * step + (step - thick) / 2;
    if (i % room === 0 && (!i || x + 7 * label.length < width)) picture.append(shape('text', { class: 'chart-tick', x, y: FIGURE.columns - 6 }, label));
  });
  return picture;
}

function markSeries(part, s) {
  for (const rect of part.querySelectorAll('rect')) rect.dataset.series = s;
}

/** Bars below each other, the name above each: shares are as wide as the picture, numbers as they are. */
function drawBars(figure, width) {
  const picture = figurePicture(figure, width, figure.bars.length * FIGURE.row);
  const most = Math.max(...figure.bars.map(figureTotal));
  figure.bars.forEach((bar, i) => {
    const y = i * FIGURE.row, total = figureTotal(bar);
    const long = figure.shape === 'shares' ? width : (total / most) * width;
    const group = barGroup(figure, i);
    const right = barEnd(figure, bar);
    group.append(shape('rect', { class: 'figure-reach', x: 0, y, width, height: FIGURE.row }),
      shape('text', { class: 'figure-name', x: 0, y: y + 16 }, cutTo(bar.name, (width - 7 * right.length - 16) / 7)),
      shape('text', { class: 'chart-tick', x: width, y: y + 16, 'text-anchor': 'end' }, right));
    let x = 0;
    bar.counts.forEach((n, s) => {
      const wide = total ? (n / total) * long : 0;
      if (n) { const part = segment(figure.series[s], x, y + 22, Math.max(1, wide - (x + wide < long - 1 ? 1 : 0)), 10, picture.hatch); markSeries(part, s); group.append(part); }
      x += wide;
    });
    picture.append(group);
  });
  return picture;
}

function barEnd(figure, bar) {
  const total = figureTotal(bar);
  const good = figure.series.findIndex((series) => series.name === 'good'), bad = figure.series.findIndex((series) => series.name === 'bad');
  const rated = (bar.counts[good] || 0) + (bar.counts[bad] || 0);
  return figure.shape === 'shares' && rated ? `${Math.round((100 * (bar.counts[good] || 0)) / rated)} % good of ${rated.toLocaleString('en')}` : total.toLocaleString('en');
}

function cutTo(text, most) {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, Math.floor(most) - 1))}…`;
}

/** The most frequent words, the larger the more frequent, from the middle outwards on a spiral; none lies on another. */
function drawCloud(figure, width) {
  const height = Math.min(FIGURE.cloud, Math.max(200, width * 0.6));
  const picture = figurePicture(figure, width, height);
  const measure = document.createElement('canvas').getContext('2d');
  const family = getComputedStyle(app).fontFamily;
  const most = figureTotal(figure.bars[0]), largest = Math.min(46, width / 9), taken = [];
  figure.bars.slice(0, 70).forEach((bar, i) => {
    const size = Math.max(12, largest * Math.sqrt(figureTotal(bar) / most));
    measure.font = `600 ${size}px ${family}`;
    const box = placeWord(measure.measureText(bar.name).width + 8, size * 1.15, width, height, taken);
    if (!box) return;
    taken.push(box);
    const group = barGroup(figure, i);
    group.append(shape('rect', { class: 'figure-reach', x: box.x, y: box.y, width: box.width, height: box.height }),
      shape('text', { class: `figure-word tone-${i % 3}`, x: box.x + 4, y: box.y + size * 0.92, 'font-size': size.toFixed(1) }, bar.name));
    picture.append(group);
  });
  return picture;
}

function placeWord(width, height, right, bottom, taken) {
  for (let turn = 0; turn < 900; turn += 1) {
    const angle = turn * 0.3, reach = turn / 900;
    const x = right / 2 + Math.cos(angle) * reach * 0.62 * right - width / 2, y = bottom / 2 + Math.sin(angle) * reach * 0.62 * bottom - height / 2;
    if (x < 0 || y < 0 || x + width > right || y + height > bottom) continue;
    if (taken.every((other) => x + width < other.x || other.x + other.width < x || y + height < other.y || other.y + other.height < y)) return { x, y, width, height };
  }
  return null;
}

// -- saving ------------------------------------------------------------------------------------------------------------

/** The picture with its styles written into it, on the page's background: it looks the same anywhere. */
function standalone(picture) {
  const copy = picture.cloneNode(true);
  const from = [picture, ...picture.querySelectorAll('*')], to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((node, i) => {
    const styles = getComputedStyle(node);
    to[i].setAttribute('style', PICTURE_STYLES.map((name) => `${name}:${styles.getPropertyValue(name)}`).join(';'));
    for (const name of ['class', 'role', 'tabindex', 'data-bar']) to[i].removeAttribute(name);
  });
  const back = shape('rect', { width: '100%', height: '100%', style: `fill:${getComputedStyle(app).backgroundColor}` });
  copy.insertBefore(back, copy.firstChild);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}

async function savePicture(picture, kind, name) {
  const text = standalone(picture);
  const file = new Blob([text], { type: 'image/svg+xml' });
  if (kind === 'svg') { saveFile(file, `${name}.svg`); return; }
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  const canvas = h('canvas', { width: picture.clientWidth * 2, height: picture.clientHeight * 2 });
  const pen = canvas.getContext('2d');
  pen.scale(2, 2);
  pen.drawImage(image, 0, 0, picture.clientWidth, picture.clientHeight);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((made) => saveFile(made, `${name}.png`), 'image/png');
}

function saveFile(file, name) {
  const link = h('a', { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
