// Keeps the page up to date, and adds what it can't do alone: try a route, show values, set the level.
// Texts reach the document as textContent only; the page's policy refuses everything else.
'use strict';
(() => {
const $ = (id) => document.getElementById(id);
const all = (css, from = document) => [...from.querySelectorAll(css)];
const NONE = '\u2013';
const MARKS = {
  ok: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0',
  idle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  bad: 'M0-5.5L5.5 4.5H-5.5Z',
  warn: 'M0-6L6 0L0 6L-6 0Z',
  away: 'M-4-4L4 4M4-4L-4 4',
};
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

const places = new Map();
const learn = () => {
  places.clear();
  for (const place of all('[data-f]')) {
    const id = Number(place.dataset.f);
    if (!places.has(id)) places.set(id, []);
    places.get(id).push(place);
  }
};
const stand = (place, state, word) => {
  const side = place.tagName === 'ARTICLE' ? place.querySelector('.state') : place;
  if (side.classList.contains(state)) return;
  side.classList.remove(...Object.keys(MARKS));
  side.classList.add(state);
  say(place.querySelector('.state span'), word);
  const drawn = place.querySelector('path.mark');
  if (!drawn) return;
  drawn.setAttribute('class', 'mark ' + state);
  drawn.setAttribute('d', MARKS[state]);
  say(place.querySelector('text.state'), state === 'ok' || state === 'idle' ? '' : word);
  place.setAttribute('aria-label', place.getAttribute('aria-label').replace(/[^,]*$/, ' ' + word));
};
const number = ([id, calls, , , r, errors, p50, p99]) => {
  const failed = share(r, errors);
  const texts = { rate: rate(r), errors: failed, p50: millis(p50), p99: millis(p99) };
  for (const place of places.get(id) || []) {
    for (const cell of all('[data-n]', place)) {
      if (cell.closest('[data-f]') === place) say(cell, texts[cell.dataset.n]);
    }
    say(place.querySelector('text.line'), texts.rate + ' \u00b7 ' + failed + ' errors');
    say(place.querySelector('text.time'), p50 === null ? '' : 'p50 ' + texts.p50 + ' \u00b7 p99 ' + texts.p99);
    say(place.querySelector('text.rate'), texts.rate);
    if (place.dataset.side === 'in') {
      stand(place, ...(errors > 0 ? PORTS.failing : calls ? PORTS.ok : PORTS.idle));
    }
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
    make('thead', {}, row(...heads.map((head) => make('th', { scope: 'col' }, head)))), make('tbody', {}, ...made))
  : make('p', { class: 'empty' }, empty);

const request = (r) => row(
  make('td', {}, time(r.at_unix_ms)),
  make('th', { scope: 'row' }, code(r.method + ' ' + (r.route || 'no route')), ' ', dim(r.component)),
  cell('Answer', r.status ? String(r.status) : 'no answer', ' ',
    dim(r.error_type && r.error_type !== String(r.status) ? r.error_type : '')),
  took(elapsed(r.elapsed_ms)), cell('Trace', code(r.trace_id)));
const requests = (list) => rows(['When', 'Request', 'Answer', 'Took', 'Trace'], list.map(request), 'None.');
const check = (c) => {
  const [state, word] = c.state === 'up' ? ['ok', 'up'] : c.state === 'unknown' ? ['idle', 'not asked yet']
    : c.required ? ['bad', 'down'] : ['warn', 'down, optional'];
  return row(
    make('th', { scope: 'row' }, c.name, ' ', dim(c.component)),
    make('td', { class: 'state ' + state }, mark(), make('span', {}, word)),
    cell('Asked', c.at_unix_ms === null ? NONE : time(c.at_unix_ms)), took(c.took_ms + ' ms'),
    cell('Why', c.failure || ''));
};
const port = ({ id, state }) => {
  const [shown, word] = PORTS[state.name] || ['idle', state.name];
  for (const place of all('[data-port],[data-edge]')) {
    if (place.dataset.edge === id) place.setAttribute('class', 'joint ' + shown);
    if (place.dataset.port === id) stand(place, shown, word);
  }
  const article = $(id);
  if (!article) return;
  stand(article, shown, word);
  const why = article.querySelector('.why');
  why.hidden = !state.why;
  say(why, state.why || '');
  const addresses = state.addresses.map((a) => make('li', {}, code(a.address), ' ',
    dim((a.zone ? a.zone + ' ' : '') + 'weight ' + a.weight)));
  article.querySelector('.addresses').replaceChildren(...addresses);
  const failed = state.failures.map((f) => row(make('td', {}, time(f.at_unix_ms)), cell('Method', f.method),
    cell('Error', f.error_type), cell('Trace', code(f.trace_id))));
  if (failed.length) article.querySelector('.failures tbody').replaceChildren(...failed);
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
const ask = (wrong) => new Promise((done) => {
  const file = $('token-file');
  say($('token-why'), file ? 'It lies in ' + file.textContent : 'admin.token sets it.');
  say($('token-wrong'), wrong || '');
  $('token-value').value = '';
  let given = null;
  $('token').querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    given = $('token-value').value.trim();
    $('token').close();
  };
  $('token').onclose = () => done(given);
  $('token').showModal();
});
// Sends a request with the token, asking for it as often as it is wrong; null: the person gave up.
const guarded = async (path, options = {}) => {
  let wrong = '';
  for (;;) {
    if (token === null) token = await ask(wrong);
    if (token === null) return null;
    const headers = { ...options.headers, authorization: 'Bearer ' + token };
    const answer = await fetch(path, { ...options, headers });
    if (answer.status !== 401 && answer.status !== 429) return answer;
    token = null;
    wrong = answer.status === 401 ? 'That is not the token.' : (await answer.json()).detail;
  }
};
const detail = async (answer) => {
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.title || 'answered ' + answer.status;
};
const broken = () => 'The service is not reachable.';

// ---- Configuration

$('config-show').onclick = async () => {
  const answer = await guarded('/admin/config').catch(() => null);
  if (!answer) return;
  if (!answer.ok) return $('config-shown').append(make('p', { class: 'wrong' }, await detail(answer)));
  const { values } = await answer.json();
  const made = values.map((v) => make('tr', { 'data-key': v.key }, make('th', { scope: 'row' }, code(v.key)),
    cell('Value', code(typeof v.value === 'string' ? v.value : JSON.stringify(v.value))), cell('From', v.source)));
  const find = make('input', { id: 'config-find', type: 'search', placeholder: 'Find a key', 'aria-label': 'Find a key' });
  find.oninput = () => made.forEach((r) => { r.hidden = !r.textContent.toLowerCase().includes(find.value.toLowerCase()); });
  $('config-shown').replaceChildren(find, rows(['Key', 'Value', 'From'], made, 'No values.'));
  find.focus();
  for (const value of values) {
    for (const place of all('.settings tr')) {
      if (place.dataset.key === value.key) place.cells[1].replaceChildren(code(String(value.value)));
    }
  }
};

// ---- Log level

$('level').onsubmit = async (event) => {
  event.preventDefault();
  const said = $('level-said');
  const send = guarded('/admin/log-level', { method: 'PUT', body: $('level-new').value });
  const answer = await send.catch(broken);
  if (!answer) return;
  const isSet = answer.ok === true;
  said.className = isSet ? '' : 'wrong';
  if (!isSet) return say(said, typeof answer === 'string' ? answer : await detail(answer));
  const { level } = await answer.json();
  say($('level-now'), level);
  say(said, 'Set to ' + level + '.');
};

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
  if (event.key === 'Escape' && location.hash && !isTyping && !document.querySelector('dialog[open]')) {
    const from = chosen();
    location.hash = '#hexagon';
    if (from) from.focus();
  }
});

// ---- The chosen port

const article = () => $(decodeURIComponent(location.hash.slice(1)));
const chosen = () => all('#hexagon a').find((a) => a.getAttribute('href') === location.hash);
const choose = () => {
  all('#hexagon a').forEach((a) => a.classList.toggle('chosen', a.getAttribute('href') === location.hash));
  const shown = article();
  if (shown && shown.tagName === 'ARTICLE') shown.focus({ preventScroll: true });
};
window.addEventListener('hashchange', choose);
all('[data-close]').forEach((button) => { button.onclick = () => button.closest('dialog').close(); });

document.documentElement.classList.add('scripted');
learn();
choose();
open();
})();
