// The Learning page: what goes on now, what waits to be learned, and what came of earlier runs. Reached by #learning,
// so that it survives a reload; #learning=<correction> leads to one row, #learning@<model> to a model trained elsewhere.

const learningParts = h('div.learning');
const learningPage = h('div.learning-page', { tabIndex: -1, role: 'region', 'aria-label': 'Learning', hidden: true }, learningParts, orderPage);
const learningBadge = h('span.badge', { hidden: true }, h('span.badge-dot'), h('span.badge-words'));
const learningButton = h('button.foot-button', { type: 'button', act: 'learning', title: 'Learning (l)' }, svg('sprout'), 'Learning', h('span.spacer'), learningBadge);

const unfolded = new Map();  // what is open: 'v3', a run's id, 'learned' -> what was fetched for it

function isAway() {
  return state.page !== 'chat';
}

function atLearning() {
  return state.page === 'learning';
}

/** The lesson in the address, '' for the page without one, null for another page. */
function wantedLesson() {
  if (!may('learning')) return null;
  const match = location.hash.match(/^#learning(?:@[^=&]+)?(?:=([^&]+))?$/);
  try { return match ? decodeURIComponent(match[1] || '') : null; } catch (malformed) { return ''; }
}

/** The model in the address, '' for the base model. */
function wantedLearner() {
  const match = location.hash.match(/^#learning@([^=&]+)/);
  try { return match ? decodeURIComponent(match[1]) : ''; } catch (malformed) { return ''; }
}

function openLearning(lesson = '') {
  const hash = '#learning' + (lesson ? '=' + encodeURIComponent(lesson) : '');
  if (location.hash !== hash) history.pushState(null, '', hash);
  return showLearning(lesson);
}

async function showLearning(lesson) {
  state.going += 1;
  state.wanted = lesson;
  if (state.learner !== wantedLearner()) unfolded.clear();
  state.learner = wantedLearner();
  Object.assign(learning, { view: null, live: null, job: null });  // read it anew
  showPage('learning');
  closeDrawer();
  learningPage.focus({ preventScroll: true });
  await heed();
  if (lesson && state.wanted === lesson) focusLesson(lesson);
}

/** Show the conversation or one of the pages in the middle. */
function showPage(name) {
  orderPage.hidden = !atOrdering();
  learningParts.hidden = atOrdering();
  if (state.page === name) { if (state.view) drawHeader(); return; }
  state.page = name;
  app.dataset.page = name;
  const away = name !== 'chat';
  scroller.hidden = composer.hidden = columnRow.hidden = away;
  learningPage.hidden = name !== 'learning';
  deskPage.hidden = name !== 'curate';
  learningButton.setAttribute('aria-current', name === 'learning' ? 'page' : 'false');
  explorePage.hidden = name !== 'explore';
  deskButton.setAttribute('aria-current', name === 'curate' ? 'page' : 'false');
  exploreButton.setAttribute('aria-current', name === 'explore' ? 'page' : 'false');
  if (name === 'learning') drawLearning();
  else state.wanted = '';
  if (!away) followText();
  if (state.view) { drawHeader(); drawList(); }
}

actions.learning = () => openLearning();

function focusLesson(id) {
  for (const part of ['learned', 'aside']) {
    if (learning.view && learning.view[part].lessons.some((lesson) => lesson.id === id) && !unfolded.has(part)) { unfolded.set(part, true); drawLearning(); }
  }
  const row = [...learningParts.querySelectorAll('.lesson-row')].find((node) => node.dataset.id === id);
  if (!row) return;
  row.scrollIntoView({ block: 'center' });
  row.focus({ preventScroll: true });
}

function drawLearningBadge() {
  const { live } = learning;
  learningBadge.hidden = !live;
  app.dataset.learning = live ? '1' : '0';
  if (live) learningBadge.querySelector('.badge-words').textContent = `${Math.round(100 * live.progress)} %`;
}

function drawLearning() {
  const { view, live, next, switches, job, jobs } = learning;
  const here = !state.learner;
  const ifHere = (shows, make) => [here && shows, here ? make : () => h('div', { hidden: true })];
  if (!view) { learningParts.replaceChildren(h('p.faint', {}, 'Reading…')); return; }
  if (!learningParts.querySelector('[data-part]')) learningParts.replaceChildren();
  const draw = (name, shows, make) => fillPart(learningParts, name, shows, make);
  draw('models', [jobs.map((each) => each.model), state.learner], drawLearners);
  if (live) {
    draw('now', ['live', live.id, live.words, live.trouble, live.can_pause, live.can_resume, live.can_cancel], () => drawLive(live));
    fillLive(live);
  } else if (!here) draw('now', [view.champion, job], drawJobEnd);
  else draw('now', [view.champion, view.learned.count, view.idle, view.queue.count, view.votes, view.thumbs, next], drawIdle);
  draw('forgetting', ...ifHere([view.forgetting, Boolean(live)], drawForgetting));
  draw('recipe', [live && live.id, live && unfolded.has(live.id)], () => drawLiveRecipe(live));
  draw('findings', view.findings, () => drawFindings(view.findings));
  draw('queue', ...ifHere([view.queue, view.votes, view.thumbs, view.weak, switches], drawQueue));
  draw('job', [job, opened('fold')], () => drawJob(job));
  draw('versions', [view.model, view.versions, view.champion, opened('v'), opened('fold')], drawVersions);
  draw('runs', [view.runs, opened('')], drawRuns);
  draw('learned', ...ifHere([view.learned, unfolded.has('learned')], () => drawFolded('learned', 'Learned', view.learned)));
  draw('jobs', ...ifHere(jobs, drawJobs));
  draw('aside', ...ifHere([view.aside, unfolded.has('aside')], () => drawFolded('aside', 'Set aside', view.aside)));
}

function opened(prefix) {
  return [...unfolded.keys()].filter((key) => key.startsWith(prefix));
}

// -- now ---------------------------------------------------------------------------------------------------------------

function drawLive(live) {
  const button = (act, text, can, held = '') => h('button.secondary.small', { type: 'button', act, disabled: !can, data: { value: live.id, held } }, text);
  return h('section.part.card.now', { tabIndex: -1, 'aria-labelledby': 'now-title' },
    h('div.now-head', {}, h('h2', { id: 'now-title' }, live.words), h('span.spacer'),
      live.can_resume ? button('hold-run', 'Go on', true, 'yes') : button('hold-run', 'Pause', live.can_pause), button('cancel-run', 'Cancel', live.can_cancel)),
    live.trouble ? h('p.field-help', {}, `${live.trouble} It is tried again by itself.`) : null,
    h('progress', { max: 1, 'aria-labelledby': 'now-title' }),
    h('p.now-line', {}, h('strong.now-percent'), h('span.now-left')),
    h('p.field-help', {}, [live.person && `For ${live.person}’s own understudy`, `Why now: ${live.trigger}`, live.about !== live.trigger && live.about && `learns from ${live.about}`, live.waiting && `${live.waiting} more ${live.waiting > 1 ? 'runs wait' : 'run waits'}`].filter(Boolean).join(' · ')),
    h('div.charts'));
}

/** The settings of the live run, under it: unfolded they are fetched once, and the curves above go on by themselves. */
function drawLiveRecipe(live) {
  if (!live) return h('div', { hidden: true });
  const report = unfolded.get(live.id);
  return h('section.part', { 'aria-label': 'Training settings of this run' }, unfoldButton(live.id, 'Training settings'),
    report ? report.recipe.length ? recipeList(report.recipe) : h('p.faint', {}, 'They are known once the model is loaded. Fold and open again in a moment.') : null);
}

/** The parts of the live run that change every second, in place: nothing blinks, nothing loses the focus. */
function fillLive(live) {
  const part = learningParts.querySelector('[data-part=now]');
  part.querySelector('progress').value = live.progress;
  part.querySelector('.now-percent').textContent = `${Math.round(100 * live.progress)} %`;
  part.querySelector('.now-left').textContent = live.left;
  drawCharts(part.querySelector('.charts'), live.curves);
}

function drawIdle() {
  const { view, next } = learning;
  const said = view.champion ? `v${view.champion} is live` : 'Nothing is live but the base model';
  const knows = view.champion ? `It answers ${plural(view.learned.count, 'correction')} by itself.` : 'The first version comes with the first correction that is learned.';
  return h('section.part.card.now', { tabIndex: -1, 'aria-labelledby': 'now-title' },
    h('div.now-head', {}, h('h2', { id: 'now-title' }, said), h('span.spacer'),
      h('button.primary.small', { type: 'button', act: 'learn', disabled: Boolean(view.idle), 'aria-describedby': 'learn-why' }, 'Learn now')),
    h('p', {}, knows),
    h('p.field-help', { id: 'learn-why' }, view.idle || next || 'There is something new to learn.'));
}

/** What was taken back is still in the weights: say so, with both ways out. */
function drawForgetting() {
  const { view, live } = learning;
  if (!view.forgetting) return h('div', { hidden: true });
  return h('section.part.card.finding', { 'aria-labelledby': 'forgetting-title' },
    h('div.inline', {}, svg('alert'), h('strong', { id: 'forgetting-title' }, 'Taken back, but not forgotten')),
    h('p', {}, view.forgetting),
    h('div.inline', {}, h('button.primary.small', { type: 'button', act: 'learn-anew', disabled: Boolean(live) }, 'Train anew'),
      h('button.secondary.small', { type: 'button', act: 'roll-back' }, 'Roll back')));
}

actions.learn = () => decide('learn');
actions['learn-anew'] = () => decide('learn', { fresh: true });
actions['hold-run'] = (button) => decide(button.dataset.held ? 'resume_run' : 'pause_run', { run: button.dataset.value });
actions['cancel-run'] = (button) => decide('cancel_run', { run: button.dataset.value });

// -- what is off -------------------------------------------------------------------------------------------------------

const DIRECTIONS = { raise: 'raise', lower: 'lower' };

function drawFindings(findings) {
  if (!findings.length) return h('div', { hidden: true });
  return h('section.part', { 'aria-labelledby': 'findings-title' }, h('h2', { id: 'findings-title' }, state.learner ? 'For a second run' : 'Something looks off'), ...findingCards(findings));
}

function findingCards(findings) {
  return findings.map((finding) => h('div.card.finding', {},
    h('div.inline', {}, svg('alert'), h('strong', {}, finding.name), h('span.spacer'),
      finding.setting ? h('span.tag', {}, svg(finding.direction === 'raise' ? 'arrowup' : 'arrowdown'), h('code', {}, finding.setting), DIRECTIONS[finding.direction] || '') : null),
    h('p', {}, finding.sentence), h('p.field-help', {}, finding.advice)));
}

// -- corrections -------------------------------------------------------------------------------------------------------

function drawQueue() {
  const { view } = learning;
  const counts = [view.queue.count && plural(view.queue.count, 'correction'), view.votes && plural(view.votes, 'vote'), view.thumbs && plural(view.thumbs, 'thumb')].filter(Boolean);
  const body = view.queue.lessons.length ? lessonList(view.queue)
    : h('p.nothing', {}, view.learned.count ? 'Everything that was corrected has been learned.' : 'Nothing to learn yet. Correct an answer and it lands here.');
  return h('section.part', { tabIndex: -1, 'aria-labelledby': 'queue-title' },
    h('div.part-head', {}, h('h2', { id: 'queue-title' }, 'To learn'), h('span.faint', {}, counts.length ? counts.join(' · ') + (view.votes || view.thumbs ? ' since the last run' : '') : '')),
    drawSwitches(), body);
}

const SIGNALS = { continued: 'an answer gone on from', regenerated: 'another attempt asked for', edited: 'a message edited' };

/** Memory and weak signals: what else answers and runs are given. Until Understudy is started again. */
function drawSwitches() {
  const { view, switches } = learning;
  const count = Object.values(view.weak).reduce((sum, each) => sum + each, 0);
  const said = Object.entries(view.weak).map(([kind, each]) => `${SIGNALS[kind]}: ${each}`).join(' · ');
  return h('div.card.switches', {},
    switchRow('memory', 'Memory', switches.memory.on, switches.memory.on ? switches.memory.sentence || 'Tuned columns are given what you corrected to read.' : 'Switched off: tuned columns answer by their weights alone.'),
    switchRow('weak', `Weak signals: ${count.toLocaleString('en')}, ${switches.weak ? 'used as light votes' : 'not used'}`, switches.weak, said || 'Going on from one of several answers, another attempt, an edited message.'));
}

function switchRow(name, label, on, help) {
  const box = h('input', { type: 'checkbox', role: 'switch', id: `switch-${name}`, checked: on, 'aria-describedby': `switch-${name}-help` });
  box.addEventListener('change', async () => { if (!await decide(`switch_${name}`, { on: box.checked })) box.checked = !box.checked; });
  return h('div.switch-row', {}, h('label.memory-switch', { for: `switch-${name}` }, h('span.field-label', {}, label), box), h('p.field-help', { id: `switch-${name}-help` }, help));
}

function lessonList(group) {
  const more = group.count - group.lessons.length;
  return h('div.lessons', {}, h('ul', {}, ...group.lessons.map(lessonRow)), more > 0 ? h('p.faint', {}, `and ${plural(more, 'older one')}`) : null);
}

function lessonRow(lesson) {
  const waiting = lesson.state.kind === 'waiting';
  const button = (kind, act, text) => h(`button.${kind}.small`, { type: 'button', act, data: { value: lesson.id } }, text);
  return h('li.lesson-row', { tabIndex: -1, data: { id: lesson.id } },
    h('div.lesson-text', {}, h('p.lesson-question', {}, lesson.question), h('p.lesson-wanted', {}, lesson.wanted)),
    h('div.lesson-side', {},
      h('span.lesson', { title: lesson.state.detail, data: { kind: lesson.state.kind } }, h('span.lesson-dot'), h('span.lesson-words', {}, lesson.state.words)),
      h('div.lesson-tools', {}, waiting ? button('primary', 'approve', 'Approve') : null, waiting ? button('secondary', 'reject', 'Reject') : null,
        waiting || lesson.state.kind === 'rejected' ? null : button('quiet', 'switch-lesson', lesson.enabled ? 'Switch off' : 'Switch on'),
        h('button.quiet.danger', { type: 'button', act: 'take-back', 'aria-label': `Delete this correction: ${lesson.question.slice(0, 80)}`, data: { value: lesson.completion } }, 'Delete'),
        lesson.conversation === '' ? null : h('button.quiet', { type: 'button', act: 'visit', 'aria-label': `Open the conversation: ${lesson.question.slice(0, 80)}`, data: { value: lesson.conversation } }, 'Open chat'))));
}

actions.approve = (button) => decide('approve', { correction: button.dataset.value });
actions.reject = (button) => decide('reject', { correction: button.dataset.value });
actions['switch-lesson'] = (button) => decide('switch_lesson', { correction: button.dataset.value, enabled: button.textContent === 'Switch on' });
actions['take-back'] = async (button) => {
  const completion = button.dataset.value;
  if (!await decide('take_back', { completion })) return;
  learningPage.focus({ preventScroll: true });
  toast('Correction deleted.', { action: { label: 'Undo', run: () => decide('bring_back', { completion }) } });
};
actions.visit = (button) => openConversation(button.dataset.value);

function drawFolded(name, title, group) {
  if (!group.count) return h('div', { hidden: true });
  return h('section.part', { 'aria-labelledby': `${name}-title` },
    h('div.part-head', {}, h('h2', { id: `${name}-title` }, title), unfoldButton(name, plural(group.count, 'correction'))),
    unfolded.has(name) ? lessonList(group) : null);
}

// -- earlier runs ------------------------------------------------------------------------------------------------------

const RUN_ICONS = { succeeded: 'check', 'not promoted': 'alert', failed: 'alert', cancelled: 'close' };

function drawRuns() {
  const { runs } = learning.view;
  if (!runs.length) return h('div', { hidden: true });
  return h('section.part', { 'aria-labelledby': 'runs-title' }, h('h2', { id: 'runs-title' }, 'Earlier runs'), h('ul.runs', {}, ...runs.map(runRow)));
}

function runRow(run) {
  const meta = [run.person && `${run.person}’s own`, run.trigger, run.about !== run.trigger && run.about, run.took && `took ${run.took}`, moment(run.finished)].filter(Boolean).join(' · ');
  const report = unfolded.get(run.id);
  const version = learning.view.versions.find((version) => version.number === run.version);
  const ended = version && version.passed === false ? 'not promoted' : run.state;
  return h('li.run', { data: { state: ended } }, svg(RUN_ICONS[ended]),
    h('div.run-text', {}, h('p', {}, run.sentence || run.state), h('p.field-help', {}, meta)),
    unfoldButton(run.id, 'Curves', `Curves of the run of ${moment(run.finished)}`), report ? runReport(report) : null);
}

function runReport(report) {
  const charts = h('div.charts');
  drawCharts(charts, report.curves);
  return h('div.unfolded', {}, charts, ...findingCards(report.findings), recipeFold(report.id, report.recipe));
}

/** What a run was trained with, and why each default is what it is. */
function recipeFold(key, recipe) {
  if (!recipe.length) return null;
  return fold(`${key} recipe`, 'Training settings', () => recipeList(recipe));
}

function recipeList(recipe) {
  return h('div', {},
    state.learner ? h('p.field-help', {}, 'What is on auto, the provider chose. Set them when you order the next job.') : h('p.field-help', {}, 'Change them under [training] in settings.toml, with UNDERSTUDY_TRAINING_… variables, or for one run with ', h('code', {}, 'understudy train --set'), '.'),
    h('dl.facts.recipe', {}, ...recipe.flatMap((line) => [h('dt', {}, h('code', {}, line.name)), h('dd', {}, line.value, line.reason ? h('span.field-help', {}, line.reason) : null)])));
}

// -- folding -----------------------------------------------------------------------------------------------------------

function unfoldButton(key, text, label = undefined) {
  const open = unfolded.has(key);
  return h('button.quiet.unfold', { type: 'button', act: 'unfold', 'aria-expanded': open, 'aria-label': label, data: { value: key } }, text, svg('chevron'));
}

/** A part that is folded away at first, made only when it is opened. */
function fold(key, text, make) {
  const name = `fold ${key}`;
  return h('div.fold', {}, unfoldButton(name, text), unfolded.has(name) ? make() : null);
}

actions.unfold = async (button) => {
  const key = button.dataset.value;
  if (unfolded.delete(key)) { drawLearning(); return; }
  const version = key.match(/^v(\d+)$/);
  const fetched = version ? await attempt('version', { number: Number(version[1]), model: state.learner }) : ['learned', 'aside'].includes(key) || key.startsWith('fold ') ? true : await attempt('run', { run: key });
  if (fetched === undefined) return;
  unfolded.set(key, fetched);
  drawLearning();
};

function plural(number, word) {
  return `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
}

/** `09:32` today, else `21 Nov, 09:32`. */
function moment(when) {
  const then = new Date(when);
  if (!when || Number.isNaN(then.getTime())) return '';
  const clock = { hour: '2-digit', minute: '2-digit', hour12: false };
  return then.toDateString() === new Date().toDateString() ? then.toLocaleTimeString('en', clock) : then.toLocaleString('en-GB', { day: 'numeric', month: 'short', ...clock });
}
