// Keeps the page up to date, and adds what it can't do alone: try a route, show values, set the level.
// Texts reach the document as textContent only, markup as what the service made of a port; the page's
// policy refuses everything else.
'use strict';
(() => {
const $ = (id) => document.getElementById(id);
const all = (css, from = document) => [...from.querySelectorAll(css)];
const NONE = '\u2013';
const MARKS = ['ok', 'idle', 'bad', 'warn', 'away'];
const PORTS = {
  ok: ['ok', 'ok'], idle: ['idle', 'not called yet'], failing: ['bad', 'failing'],
  'no-instance': ['away', 'no instance'], stale: ['warn', 'stale'],
};
const STATES = {
  starting: ['idle', 'starting'], ready: ['ok', 'ready'], 'not-ready': ['bad', 'not ready'],
  stopping: ['warn', 'stopping'],
};

// Makes an element. Its children are elements and texts.
const make = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};
const mark = () => make('b', { class: 'mark' });
// Changes only what differs, so that nobody is told of what stayed.
const say = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

// Numbers and ages, as the server writes them.
const count = (number) => number.toLocaleString('en-US');
const rate = (r) => r >= 1000 ? (r / 1000).toFixed(1) + 'k/s' : r >= 10 || r === 0 ? r.toFixed(0) + '/s' : r.toFixed(1) + '/s';
const elapsed = (ms) => ms >= 10000 ? (ms / 1000).toFixed(0) + ' s' : ms >= 1000 ? (ms / 1000).toFixed(1) + ' s'
  : ms.toFixed(ms >= 10 ? 0 : 1) + ' ms';
const millis = (ms) => ms === null ? NONE : ms >= 10000 ? '\u2265 10 s' : elapsed(ms);
const share = (r, errors) => {
  if (!(r > 0 && errors > 0)) return '0 %';
  const percent = errors / r * 100;
  return percent < 0.1 ? '< 0.1 %' : percent.toFixed(percent < 10 ? 1 : 0) + ' %';
};
const age = (since) => {
  const s = Math.max(0, Math.floor((Date.now() + skew - since) / 1000));
  return s < 60 ? s + ' s' : s < 3600 ? Math.floor(s / 60) + ' min' : s < 172800 ? Math.floor(s / 3600) + ' h'
    : Math.floor(s / 86400) + ' d';
};
const time = (at) => {
  const both = document.createDocumentFragment();
  both.append(make('time', { 'data-since': at }, age(at)), ' ago');
  return both;
};

// The server's clock counts: ages are by its time.
let skew = Number(document.body.dataset.at) - Date.now();
const grow = () => all('time[data-since]').forEach((t) => say(t, age(Number(t.dataset.since))));

// ---- Numbers

// Where each number stands, and what stands for each port: rows, cards, edges, its article.
let places = new Map();
let ports = new Map();
const learn = () => {
  const add = (map, id, place) => map.has(id) ? map.get(id).push(place) : map.set(id, [place]);
  [places, ports] = [new Map(), new Map()];
  for (const place of all('[data-f]')) {
    add(places, Number(place.dataset.f), place);
    add(ports, portOf(place), place);
  }
  for (const edge of all('[data-edge]')) add(ports, edge.dataset.edge, edge);
};
const stand = (place, state, word) => {
  if (place.dataset.edge) return place.setAttribute('class', 'joint ' + state);
  const side = place.tagName === 'ARTICLE' ? place.querySelector('.state') : place;
  if (side.classList.contains(state)) return;
  side.classList.remove(...MARKS);
  side.classList.add(state);
  say(place.querySelector('.state span'), word);
  const drawn = place.querySelector('use.mark');
  if (!drawn) return;
  drawn.setAttribute('href', '#s-' + state);
  say(place.querySelector('text.state'), state === 'ok' || state === 'idle' ? '' : word);
  place.setAttribute('aria-label', place.getAttribute('aria-label').replace(/[^,]*$/, ' ' + word));
};
// The id of the port that a link leads to, and that a row, a card or an article is about.
const linked = (a) => decodeURIComponent(a.getAttribute('href').split('?port=')[1] || '');
const portOf = (place) => {
  const a = place.matches('a') ? place : place.querySelector('th a');
  return a ? linked(a) : place.id;
};
const number = ([id, calls, , , r, errors, p50, p99]) => {
  // Right after the page was opened, only what was counted since the start is known.
  if (r === null) return;
  const failed = share(r, errors);
  const texts = [rate(r), failed, millis(p50), millis(p99)];
  for (const place of places.get(id) || []) {
    if (place.matches('tr')) [...place.cells].slice(-4).forEach((shown, index) => say(shown, texts[index]));
    say(place.querySelector('text.line'), texts[0] + ' \u00b7 ' + failed + ' errors');
    say(place.querySelector('text.time'), p50 === null ? '' : 'p50 ' + texts[2] + ' \u00b7 p99 ' + texts[3]);
    say(place.querySelector('text.rate'), texts[0]);
    if (/^[^/]*\/in\//.test(portOf(place))) stand(place, ...(errors > 0 ? PORTS.failing : calls ? PORTS.ok : PORTS.idle));
  }
};
const ticks = (data) => {
  skew = data.at_unix_ms - Date.now();
  data.figures.forEach(number);
  grow();
};

// ---- What else changes

const row = (...cells) => make('tr', {}, ...cells);
const cell = (label, ...children) => make('td', { 'data-label': label }, ...children);
const took = (text) => make('td', { 'data-n': '', 'data-label': 'Took' }, text);
const code = (text) => make('code', {}, text);
const dim = (text) => make('i', {}, text);
const rows = (heads, made, empty) => made.length
  ? make('table', { class: 'rows' },
    make('thead', {}, row(...heads.map((head) => make('th', head === 'Took' ? { class: 'n' } : {}, head)))), make('tbody', {}, ...made))
  : make('p', { class: 'empty' }, empty);

const request = (r) => row(
  make('td', {}, time(r.at_unix_ms)),
  make('th', {}, code(r.method + ' ' + (r.route || 'no route')), ' ', dim(r.component)),
  cell('Answer', r.status ? String(r.status) : 'no answer', ' ',
    dim(r.error_type && r.error_type !== String(r.status) ? r.error_type : '')),
  took(elapsed(r.elapsed_ms)), cell('Trace', code(r.trace_id)));
const requests = (list) => rows(['When', 'Request', 'Answer', 'Took', 'Trace'], list.map(request), 'None.');
const check = (c) => {
  const [state, word] = c.state === 'up' ? ['ok', 'up'] : c.state === 'unknown' ? ['idle', 'not asked yet']
    : c.required ? ['bad', 'down'] : ['warn', 'down, optional'];
  return row(
    make('th', {}, c.name, ' ', dim(c.component)),
    make('td', { class: 'state ' + state }, mark(), make('span', {}, word)),
    cell('Asked', c.at_unix_ms === null ? NONE : time(c.at_unix_ms)), took(c.took_ms + ' ms'),
    cell('Why', c.failure || ''));
};
const port = ({ id, state }) => {
  const [shown, word] = PORTS[state.name] || ['idle', state.name];
  for (const place of ports.get(id) || []) stand(place, shown, word);
};
const changes = (data) => {
  if (data.state) {
    const [state, word] = STATES[data.state.name];
    const pill = $('state');
    pill.className = 'pill ' + state;
    say(pill.querySelector('span'), word);
    const why = data.state.why.join('; ');
    say($('why'), why);
    $('why').hidden = !why || data.state.name === 'ready';
  }
  if (data.log_level) say($('level-now'), data.log_level);
  if (data.health && data.health.length) $('checks').replaceChildren(...data.health.map(check));
  (data.ports || []).forEach(port);
  if (data.slow) $('slow').replaceChildren(requests(data.slow));
  if (data.failed) $('failed').replaceChildren(requests(data.failed));
  if (data.failed || (data.ports || []).some(({ id }) => id === opened)) renew();
};

// ---- The stream: only while somebody looks, and again and again while the service is away

let stream = null;
let lostAt = null;
let retry = 0;
const live = (text, isLost = false) => {
  $('live').classList.toggle('lost', isLost);
  say($('live'), text);
};
const lose = () => {
  close();
  lostAt = lostAt || new Date();
  live('not reachable since ' + lostAt.toLocaleTimeString() + ', trying again', true);
  clearTimeout(retry);
  retry = setTimeout(open, 1000);
};
const close = () => {
  if (stream) stream.close();
  stream = null;
};
// A process that was started anew has other ports and numbers: the page is made anew as well.
const back = async () => {
  const answer = await fetch('/', { cache: 'no-store' });
  const page = await answer.text();
  if (answer.ok && !page.includes('data-instance="' + document.body.dataset.instance + '"')) location.reload();
};
const open = () => {
  if (stream || document.hidden) return;
  stream = new EventSource('/admin/events');
  stream.onopen = () => {
    if (lostAt) back().catch(lose);
    lostAt = null;
    live('live');
  };
  stream.onerror = lose;
  stream.addEventListener('ticks', (event) => ticks(JSON.parse(event.data)));
  stream.addEventListener('changes', (event) => changes(JSON.parse(event.data)));
  stream.addEventListener('end', lose);
};
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return open();
  clearTimeout(retry);
  close();
  live('paused');
});

