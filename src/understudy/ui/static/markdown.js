// The server's markdown tree as elements: only the tags below, only the attributes set here.

const MARKDOWN_TAGS = new Set(['p', 'strong', 'em', 's', 'ul', 'ol', 'li', 'blockquote', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
  'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'code', 'span']);

function drawTree(nodes) {
  return nodes.map(drawNode);
}

function drawNode(node) {
  if (typeof node === 'string') return document.createTextNode(node);
  const [tag, attributes, children] = node;
  if (tag === 'pre') return codeBlock(children[0] || '', attributes.language);
  if (tag === 'a') return link(attributes.href, children);
  if (tag === 'table') return h('div.table-scroll', { tabIndex: 0, role: 'group', 'aria-label': 'Table' }, h('table', {}, ...drawTree(children)));
  if (/^h[1-6]$/.test(tag)) return h('p.heading', { role: 'heading', 'aria-level': Math.min(6, Number(tag[1]) + 2), data: { size: tag[1] } }, ...drawTree(children));
  const element = h(MARKDOWN_TAGS.has(tag) ? tag : 'span', {}, ...drawTree(children));
  if (tag === 'ol' && Number.isInteger(attributes.start) && attributes.start !== 1) element.start = attributes.start;
  if (['left', 'center', 'right'].includes(attributes.align)) element.style.textAlign = attributes.align;
  return element;
}

function link(href, children) {
  if (!/^(https?:|mailto:)/i.test(href)) return h('span', {}, ...drawTree(children));
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...drawTree(children));
}

function codeBlock(text, language) {
  return h('div.code', {},
    h('div.code-head', {}, h('span', {}, language || 'text'), h('button.quiet', { type: 'button', act: 'copy-code', 'aria-label': 'Copy code' }, svg('copy'), 'Copy')),
    h('pre', { tabIndex: 0 }, h('code', {}, text)));
}

actions['copy-code'] = (button) => copyText(button.closest('.code').querySelector('code').textContent);
