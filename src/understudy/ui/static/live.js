// Text while it is being written, in the shapes that the finished markdown will have, so that nothing jumps at the end.
// Blocks that are complete are never touched again; only the last one is drawn anew.

class LiveText {
  constructor(body) {
    this.body = body;
    this.blocks = [];
  }

  show(text) {
    const blocks = splitBlocks(text);
    blocks.forEach((block, i) => {
      if (this.blocks[i] === block && this.body.children[i]) return;
      const fresh = liveBlock(block);
      const old = this.body.children[i];
      if (old && growText(old, this.blocks[i], block)) { this.blocks[i] = block; return; }
      if (old) old.replaceWith(fresh);
      else this.body.append(fresh);
      this.blocks[i] = block;
    });
    while (this.body.children.length > blocks.length) this.body.lastChild.remove();
    this.blocks.length = blocks.length;
  }
}

/** Append to plain text in place: the usual case, and the cheapest. */
function growText(node, before, after) {
  if (typeof before !== 'string' || !after.startsWith(before)) return false;
  const added = after.slice(before.length);
  const inner = node.matches('.code') ? node.querySelector('code') : node;
  if (node.matches('.code') && before.includes('\n') && !/[`~]/.test(added)) { inner.lastChild ? inner.lastChild.appendData(added) : inner.append(added); return true; }
  if (node.tagName !== 'P' || /[*_`~\[\]<\n\\!]/.test(after)) return false;
  const last = node.lastChild;
  if (!last || last.nodeType !== 3) return false;
  last.appendData(added);
  return true;
}

function splitBlocks(text) {
  const blocks = [];
  let current = [], fence = null;
  const close = () => { if (current.length) blocks.push(current.join('\n')); current = []; };
  for (const line of text.split('\n')) {
    const mark = line.match(/^ {0,3}(```+|~~~+)/);
    if (fence) {
      current.push(line);
      if (mark && line.trim() === mark[1] && mark[1].startsWith(fence)) { fence = null; close(); }
    } else if (mark) {
      close();
      fence = mark[1];
      current.push(line);
    } else if (!line.trim()) close();
    else if (/^#{1,6} /.test(line)) { close(); current.push(line); close(); }
    else {
      if (current.length && isItem(line) && !isItem(current[0])) close();
      current.push(line);
    }
  }
  close();
  return mergeLists(blocks);
}

function isItem(line) {
  return /^\s*([-*+]|\d{1,9}[.)])\s+/.test(line);
}

/** A list goes on over blank lines, as markdown has it. */
function mergeLists(blocks) {
  const merged = [];
  for (const block of blocks) {
    const last = merged[merged.length - 1];
    if (last !== undefined && isItem(block) && isItem(last) && /^\s*\d/.test(block) === /^\s*\d/.test(last)) merged[merged.length - 1] = last + '\n' + block;
    else merged.push(block);
  }
  return merged;
}

function liveBlock(block) {
  if (/^ {0,3}(```|~~~)/.test(block)) {
    const [head, ...lines] = block.split('\n');
    const closed = lines.length && /^ {0,3}(`+|~+)\s*$/.test(lines[lines.length - 1]);  // or about to be
    return codeBlock((closed ? lines.slice(0, -1) : lines).join('\n'), head.replace(/^[\s`~]+/, '').split(/\s/)[0]);
  }
  const heading = block.match(/^(#{1,6}) (.*)$/);
  if (heading) return h('p.heading', { data: { size: String(heading[1].length) } }, ...liveInline(heading[2]));
  if (isItem(block)) return liveList(block.split('\n'));
  if (block.startsWith('>')) return h('blockquote', {}, h('p', {}, ...liveInline(block.replace(/^> ?/gm, ''))));
  return h('p', {}, ...liveInline(block));
}

function liveList(lines) {
  const list = h(/^\s*\d/.test(lines[0]) ? 'ol' : 'ul');
  for (const line of lines) {
    if (isItem(line)) list.append(h('li', {}, ...liveInline(line.replace(/^\s*([-*+]|\d{1,9}[.)])\s+/, ''))));
    else if (list.lastChild) list.lastChild.append(h('br'), ...liveInline(line.trim()));
  }
  return list;
}

function liveInline(text) {
  const parts = [];
  const pattern = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|\n/g;
  let from = 0, match;
  while ((match = pattern.exec(text))) {
    if (match.index > from) parts.push(document.createTextNode(text.slice(from, match.index)));
    if (match[1] !== undefined) parts.push(h('code', {}, match[1]));
    else if (match[2] !== undefined) parts.push(h('strong', {}, match[2]));
    else if (match[3] !== undefined) parts.push(h('em', {}, match[3]));
    else parts.push(h('br'));
    from = pattern.lastIndex;
  }
  parts.push(document.createTextNode(text.slice(from)));
  return parts;
}