// ---- The token: kept in this page only

let token = null;
// The dialog stays open until its token was looked at; null: the person gave up.
const ask = (wrong) => new Promise((done) => {
  const dialog = $('token');
  const [file, button] = [$('token-file'), dialog.querySelector('button.main')];
  say($('token-why'), file ? 'It lies in ' + file.textContent : 'admin.token sets it.');
  say($('token-wrong'), wrong || '');
  $('token-value').value = '';
  button.disabled = false;
  dialog.querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    button.disabled = true;
    say($('token-wrong'), '');
    done($('token-value').value.trim());
  };
  dialog.onclose = () => done(null);
  if (!dialog.open) dialog.showModal();
  $('token-value').focus();
});
const SLOW = 'Looking at it. After ten wrong ones, each further one takes a second.';
// Sends a request with the token, asking for it as often as it is wrong; null: the person gave up.
const guarded = async (path, options = {}) => {
  const dialog = $('token');
  let wrong = '';
  for (;;) {
    const isAsked = token === null;
    if (isAsked) token = await ask(wrong);
    if (token === null) return null;
    const headers = { ...options.headers, authorization: 'Bearer ' + token };
    const slow = setTimeout(() => say($('token-wrong'), SLOW), 400);
    const answer = await fetch(path, { ...options, headers }).catch(broken);
    clearTimeout(slow);
    const isWrong = answer.status === 401 || answer.status === 429;
    const hasLeft = isAsked && !dialog.open;
    if (isWrong) token = null;
    else dialog.close();
    if (hasLeft) return null;
    if (!isWrong) return answer;
    wrong = answer.status === 401 ? 'That is not the token.' : await detail(answer);
  }
};
const detail = async (answer) => {
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.title || 'answered ' + answer.status;
};
// What stands for an answer where none came.
const broken = () => ({ ok: false, json: async () => ({ detail: 'The service is not reachable.' }) });

