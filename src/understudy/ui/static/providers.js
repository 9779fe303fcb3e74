// Models that answer elsewhere: choose a server, see what it offers and until when, take one as a column.

function providersSection(dialog) {
  const choice = h('select', { id: 'server' });
  const address = h('input', { 'aria-label': 'Base URL', placeholder: 'Base URL, for instance of a server here, ending in /v1', autocomplete: 'off', spellcheck: 'false', hidden: true });
  const look = h('button.secondary', { type: 'button' }, 'List models');
  const rescue = h('button.quiet', { type: 'button' }, 'Rescue fine-tunes');
  const outcome = h('div.reply', { role: 'status' });
  let servers = [];
  const chosen = () => servers.find((server) => server.id === choice.value);
  const change = () => {
    const server = chosen();
    address.hidden = !server.takes_url;
    look.disabled = Boolean(server.missing);
    outcome.replaceChildren(...(server.missing ? [h('p.field-help', {}, server.missing)] : []));
  };
  const list = async () => {
    look.disabled = true;
    outcome.replaceChildren(h('p.field-help', {}, 'Asking…'));
    try {
      const offers = await call('offers', { server: serverAddress(chosen(), address.value.trim()) });
      outcome.replaceChildren(offersList(offers, dialog));
    } catch (error) {
      outcome.replaceChildren(problemText(error instanceof Refused ? error.message : 'The program does not answer.'));
    }
    look.disabled = false;
  };
  choice.addEventListener('change', change);
  look.addEventListener('click', list);
  rescue.addEventListener('click', () => rescueAt(chosen(), address.value.trim()));
  address.addEventListener('keydown', (event) => { if (event.key === 'Enter') list(); });
  attempt('servers').then((found) => {
    if (!Array.isArray(found)) return;
    servers = found;
    choice.replaceChildren(...servers.map((server) => h('option', { value: server.id }, server.name)));
    change();
  });
  return h('section', {}, h('h3', {}, 'A model elsewhere'),
    h('label.field-help', { for: 'server' }, 'A provider, or any server that speaks like OpenAI’s: vLLM, llama.cpp, Ollama, LM Studio.'),
    h('div.inline', {}, choice, address, look), outcome,
    h('div.inline', {}, h('span.field-help', {}, 'A fine-tune there that will end? Its data and its answers can be saved.'), h('span.spacer'), rescue));
}

/** The rescue dialog for what was chosen; without a key or an address only what is recorded here. */
function rescueAt(server, url) {
  const known = server && !server.missing && (!server.takes_url || url);
  openRescue(known ? serverAddress(server, url) : '', known ? (server.takes_url ? url : server.name) : '', server ? server.missing : '');
}

function serverAddress(server, url) {
  if (!server.takes_url) return server.id;
  return server.id === 'completions' ? `completions:${url}` : url;
}

function offersList(offers, dialog) {
  const row = (offer) => h('li', {}, h('div', {}, h('strong', {}, offer.model), h('small', {}, offer.detail)),
    offer.over ? h('span.tag', {}, 'ended') : h('button.secondary.small', { type: 'button', 'aria-label': `Add ${offer.model} as a column`, on: { click: () => takeOffer(offer, dialog) } }, offer.name ? 'Show as a column' : 'Add as a column'));
  const none = h('p.field-help', {}, 'The server lists no models.');
  return h('div.card', {}, h('p.field-help', {}, [offers.sentence, offers.age].filter(Boolean).join(' ')),
    offers.models.length ? h('ul.models.offers', {}, ...offers.models.map(row)) : none);
}

async function takeOffer(offer, dialog) {
  const added = await attempt('add_remote', { source: offer.source });
  if (added === undefined) return;
  await refreshChoices();
  const names = state.view.columns;
  if (names.includes(added.name)) toast(`${added.name} is a column already.`);
  else if (names.length >= 4) toast(`${added.name} can be chosen for a column now; four are shown already.`);
  else if (!await setColumns([...names, added.name])) return;
  else toast(`${added.name} answers in a column of its own from now on.`);
  dialog.close();
}
