// The map of topics: every question a dot on a canvas, found under the pointer by a grid, so that a hundred thousand of
// them move no slower than a hundred. Arrow keys go to the next question that way, Enter opens it on the desk.

const MAP = { side: 4096, cells: 64, reach: 18, margin: 14 };

class TopicMap {
  /** `points` are [x, y, topic, item, how many]; `names` are the topics; `open(point)` goes to the desk. */
  constructor(points, names, open) {
    Object.assign(this, { points, names, open, at: null, told: new Map() });
    this.grid = mapGrid(points);
    this.byTopic = names.map(() => []);
    for (const point of points) this.byTopic[point[2]].push(point);
    this.canvas = h('canvas.map-canvas', { tabIndex: 0, role: 'application', 'aria-label': `Map of ${plural(points.length, 'question')} in ${plural(names.length, 'topic')}. Arrow keys go from question to question, Enter opens it on the desk.` });
    this.words = h('p.map-words', { role: 'status' }, 'Point at a dot to read the question. Near means alike; far apart says nothing.');
    this.node = h('div.map', {}, this.canvas, this.words);
    this.canvas.addEventListener('pointermove', (event) => this.look(this.nearest(...this.placeOf(event))));
    this.canvas.addEventListener('pointerleave', () => { if (document.activeElement !== this.canvas) this.look(null); });
    this.canvas.addEventListener('click', (event) => this.pick(event));
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
    new MutationObserver(() => { if (this.canvas.isConnected) this.paint(); }).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }

  /** A finger first reads, then opens; a pointer has read already. */
  pick(event) {
    const point = this.nearest(...this.placeOf(event));
    if (point && (point === this.at && (event.pointerType !== 'touch' || this.touched === point))) this.open(point);
    this.touched = point;
    this.look(point);
  }

  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** Pixels of a point. */
  spot([x, y]) {
    const across = this.width - 2 * MAP.margin, down = this.height - 2 * MAP.margin;
    return [MAP.margin + (x / MAP.side) * across, MAP.margin + (y / MAP.side) * down];
  }

  /** The point nearest to a place in pixels, within reach of a pointer; null for none. */
  nearest(left, top) {
    const across = this.width - 2 * MAP.margin, down = this.height - 2 * MAP.margin;
    const x = ((left - MAP.margin) / across) * MAP.side, y = ((top - MAP.margin) / down) * MAP.side;
    let best = null, least = MAP.reach ** 2;
    for (const point of this.around(x, y, (MAP.reach / Math.min(across, down)) * MAP.side)) {
      const [px, py] = this.spot(point);
      const far = (px - left) ** 2 + (py - top) ** 2;
      if (far <= least) { least = far; best = point; }
    }
    return best;
  }

  * around(x, y, reach) {
    const size = MAP.side / MAP.cells, cell = (at) => Math.min(MAP.cells - 1, Math.max(0, Math.floor(at / size)));
    for (let row = cell(y - reach); row <= cell(y + reach); row += 1) for (let column = cell(x - reach); column <= cell(x + reach); column += 1) yield* this.grid[row * MAP.cells + column];
  }

  /** Draw all of it. What is pointed at is drawn over a copy, so that a hundred thousand dots are drawn once. */
  paint() {
    this.width = this.node.clientWidth;
    this.height = Math.round(Math.min(540, Math.max(300, this.width * 0.75)));
    if (!this.width) return;
    const scale = window.devicePixelRatio || 1;
    const layer = this.layer = h('canvas', { width: this.width * scale, height: this.height * scale }), pen = layer.getContext('2d');
    Object.assign(this.canvas, { width: layer.width, height: layer.height });
    this.canvas.style.height = `${this.height}px`;
    pen.scale(scale, scale);
    const { tones, text, back } = mapColours(this.names.length);
    this.paintDots(pen, tones);
    this.paintNames(pen, text, back);
    this.mark();
  }

  paintDots(pen, tones) {
    const size = Math.max(0.9, Math.min(3, 60 / Math.sqrt(this.points.length)));
    pen.globalAlpha = 0.75;
    this.byTopic.forEach((points, topic) => {
      pen.fillStyle = tones[topic];
      pen.beginPath();
      for (const point of points) {
        const [x, y] = this.spot(point), round = size * Math.min(2, point[4] ** 0.2);
        if (round < 1.2) { pen.rect(x - round, y - round, 2 * round, 2 * round); continue; }
        pen.moveTo(x + round, y);
        pen.arc(x, y, round, 0, 7);
      }
      pen.fill();
    });
    pen.globalAlpha = 1;
  }

