// A version to the Hugging Face Hub, in the dialog "Export…": where to, under which licence, for whom; sent once it answers the same.

/** The fields of a push, and whether enough is said: a name, a licence that somebody answers for, and a token. */
function drawHub(offered, changed) {
  const { licence: base, hub: { token, problem } } = offered;
  const repository = h('input', { id: 'push-repository', maxlength: 96, placeholder: 'owner/name', spellcheck: 'false', autocapitalize: 'none' });
  const licence = h('input', { id: 'push-licence', maxlength: 100, value: base, placeholder: 'such as apache-2.0', 'aria-describedby': 'push-licence-help' });
  const seen = h('select', { id: 'push-seen' }, h('option', { value: 'private' }, 'Only me'), h('option', { value: 'public' }, 'Everybody'));
  const agreed = h('input', { type: 'checkbox', id: 'push-agreed' });
  const controls = [repository, licence, seen, agreed];
  for (const field of controls) field.addEventListener('input', changed);
  const part = (input, label, help) => h('section', {}, h('label.field-label', { for: input.id }, label), input, help);
  const box = h('div.exchange', { hidden: true },
    part(repository, 'Model on the hub', h('p', { class: problem ? 'problem' : 'field-help' }, problem || `It is made where it is not there yet. Signed in by ${token}, which is never stored here.`)),
    h('div.two', {}, part(licence, 'Licence', h('p.field-help', { id: 'push-licence-help' }, base ? `The base is under ${base}.` : 'The card of the base names none. Look at where it came from.')), part(seen, 'Who may see it')),
    h('label.check', {}, agreed, 'I may share it under this licence. What people corrected is in the weights, and may be got out of them again.'));
  return {
    box, controls,
    ready: () => !problem && agreed.checked && /^[^\s/]+\/[^\s/]+$/.test(repository.value.trim()) && licence.value.trim() !== '',
    values: () => ({ repository: repository.value.trim(), licence: licence.value.trim(), public: seen.value === 'public', confirmed: agreed.checked }),
  };
}

const HELD = 'Send it all the same';

/** What the button says next: where an answer differs nothing is sent, until who has seen it wants it all the same. */
async function pushVersion(work, wanted, result) {
  const told = await followExport(work, 'version_push', wanted, result, 'Sending');
  if (told === undefined) return '';
  if (!told.made) { result.replaceChildren(h('p', { class: told.state === 'failed' ? 'problem' : 'field-help' }, told.message)); return ''; }
  result.replaceChildren(...[h('h3', { tabIndex: -1 }, told.address ? 'It is on the hub' : 'Does it answer the same?'), h('p', { 'data-part': 'sent' }, told.message),
    h('p.field-help', {}, told.made.sentence), told.made.lines.length ? parityTable(told.made.lines) : null].filter(Boolean));
  result.querySelector('h3').focus();
  return told.address ? 'Send again' : HELD;
}

function drawPushes(pushes) {
  const words = { sent: 'sent', failed: 'not sent', sending: 'not known whether it arrived' };
  return h('section.earlier-exports', {}, h('h3', {}, 'On the hub'), h('ul.events', {}, ...pushes.map((push) =>
    h('li', {}, h('code', {}, push.repository), h('span.faint', {}, ` · ${words[push.state]}, ${push.public ? 'public' : 'private'} · ${moment(push.created)}`)))));
}
