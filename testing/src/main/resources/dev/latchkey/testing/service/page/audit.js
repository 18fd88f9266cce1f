// The audit log, newest first.

import { callForText } from './api.js';
import { by, cell, make, plural, row, tell, tellProblem, time } from './dom.js';

/** The lines as they were told, oldest first. */
let text = '';
let entries = [];
let loads = 0;

export async function loadAudit() {
  const mine = ++loads;
  try {
    const told = await callForText(`/v1/audit?limit=${by('audit-limit').value}`);
    if (mine === loads) {
      text = told;
      entries = told.split('\n').filter((line) => line !== '').map(entry).reverse();
      render();
    }
  } catch (e) {
    if (mine === loads && e.status !== 401) {
      tellProblem(e.message);
    }
  }
}

/** Reads a line; one that is no JSON object is shown as it is. */
function entry(line) {
  let fields;
  try {
    fields = JSON.parse(line);
  } catch {
    fields = null;
  }
  const whole = fields !== null && typeof fields === 'object' ? fields : { action: line };
  const searched = Object.values(whole).map(String).join(' ').toLowerCase();
  return { fields: whole, searched };
}

function render() {
  const wanted = by('audit-filter').value.trim().toLowerCase();
  const shown = entries.filter((each) => each.searched.includes(wanted));
  by('audit-count').textContent = shown.length === entries.length
    ? plural(entries.length, 'entry', 'entries')
    : `${shown.length} of ${plural(entries.length, 'entry', 'entries')}`;
  by('audit-table').hidden = shown.length === 0;
  by('audit-rows').replaceChildren(...shown.map(({ fields }) => auditRow(fields)));
}

function auditRow(fields) {
  return row([
    cell('Time', fields.time === undefined ? '' : time(String(fields.time), true)),
    cell('Who', ...who(fields)),
    cell('Action', String(fields.action ?? '')),
    cell('On', ...on(fields)),
    cell('Outcome', ...outcome(fields)),
  ]);
}

function who({ caller, user, app, token }) {
  const name = user ?? app ?? '';
  const parts = [make('span', {}, String(name === '' ? caller ?? '' : name))];
  if (name !== '' && caller !== undefined && caller !== name) {
    parts.push(make('span', { className: 'note' }, String(caller)));
  }
  if (token !== undefined) {
    parts.push(make('span', { className: 'note' }, `token ${token}`));
  }
  return parts;
}

function on({ project, secret, tokenId, forApp, forSecrets }) {
  const parts = [];
  if (secret !== undefined) {
    parts.push(make('span', { className: 'name' }, String(secret)));
  }
  if (tokenId !== undefined) {
    parts.push(make('span', { className: 'note' }, `token ${tokenId}`));
  }
  if (forApp !== undefined) {
    parts.push(make('span', { className: 'app' }, String(forApp)));
  }
  if (Array.isArray(forSecrets)) {
    parts.push(make('span', { className: 'note' }, `for ${forSecrets.join(', ')}`));
  }
  if (project !== undefined) {
    parts.push(make('span', { className: 'note' }, `project ${project}`));
  }
  return parts;
}

function outcome({ outcome: told, status, unwritten }) {
  const kinds = { ok: 'good', begun: 'plain' };
  const parts = [make('span', { className: `tag ${kinds[told] ?? 'bad'}` },
      [told, status].filter((part) => part !== undefined).join(' '))];
  if (unwritten !== undefined) {
    parts.push(make('span', { className: 'note' }, `and ${unwritten} unwritten before`));
  }
  return parts;
}

/** Saves the lines as the service told them, all of those that are loaded. */
function save() {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  const link = make('a', { href: url, download: 'latchkey-audit.jsonl' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  tell(`${plural(entries.length, 'entry', 'entries')} saved as latchkey-audit.jsonl.`);
}

export function forgetAudit() {
  loads++;
  text = '';
  entries = [];
  by('audit-filter').value = '';
  by('audit-rows').replaceChildren();
  by('audit-count').textContent = '';
}

by('audit-filter').addEventListener('input', render);
by('audit-limit').addEventListener('change', loadAudit);
by('audit-refresh').addEventListener('click', loadAudit);
by('audit-save').addEventListener('click', save);
