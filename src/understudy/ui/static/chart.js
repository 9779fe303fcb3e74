// Curves of a training run, drawn as they come. Told apart by more than colour: the second one is dashed, and each is
// named with its last value below. Drawn in the pixels it has, so that the words stay readable on a phone.

const CHART = { height: 190, left: 44, right: 14, top: 10, bottom: 24 };

/** Curves {name: [[step, value], ...]} in one box; `show` draws them anew, `node` is what to put on the page. */
class Chart {
  constructor() {
    this.curves = {};
    this.canvas = h('div.chart-canvas');
    this.legend = h('div.chart-legend');
    this.node = h('div.chart', {}, this.canvas, this.legend);
    this.canvas.addEventListener('pointermove', (event) => this.point(event));
    this.canvas.addEventListener('pointerleave', () => this.name());
    new ResizeObserver(() => this.paint()).observe(this.canvas);
  }

  show(curves) {
    this.curves = curves;
    this.paint();
  }

  get series() {
    const held = (name) => Number(/held|valid/.test(name));  // the second curve, whichever came first
    return Object.entries(this.curves).filter(([, points]) => points.length).sort(([a], [b]) => held(a) - held(b));
  }

  paint() {
    const { series } = this;
    const width = this.canvas.clientWidth;
    if (!series.length) { this.canvas.replaceChildren(h('p.chart-empty', {}, 'The curves begin with the first step.')); this.legend.replaceChildren(); return; }
    if (!width) return;
    this.scale = chartScale(series, width);
    const picture = shape('svg', { class: 'chart-picture', role: 'img', 'aria-label': chartWords(series), viewBox: `0 0 ${width} ${CHART.height}`, width, height: CHART.height });
    picture.append(...chartAxes(this.scale, width), ...series.map(([, points], i) => chartCurve(points, i, this.scale)));
    this.hair = picture.appendChild(shape('line', { class: 'chart-hair', y1: CHART.top, y2: CHART.height - CHART.bottom, visibility: 'hidden' }));
    this.canvas.replaceChildren(picture);
    this.name();
  }

  /** Name the curves with their values at the end, or at the step under the pointer. */
  name(step = null) {
    if (this.hair) this.hair.setAttribute('visibility', step === null ? 'hidden' : 'visible');
    this.legend.replaceChildren(...this.series.map(([name, points], i) => h('span.chart-name', {}, chartKey(i), name,
      h('strong', {}, chartNumber(step === null ? points.at(-1)[1] : nearest(points, step)[1])))),
      h('span.faint', {}, `step ${step === null ? this.scale.last : step}`));
  }

  point(event) {
    if (!this.series.length || !this.scale) return;
    const x = event.clientX - this.canvas.getBoundingClientRect().left;
    const [step] = nearest(this.series[0][1], this.scale.stepAt(x));
    for (const end of ['x1', 'x2']) this.hair.setAttribute(end, this.scale.x(step));
    this.name(step);
  }
}

/** Losses in one chart, everything else in another: they have no scale in common. */
function chartParts(curves) {
  const names = Object.keys(curves);
  const losses = names.filter((name) => name.includes('loss'));
  const pick = (some) => Object.fromEntries(some.map((name) => [name, curves[name]]));
  const others = names.filter((name) => !losses.includes(name));
  return [losses, others].filter((some, i) => some.length || (!i && !others.length)).map(pick);
}

/** One chart or two, kept by the caller so that they are drawn on and not anew. */
function drawCharts(box, curves) {
  const parts = chartParts(curves);
  box.charts = box.charts || [];
  while (box.charts.length < parts.length) { box.charts.push(new Chart()); box.append(box.charts.at(-1).node); }
  box.charts.forEach((chart, i) => { chart.node.hidden = i >= parts.length; if (parts[i]) chart.show(parts[i]); });
}

function chartScale(series, width) {
  const points = series.flatMap(([, some]) => some);
  const steps = points.map(([step]) => step);
  const first = Math.min(...steps), last = Math.max(...steps);
  const most = niceTop(Math.max(...points.map(([, value]) => value)));
  const span = width - CHART.left - CHART.right, rise = CHART.height - CHART.top - CHART.bottom;
  return {
    first, last, most,
    x: (step) => CHART.left + (last === first ? 0 : (step - first) / (last - first)) * span,
    y: (value) => CHART.top + (1 - Math.max(0, value) / most) * rise,
    stepAt: (x) => first + ((x - CHART.left) / span) * (last - first),
  };
}

function chartAxes(scale, width) {
  const nodes = [0, 0.5, 1].flatMap((share) => {
    const y = scale.y(share * scale.most);
    return [shape('line', { class: 'chart-grid', x1: CHART.left, x2: width - CHART.right, y1: y, y2: y }),
      shape('text', { class: 'chart-tick', x: CHART.left - 8, y: y + 4, 'text-anchor': 'end' }, chartNumber(share * scale.most))];
  });
  const base = CHART.height - 6;
  nodes.push(shape('text', { class: 'chart-tick', x: CHART.left, y: base }, `step ${scale.first}`));
  if (scale.last > scale.first) nodes.push(shape('text', { class: 'chart-tick', x: width - CHART.right, y: base, 'text-anchor': 'end' }, String(scale.last)));
  return nodes;
}

function chartCurve(points, i, scale) {
  const d = points.map(([step, value], at) => `${at ? 'L' : 'M'}${scale.x(step).toFixed(1)} ${scale.y(value).toFixed(1)}`).join('');
  const [step, value] = points.at(-1);
  const group = shape('g', { class: `chart-curve curve-${i % 3}` });
  group.append(shape('path', { d }), shape('circle', { cx: scale.x(step), cy: scale.y(value), r: 3.5 }));
  return group;
}

function chartKey(i) {
  const key = shape('svg', { class: 'chart-key', viewBox: '0 0 22 10', 'aria-hidden': 'true' });
  const group = key.appendChild(shape('g', { class: `chart-curve curve-${i % 3}` }));
  group.append(shape('path', { d: 'M1 5H21' }));
  return key;
}

function chartWords(series) {
  return series.map(([name, points]) => `${name}: from ${chartNumber(points[0][1])} to ${chartNumber(points.at(-1)[1])} in ${points.at(-1)[0]} steps`).join('; ');
}

function chartNumber(value) {
  return value === 0 ? '0' : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

function nearest(points, step) {
  return points.reduce((best, point) => (Math.abs(point[0] - step) < Math.abs(best[0] - step) ? point : best));
}

/** The next of 1, 1.5, 2, 3, 4, 6, 8 and 10 times a power of ten. */
function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].find((step) => step * power >= value) * power;
}

function shape(name, attributes, text = null) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== null) node.textContent = text;
  return node;
}