// ---- Configuration

$('config-show').onclick = async () => {
  const answer = await guarded('/admin/config');
  if (!answer) return;
  if (!answer.ok) return $('config-shown').append(make('p', { class: 'wrong' }, await detail(answer)));
  const { values } = await answer.json();
  const made = values.map((v) => make('tr', { 'data-key': v.key }, make('th', {}, code(v.key)),
    cell('Value', code(typeof v.value === 'string' ? v.value : JSON.stringify(v.value))), cell('From', v.source)));
  const find = make('input', { id: 'config-find', type: 'search', placeholder: 'Find a key', 'aria-label': 'Find a key' });
  find.oninput = () => made.forEach((r) => { r.hidden = !r.textContent.toLowerCase().includes(find.value.toLowerCase()); });
  $('config-shown').replaceChildren(find, rows(['Key', 'Value', 'From'], made, 'No values.'));
  find.focus();
  if (opened) show(opened);
};

// ---- Policies

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-do]');
  if (!button) return;
  const order = { ...button.parentNode.dataset, do: button.dataset.do };
  const answer = await guarded('/admin/policy', { method: 'POST', body: JSON.stringify(order) });
  if (!answer) return;
  const said = button.parentNode.querySelector('output');
  said.className = answer.ok ? '' : 'wrong';
  say(said, answer.ok ? 'Done.' : await detail(answer));
  renew();
});

