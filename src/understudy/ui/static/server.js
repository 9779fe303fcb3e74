// Requests to Python. A refusal is a sentence for the person; no reply at all is a lost connection.

class Refused extends Error {
  constructor(sentence, gone) {
    super(sentence);
    this.gone = gone;
  }
}

class Unreachable extends Error {}

const banner = h('div.banner', { role: 'alert', hidden: true },
  svg('alert'),
  h('span', {}, 'The connection to Understudy is lost. What you typed is kept; is the program still running?'),
  h('button.quiet', { type: 'button', act: 'reconnect' }, 'Try again'));

let retryTimer = 0;

function lost() {
  if (banner.hidden) banner.hidden = false;
  checkSignedIn();
  clearTimeout(retryTimer);
  retryTimer = setTimeout(reconnect, 3000);
}

async function reconnect() {
  try {
    await call('pulse', { conversation: state.view ? state.view.id : '' });
    if (state.view) await refresh();
    refreshList();
  } catch (still) { /* the banner stays, lost() tries again */ }
}
actions.reconnect = reconnect;

/** Ask Python for something. Rejects with Refused (show its message) or Unreachable (the banner is up). */
async function call(name, fields = {}) {
  let reply;
  try {
    reply = await server.reply({ ...fields, do: name });
  } catch (error) {
    lost();
    throw new Unreachable('no reply');
  }
  if (!reply || typeof reply.ok !== 'boolean') {
    lost();
    throw new Unreachable('no reply');
  }
  if (!banner.hidden) {
    banner.hidden = true;
    clearTimeout(retryTimer);
  }
  if (!reply.ok) throw new Refused(reply.error, reply.gone);
  return reply.value;
}

/** Do something and say what went wrong, if it did. Resolves to the value, or undefined. */
async function attempt(name, fields = {}, { saved = '' } = {}) {
  try {
    const value = await call(name, fields);
    if (saved) toast(saved);
    return value === undefined || value === null ? true : value;
  } catch (error) {
    if (error instanceof Refused) toast(error.message, { kind: 'error' });
    else if (error instanceof Unreachable) toast('Not saved: the program does not answer.', { kind: 'error' });
    else throw error;
    return undefined;
  }
}

/** As `attempt`, for what replies with the open conversation: draws it. Resolves to whether it worked. */
async function change(name, fields = {}, options = {}) {
  const conversation = state.view.id;
  const view = await attempt(name, { conversation, ...fields }, options);
  if (view === undefined) return false;
  if (state.view && state.view.id === conversation) showView(view);
  return true;
}