  /** The picture as it was drawn, with a ring around what is pointed at. */
  mark() {
    const pen = this.canvas.getContext('2d'), scale = this.canvas.width / this.width;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.layer, 0, 0);
    if (!this.at) return;
    const [x, y] = this.spot(this.at);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.strokeStyle = getComputedStyle(app).color;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 8, 0, 7);
    pen.stroke();
  }

  paintNames(pen, text, back) {
    pen.font = `600 12px ${getComputedStyle(app).fontFamily}`;
    pen.textAlign = 'center';
    pen.lineWidth = 4;
    pen.lineJoin = 'round';
    const taken = [];
    for (const { name, x, y } of this.labels()) {
      const wide = pen.measureText(name).width / 2, middle = Math.min(this.width - wide - 4, Math.max(wide + 4, x));
      if (taken.some((other) => Math.abs(other.y - y) < 15 && Math.abs(other.x - middle) < other.wide + wide + 6)) continue;
      taken.push({ x: middle, y, wide });
      pen.strokeStyle = back;
      pen.strokeText(name, middle, y);
      pen.fillStyle = text;
      pen.fillText(name, middle, y);
    }
  }

  /** Where each topic's name stands: at the median of its points, the first two words of it. */
  labels() {
    const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    return this.names.map((name, topic) => {
      const mine = this.byTopic[topic].map((point) => this.spot(point));
      return mine.length ? { name: name.split(', ').slice(0, 2).join(', '), x: middle(mine.map(([x]) => x)), y: middle(mine.map(([, y]) => y)) } : null;
    }).filter(Boolean);
  }

  look(point) {
    if (point === this.at) return;
    this.at = point;
    this.canvas.style.cursor = point ? 'pointer' : '';
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.mark());
    clearTimeout(this.asking);
    if (point) this.asking = setTimeout(() => this.tell(point), 60);
    else this.words.textContent = 'Point at a dot to read the question. Near means alike; far apart says nothing.';
  }

  async tell(point) {
    const number = point[3];
    if (!this.told.has(number)) {
      try { this.told.set(number, await call('explore_point', { number })); } catch (error) { if (this.at === point) this.words.textContent = error instanceof Refused ? error.message : 'The program does not answer.'; return; }
    }
    if (this.at !== point) return;
    const line = this.told.get(number);
    this.words.replaceChildren(h('strong', {}, line.question), h('span', {}, `${this.names[point[2]]} · ${plural(point[4], 'item')}${line.label ? `, the first ${ITEM_LABELS[line.label] || line.label}` : ''}`));
  }

  onKey(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (event.key === 'Enter' && this.at) { event.preventDefault(); event.stopPropagation(); this.open(this.at); }
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    this.look(this.next(way) || this.at);
  }

  /** The nearest point within a quarter turn of a way; without a point, the one nearest to the middle. */
  next([across, down]) {
    const [fromX, fromY] = this.at || [MAP.side / 2, MAP.side / 2];
    let best = null, least = Infinity;
    for (const point of this.points) {
      const ahead = (point[0] - fromX) * across + (point[1] - fromY) * down, aside = Math.abs((point[0] - fromX) * down) + Math.abs((point[1] - fromY) * across);
      const far = this.at ? ahead + 2 * aside : Math.abs(ahead) + aside;
      if (point !== this.at && far < least && (!this.at || (ahead > 0 && aside <= ahead))) { least = far; best = point; }
    }
    return best;
  }

  save(kind, name) {
    const { tones, text, back } = mapColours(this.names.length);
    if (kind === 'png') {
      const copy = h('canvas', { width: this.canvas.width, height: this.canvas.height }), pen = copy.getContext('2d');
      pen.fillStyle = back;
      pen.fillRect(0, 0, copy.width, copy.height);
      pen.drawImage(this.layer, 0, 0);
      copy.toBlob((made) => saveFile(made, `${name}.png`), 'image/png');
      return;
    }
    const picture = shape('svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${this.width} ${this.height}`, width: this.width, height: this.height, style: `background:${back}` });
    for (const point of this.points) { const [x, y] = this.spot(point); picture.append(shape('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.5, fill: tones[point[2]], 'fill-opacity': 0.75 })); }
    for (const label of this.labels()) picture.append(shape('text', { x: label.x.toFixed(1), y: label.y.toFixed(1), fill: text, 'text-anchor': 'middle', 'font-size': 12, 'font-weight': 600, 'font-family': 'sans-serif' }, label.name));
    saveFile(new Blob([new XMLSerializer().serializeToString(picture)], { type: 'image/svg+xml' }), `${name}.svg`);
  }
}

function mapGrid(points) {
  const cells = Array.from({ length: MAP.cells * MAP.cells }, () => []), size = MAP.side / MAP.cells;
  const cell = (at) => Math.min(MAP.cells - 1, Math.floor(at / size));
  for (const point of points) cells[cell(point[1]) * MAP.cells + cell(point[0])].push(point);
  return cells;
}

/** A tone for each topic, as far apart as hues can be; topics are named on the map, so no tone has to be known. */
function mapColours(count) {
  const style = getComputedStyle(app), dark = currentTheme() === 'dark';
  const tones = Array.from({ length: count }, (_, i) => `hsl(${(178 + i * 137.5) % 360} ${dark ? '55% 62%' : '55% 42%'})`);
  return { tones, text: style.color, back: style.backgroundColor };
}
