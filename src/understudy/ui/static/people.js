// People: who may come in, as what, and where they are signed in. For owners.

const ROLE_WORDS = {
  visitor: 'chats, rates, and suggests corrections that wait for approval',
  curator: 'also goes through feedback, imports and exports it',
  owner: 'also trains, changes settings and models, and lets people in',
};

async function openPeople() {
  const told = await attempt('people');
  if (told === undefined) return;
  openDialog('people', 'People', (dialog) => h('div.people', {}, ...peopleParts(told, dialog)), { wide: true });
}

/** Do something about people and draw who there is then. Resolves to whether it worked. */
async function changePeople(dialog, name, fields, saved) {
  const told = await attempt(name, fields);
  if (told === undefined) return false;
  dialog.querySelector('.people').replaceChildren(...peopleParts(told, dialog));
  dialogStatus(dialog, saved);
  return true;
}

function peopleParts(told, dialog) {
  const list = told.people.length
    ? h('ul.models', {}, ...told.people.map((person) => personRow(person, told, dialog)))
    : h('p.field-help', {}, 'Nobody has an account yet. This page is for this machine alone until the program is started with --listen.');
  return [h('section', {}, list), addPerson(told, dialog)];
}

function personRow(person, told, dialog) {
  const mine = person.name === state.me.name;
  const places = person.places ? `signed in at ${plural(person.places, 'place')}` : 'not signed in';
  const role = roleSelect(told, person.role, { 'aria-label': `Role of ${person.name}` });
  role.addEventListener('change', async () => {
    if (!await changePeople(dialog, 'people_role', { name: person.name, role: role.value }, `${person.name} is ${role.value} now, and signs in again`)) role.value = person.role;
  });
  const more = h('button.icon-button', { type: 'button', title: 'More', 'aria-label': `More about ${person.name}`, 'aria-haspopup': 'menu' }, svg('sliders'));
  more.addEventListener('click', () => personMore(person, told, dialog, more));
  return h('li', { data: { person: person.name } }, h('div', {}, h('strong', {}, mine ? `${person.name} (you)` : person.name), h('small', {}, `${places} · since ${daySaid(person.created)}`)), role, more);
}

function personMore(person, told, dialog, button) {
  peopleMenu(button, dialog, [
    told.unclaimed && person.role === 'owner' && { label: 'Give conversations…', detail: 'those of this machine, from before there were accounts', run: () => giveTo(person, told, dialog) },
    { label: 'New password…', detail: 'ends their sessions', run: () => newPassword(person, dialog) },
    { label: 'Sign out everywhere', detail: 'they sign in again with their password', run: () => changePeople(dialog, 'people_sign_out', { name: person.name }, `${person.name} is signed out`) },
    { label: 'Remove…', detail: 'they cannot sign in any more', danger: true, run: () => removePerson(person, dialog) },
    { label: 'Forget everything…', detail: 'all that they said, and their account', danger: true, run: () => forgetPerson(person, dialog) },
  ].filter(Boolean));
}

/** A menu inside a dialog: the page behind a modal dialog cannot be reached. */
function peopleMenu(button, dialog, items) {
  const row = button.closest('li'), old = dialog.querySelector('.person-more');
  const same = old && old.previousElementSibling === row;
  if (old) old.remove();
  button.setAttribute('aria-expanded', String(!same));
  if (same) return;
  row.after(h('li.person-more', {}, ...items.map((item) => h(`button.secondary.small${item.danger ? '.danger' : ''}`, { type: 'button', title: item.detail, on: { click: item.run } }, item.label))));
  row.nextElementSibling.firstChild.focus();
}

function newPassword(person, dialog) {
  const field = passwordField('person-password', `New password for ${person.name}`, 'new-password');
  const form = h('form.account-form', { on: { submit: (event) => { event.preventDefault(); changePeople(dialog, 'people_password', { name: person.name, password: field.input.value }, 'Password set. Tell it to them in person.'); } } },
    ...field.nodes, h('button.primary.small', { type: 'submit' }, 'Set password'));
  dialog.querySelector('.person-more').replaceChildren(form);
  field.input.focus();
}

function removePerson(person, dialog) {
  const sure = h('button.secondary.small.danger', { type: 'button', on: { click: () => changePeople(dialog, 'people_remove', { name: person.name }, `${person.name} was removed`) } }, `Remove ${person.name}`);
  dialog.querySelector('.person-more').replaceChildren(h('p.field-help', {}, 'They cannot sign in any more. What they said stays, and nobody else gets the name. To bring them back: ', h('code', {}, `understudy people password ${person.name}`)), sure);
  sure.focus();
}

/** What goes is read before it goes: there is no way back. */
async function forgetPerson(person, dialog) {
  const told = await attempt('people_traces', { name: person.name });
  const place = dialog.querySelector('.person-more');
  if (told === undefined || !place) return;
  const sure = h('button.secondary.small.danger', { type: 'button', on: { click: () => changePeople(dialog, 'people_forget', { name: person.name }, `${person.name} is forgotten`) } }, `Forget everything of ${person.name}`);
  place.replaceChildren(h('p.field-help', {}, `This goes for good: ${told.words}`), sure);
  sure.focus();
}

function giveTo(person, told, dialog) {
  const held = plural(told.unclaimed, 'conversation');
  const sure = h('button.secondary.small', { type: 'button', on: { click: () => changePeople(dialog, 'people_give', { name: person.name }, `${held} given to ${person.name}`) } }, `Give ${person.name} ${held}`);
  dialog.querySelector('.person-more').replaceChildren(h('p.field-help', {}, `What was chatted on this machine before there were accounts is ${person.name}’s from then on, and on this page no more.`), sure);
  sure.focus();
}

function addPerson(told, dialog) {
  const name = h('input', { id: 'person-name', maxlength: 64, autocomplete: 'off', spellcheck: 'false' });
  const role = roleSelect(told, 'visitor', { id: 'person-role', 'aria-describedby': 'person-role-help' });
  const help = h('p.field-help', { id: 'person-role-help' }, ROLE_WORDS.visitor);
  role.addEventListener('change', () => { help.textContent = ROLE_WORDS[role.value]; });
  const password = passwordField('person-first-password', 'First password', 'new-password');
  const add = () => changePeople(dialog, 'people_add', { name: name.value.trim(), role: role.value, password: password.input.value }, `${name.value.trim()} can sign in`);
  return h('section', {}, h('h3', {}, 'Let somebody in'),
    h('form.account-form', { on: { submit: (event) => { event.preventDefault(); add(); } } },
      h('label.field-label', { for: 'person-name' }, 'Name'), name,
      h('label.field-label', { for: 'person-role' }, 'Role'), role, help,
      ...password.nodes, h('p.field-help', {}, `${told.shortest} characters or more. They can change it at the bottom of the list of conversations.`),
      h('div.row-end', {}, h('button.primary.small', { type: 'submit' }, 'Add'))));
}

function roleSelect(told, chosen, options) {
  const select = h('select', options, ...told.roles.map((role) => h('option', { value: role }, role)));
  select.value = chosen;
  return select;
}

/** In the settings of an owner, also on a machine of one's own: people are let in before the door is opened. */
function peopleSection() {
  return h('section', {}, h('h3', {}, 'People'), h('p.field-help', {}, 'Who may sign in once other machines can reach this page (--listen).'),
    h('div', {}, h('button.secondary.small', { type: 'button', on: { click: openPeople } }, 'People…')));
}
