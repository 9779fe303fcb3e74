// Who is signed in: what they may not do is not on their page, and a menu with their password and the way out.

/** What a click needs, where it leads to something that not everybody may ask for. */
const NEEDS = { curate: 'desk', explore: 'explore', learning: 'learning', lesson: 'learning', elsewhere: 'trainers', settings: 'about' };

const accountButton = h('button.foot-button', { type: 'button', act: 'account', 'aria-haspopup': 'menu', hidden: true }, svg('person'), h('span.account-name'), h('span.faint'));
sidebar.querySelector('.sidebar-foot').append(accountButton);

/** Take off the page what this person may not do; the server refuses it too. */
function drawAccount() {
  for (const [act, name] of Object.entries(NEEDS)) for (const node of sidebar.querySelectorAll(`[data-act=${act}]`)) node.hidden = !may(name);
  accountButton.hidden = !state.me.name;
  accountButton.querySelector('.account-name').textContent = state.me.guest ? 'Guest' : state.me.name;
  accountButton.querySelector('.faint').textContent = state.me.guest ? 'sign in' : state.me.role;
}

function mayDo(act) {
  return !NEEDS[act] || may(NEEDS[act]);
}

/** On a Space people have their account at the hub; a guest may go and sign in there. */
actions.account = (button) => openMenu(button, [
  may('people') && state.me.door !== 'hub' && { label: 'People…', detail: 'who may come in, and what they may do', run: openPeople },
  state.me.own && { label: 'My own understudy…', detail: 'learns from you alone', run: openOwn },
  state.me.door !== 'hub' && { label: 'Change password…', detail: 'signs you out everywhere', run: openPassword },
  state.me.guest
    ? { label: 'Sign in with Hugging Face', detail: 'then what you say has your name', run: signInAtHub }
    : { label: 'Sign out', run: signOut },
  { label: 'Forget me…', detail: 'all that you said, for good', danger: true, run: openForgetMe },
].filter(Boolean), 'Account');

/** The hub's page does not show inside another one, which a Space on its own page is. */
function signInAtHub() {
  if (window.self === window.top) location.assign('sign-in');
  else window.open('sign-in', '_blank');
}

/** Nothing of what was typed here is left for whoever uses this browser next. */
async function signOut() {
  try {
    const answer = await fetch('sign-out', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    if (!answer.ok) throw new Error('refused');
  } catch (unreachable) {
    toast('You are still signed in: the program does not answer.', { kind: 'error' });
    return;
  }
  kept.forget('draft.');
  location.replace('./');
}

function openPassword() {
  openDialog('password', 'Change password', (dialog) => {
    const old = passwordField('password-old', 'Password now', 'current-password');
    const fresh = passwordField('password-new', 'New password', 'new-password');
    const problem = h('p.problem', { role: 'alert' });
    const save = async () => {
      try {
        await call('password', { old: old.input.value, new: fresh.input.value });
        location.reload();
      } catch (error) {
        if (error instanceof Refused) problem.textContent = error.message;
      }
    };
    return [h('form.account-form', { on: { submit: (event) => { event.preventDefault(); save(); } } }, ...old.nodes, ...fresh.nodes,
      h('p.field-help', {}, 'Ten characters or more; a few words that only you put together do. You sign in again afterwards, here and everywhere.'), problem,
      h('div.row-end', {}, h('button.primary.small', { type: 'submit' }, 'Change password')))];
  });
}

/** Everything of one's own, read before it goes; where the account is kept here it takes the password. */
async function openForgetMe() {
  const told = await attempt('traces');
  if (told === undefined) return;
  const field = passwordField('forget-password', 'Your password', 'current-password');
  const asks = state.me.door !== 'hub';
  const problem = h('p.problem', { role: 'alert' });
  const forget = async () => {
    try {
      await call('forget_me', { password: field.input.value });
      kept.forget('draft.');
      location.replace('./');
    } catch (error) {
      if (error instanceof Refused) problem.textContent = error.message;
    }
  };
  openDialog('forget', 'Forget me', () => [h('form.account-form', { on: { submit: (event) => { event.preventDefault(); forget(); } } },
    h('p', {}, `This goes for good: ${told.words}`), h('p.field-help', {}, 'There is no way back.'),
    ...(asks ? field.nodes : []), problem, h('div.row-end', {}, h('button.primary.small.danger', { type: 'submit' }, 'Forget everything of mine')))]);
}

function passwordField(id, label, complete) {
  const input = h('input', { id, type: 'password', autocomplete: complete, maxlength: 1000 });
  return { input, nodes: [h('label.field-label', { for: id }, label), input] };
}

/** A reply that did not come may mean that the session has ended: then the page says so and leads to the door. */
async function checkSignedIn() {
  if (!state.me.name) return;
  try {
    const answer = await fetch('signed-in');
    if (answer.status === 401) location.reload();  // leads to the door, and back to this address; drafts are kept
  } catch (unreachable) { /* the banner says so */ }
}