// ---- Log level

$('level').onsubmit = async (event) => {
  event.preventDefault();
  const said = $('level-said');
  const answer = await guarded('/admin/log-level', { method: 'PUT', body: $('level-new').value });
  if (!answer) return;
  said.className = answer.ok ? '' : 'wrong';
  if (!answer.ok) return say(said, await detail(answer));
  const { level } = await answer.json();
  say($('level-now'), level);
  say(said, 'Set to ' + level + '.');
};

// ---- Trying a route: a form made from the service's own description of it

let described = null;
const follow = (schema) => schema && schema.$ref
  ? described.components.schemas[decodeURIComponent(schema.$ref.split('/').pop())] : schema;
// Something that fits the schema, to begin with.
const example = (given, depth = 0) => {
  const schema = follow(given) || {};
  if ('default' in schema) return schema.default;
  if (schema.examples) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  if ('const' in schema) return schema.const;
  const choice = (schema.oneOf || schema.anyOf || schema.allOf || [])[0];
  if (choice) return example(choice, depth);
  switch ([].concat(schema.type)[0]) {
    case 'object': return depth > 4 ? {} : Object.fromEntries(
      Object.entries(schema.properties || {}).map(([name, inner]) => [name, example(inner, depth + 1)]));
    case 'array': return depth > 4 ? [] : [example(schema.items, depth + 1)];
    case 'integer': case 'number': return Math.max(schema.minimum || 0, 1);
    case 'boolean': return true;
    case 'null': return null;
    default: return '';
  }
};
const operation = (id) => {
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, found] of Object.entries(methods)) {
      if (found.operationId === id) return { path, method: method.toUpperCase(), ...found };
    }
  }
  return null;
};
const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const send = async (tried, inputs, body) => {
  const headers = [];
  const query = new URLSearchParams();
  let { path } = tried;
  for (const [parameter, input] of inputs) {
    if (parameter.in === 'path') path = path.replace('{' + parameter.name + '}', () => encodeURIComponent(input.value));
    else if (input.value === '') continue;
    else if (parameter.in === 'query') query.append(parameter.name, input.value);
    else if (parameter.in === 'header') headers.push([parameter.name, input.value]);
  }
  if (query.size) path += '?' + query;
  const request = { method: tried.method, path, headers, body: body ? body.value : '' };
  const answer = await guarded('/admin/try', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request),
  });
  if (!answer) return;
  if (!answer.ok) return $('try-answer').replaceChildren(make('p', { class: 'wrong' }, await detail(answer)));
  const { status, body: text, elapsed_ms: took, trace_id: trace } = await answer.json();
  $('try-answer').replaceChildren(
    make('p', {}, make('b', {}, String(status)), ' in ' + elapsed(took) + ', trace ', code(trace)),
    make('pre', { tabindex: 0 }, pretty(text)));
};
const attempt = async (id) => {
  const answer = described ? null : await fetch('/admin/openapi.json').catch(() => null);
  if (answer && answer.ok) described = await answer.json();
  const tried = described && operation(id);
  if (!tried) return live('no description of ' + id + ' is to be had', true);
  const inputs = (tried.parameters || []).map((parameter) => {
    const input = make('input', { autocomplete: 'off', 'data-name': parameter.name });
    input.required = Boolean(parameter.required);
    input.value = parameter.required ? String(example(parameter.schema)) : '';
    return [parameter, input];
  });
  const label = (text, about, input) => make('label', {}, text + ' ', dim(about), input);
  const fields = inputs.map(([p, input]) => label(p.name, p.in + (p.required ? '' : ', optional'), input));
  const kinds = (tried.requestBody || {}).content || {};
  const [kind] = Object.keys(kinds);
  const body = kind ? make('textarea', { spellcheck: 'false' }) : null;
  if (body) {
    body.value = kind === 'application/json' ? JSON.stringify(example(kinds[kind].schema), null, 2) : '';
    fields.push(label('Body', kind, body));
  }
  say($('try-title'), tried.method + ' ' + tried.path);
  say($('try-about'), tried.summary || '');
  $('try-fields').replaceChildren(...fields);
  $('try-answer').replaceChildren();
  $('try').querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    send(tried, inputs, body);
  };
  $('try').showModal();
};
all('[data-try]').forEach((button) => { button.onclick = () => attempt(button.dataset.try); });

