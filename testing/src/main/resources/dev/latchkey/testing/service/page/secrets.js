// The list of a project's secrets, and what is done with one of them.

import { call, path } from './api.js';
import { by, cell, copyButton, make, plural, replaceRows, row, rowHead, tell, tellProblem, time,
  unseen } from './dom.js';
import { openDelete, openUsers, openVersions } from './secret-actions.js';
import { openSecretDialog } from './secret-dialog.js';

const PLAIN_TYPE = 'SECRET_TYPE_UNSPECIFIED';
const COLLATOR = new Intl.Collator(undefined, { numeric: true });

let project = '';
let secrets = [];
let tokens = [];
let order = { by: 'name', down: false };
let loads = 0;
let loaded = false;

/** Shows a project's secrets. */
export function showProject(name) {
  if (project !== name) {
    forgetSecrets();
    project = name;
  }
  return load();
}

export function forgetSecrets() {
  loads++;
  loaded = false;
  project = '';
  secrets = [];
  tokens = [];
  by('search').value = '';
  by('secrets-rows').replaceChildren();
  by('secrets-table').hidden = true;
  by('secrets-empty').hidden = true;
  by('secrets-count').textContent = '';
}

async function load() {
  const mine = ++loads;
  try {
    const [listed, granted] = await Promise.all([
      call('GET', path(project, 'secrets')),
      call('GET', path(project, 'process-tokens')),
    ]);
    if (mine === loads) {
      secrets = listed.secrets;
      tokens = granted.tokens;
      loaded = true;
      render();
    }
  } catch (e) {
    if (mine === loads && e.status !== 401) {
      tellProblem(e.message);
    }
  }
}

/** The variable that a secret is usually bound to. */
function variable(name) {
  return name.toUpperCase().replaceAll(/[-.]/g, '_');
}

/** The tokens that are for a secret. Names that differ in case alone are the same. */
function tokensOf(secret) {
  const name = secret.name.toLowerCase();
  return tokens.filter((token) => token.secrets.some((of) => of.toLowerCase() === name));
}

function appsOf(secret) {
  return [...new Set(tokensOf(secret).map((token) => token.app))].sort(COLLATOR.compare);
}

const comparisons = {
  name: (a, b) => COLLATOR.compare(a.name, b.name),
  createdAt: (a, b) => new Date(a.createdAt) - new Date(b.createdAt),
  updatedAt: (a, b) => new Date(a.updatedAt) - new Date(b.updatedAt),
  usedBy: (a, b) => appsOf(a).length - appsOf(b).length,
};

function found() {
  const text = by('search').value.trim().toLowerCase();
  const sign = order.down ? -1 : 1;
  return secrets
      .filter((secret) =>
        [secret.name, ...appsOf(secret)].some((part) => part.toLowerCase().includes(text)))
      .sort((a, b) => sign * comparisons[order.by](a, b) || comparisons.name(a, b));
}

function render() {
  if (!loaded) {
    return; // That there are none is not known yet.
  }
  const shown = found();
  const none = secrets.length === 0;
  by('secrets-empty').hidden = !none;
  by('secrets-tools').hidden = none;
  by('create').hidden = none;
  by('secrets-table').hidden = shown.length === 0;
  by('secrets-count').textContent = none ? '' : shown.length === secrets.length
    ? plural(secrets.length, 'secret') : `${shown.length} of ${plural(secrets.length, 'secret')}`;
  for (const button of document.querySelectorAll('[data-sort]')) {
    const head = button.parentElement;
    if (button.dataset.sort === order.by) {
      head.setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
    } else {
      head.removeAttribute('aria-sort');
    }
  }
  replaceRows(by('secrets-rows'), shown.map(secretRow), by(none ? 'create-first' : 'search'));
}

function secretRow(secret) {
  const line = `--secret ${variable(secret.name)}=${secret.name}`;
  const key = (what) => `${what} ${secret.id}`;
  const head = rowHead(
      make('span', { className: 'name' }, secret.name),
      make('span', { className: 'line' }, make('code', {}, line),
          copyButton(line, secret.name, key('copy'))));
  if (secret.type !== PLAIN_TYPE) {
    head.append(make('span', { className: 'type' }, secret.type));
  }
  return row([
    head,
    cell('Created', time(secret.createdAt)),
    cell('Updated', time(secret.updatedAt)),
    cell('Used by', usedBy(secret, key('users'))),
    make('td', { role: 'cell', className: 'acts' },
        act('Replace', ' the value of ', secret, key('replace'), () => replace(secret)),
        act('Versions', ' of ', secret, key('versions'), () => openVersions(project, secret)),
        act('Delete', ' ', secret, key('delete'), () => remove(secret), 'risky')),
  ]);
}

function act(label, link, secret, key, listener, className = '') {
  const button = make('button', { type: 'button', className, 'data-key': key }, label,
      unseen(link + secret.name));
  button.addEventListener('click', listener);
  return button;
}

function usedBy(secret, key) {
  const apps = appsOf(secret);
  if (apps.length === 0) {
    return make('span', { className: 'muted' }, 'no app');
  }
  const names = apps.length > 2 ? [apps[0], `and ${apps.length - 1} more`] : apps;
  const button = make('button', { type: 'button', className: 'users', 'data-key': key },
      ...names.map((name) => make('span', { className: 'app' }, name, ' ')),
      unseen(`read ${secret.name}`));
  button.addEventListener('click', () =>
    openUsers({ project, secret, tokens: () => tokensOf(secret), reload: load }));
  return button;
}

function create() {
  openSecretDialog({ project, secrets: () => secrets, changed });
}

function replace(secret) {
  openSecretDialog({ project, secrets: () => secrets, secret, changed });
}

function remove(secret) {
  openDelete({ project, secret, apps: appsOf(secret), changed });
}

function changed(told) {
  tell(told);
  return load();
}

for (const id of ['create', 'create-first']) {
  by(id).addEventListener('click', create);
}
by('search').addEventListener('input', render);
by('secrets-refresh').addEventListener('click', load);
for (const button of document.querySelectorAll('[data-sort]')) {
  button.addEventListener('click', () => {
    const column = button.dataset.sort;
    // Times and numbers are of interest from the newest and largest on.
    const down = order.by === column ? !order.down : column !== 'name';
    order = { by: column, down };
    render();
  });
}