// ---- Finding: at once among what is here; Enter asks the service for all of it

const find = $('find');
find.oninput = () => {
  const text = find.value.trim().toLowerCase();
  for (const r of all('#ports [data-f], #routes [data-f]')) r.hidden = !r.textContent.toLowerCase().includes(text);
  for (const p of all('#hexagon a')) p.classList.toggle('faint', !p.textContent.toLowerCase().includes(text));
};
document.addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    find.focus();
  }
  if (event.key === 'Escape' && opened && !isTyping && !document.querySelector('dialog[open]')) {
    const from = chosen();
    location.hash = '#hexagon';
    if (from) from.focus();
  }
});

// ---- The chosen port

// The port whose article is open, which the address names after its #.
let opened = (document.querySelector('#details article') || {}).id || '';
// What the service knows of a port, with values where the token is known; null where it can't be asked.
const asked = (id) => new Promise((done) => {
  const request = new XMLHttpRequest();
  request.open('GET', '/admin/port?port=' + encodeURIComponent(id));
  request.responseType = 'document';
  if (token !== null) request.setRequestHeader('authorization', 'Bearer ' + token);
  request.onloadend = () => {
    const found = request.status === 200 && request.response && request.response.querySelector('article');
    // A service that was started anew may have another token.
    if (request.status === 401 && token !== null) token = null, done(asked(id));
    else done(found || null);
  };
  request.send();
});
const show = async (id) => {
  const article = await asked(id);
  if (id !== opened) return;
  // The focus is given below; a page that has been read would only complain.
  if (article) article.removeAttribute('autofocus');
  $('details').replaceChildren(article || make('p', { class: 'note bad' }, 'The service is not reachable.'));
  learn();
  grow();
};
// What changes of the open article.
const renew = async () => {
  const [id, before] = [opened, $('details').querySelector('article')];
  const after = id && before && await asked(id);
  if (!after || id !== opened) return;
  const parts = all('[data-part]', after);
  all('[data-part]', before).forEach((part, index) => {
    if (parts[index] && part.outerHTML !== parts[index].outerHTML) part.replaceWith(parts[index]);
  });
};
const chosen = () => all('#hexagon a').find((a) => linked(a) === opened);
const choose = async () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const isPort = /^[^/]+\/(in|out)\//.test(id);
  // The ways to the sections leave it open.
  if (!isPort && id !== 'hexagon') return;
  opened = isPort ? id : '';
  all('#hexagon a').forEach((a) => a.classList.toggle('chosen', isPort && linked(a) === id));
  if (!isPort) return $('details').replaceChildren();
  await show(id);
  const article = $('details').querySelector('article');
  if (!article) return;
  // One that fits is seen whole, of a longer one the beginning.
  article.scrollIntoView({ block: article.offsetHeight < innerHeight - 60 ? 'nearest' : 'start' });
  article.focus({ preventScroll: true });
};
window.addEventListener('hashchange', choose);
document.addEventListener('click', (event) => {
  const a = event.target.closest('a');
  if (!a || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const id = linked(a);
  if (!id && !a.closest('.close')) return;
  event.preventDefault();
  const from = id ? null : chosen();
  if (id === opened) choose();
  location.hash = encodeURI(id || 'hexagon');
  if (from) from.focus();
});
all('[data-close]').forEach((button) => { button.onclick = () => button.closest('dialog').close(); });

document.documentElement.classList.add('scripted');
// What follows can wait until the page is painted.
requestAnimationFrame(() => setTimeout(() => {
  learn();
  choose();
  open();
  // What is above it has got its height since.
  const aim = document.querySelector('section:target');
  if (aim) aim.scrollIntoView({ behavior: 'instant' });
}));
})();
