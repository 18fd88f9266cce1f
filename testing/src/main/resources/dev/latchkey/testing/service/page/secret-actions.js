// The dialogs of a secret other than that of its value: delete, used by, versions.

import { call, path } from './api.js';
import { by, cell, close, fail, make, open, plural, replaceRows, row, rowHead, time, unseen }
    from './dom.js';

/** What the open dialog of deletion is for; null while it is closed. */
let deletion = null;

export function openDelete({ project, secret, apps, changed }) {
  deletion = { project, secret, changed };
  by('delete-name').textContent = secret.name;
  by('delete-users').textContent = apps.length === 0 ? 'No app has a token for it.'
    : `${plural(apps.length, 'app')} can read it now and will fail without it: ${apps.join(', ')}.`;
  open(by('delete-dialog'), () => {
    deletion = null;
    by('delete-typed').value = '';
    by('delete-problem').textContent = '';
  });
  by('delete-typed').focus();
}

async function sendDelete(event) {
  event.preventDefault();
  const sending = deletion;
  const problem = by('delete-problem');
  problem.textContent = '';
  if (sending === null || sending.sending) {
    return;
  }
  if (by('delete-typed').value !== sending.secret.name) {
    problem.textContent = 'That is not its name. It is deleted only if the two are the same.';
    by('delete-typed').focus();
    return;
  }
  sending.sending = true;
  try {
    await call('DELETE', path(sending.project, 'secrets', sending.secret.id));
    if (deletion === sending) {
      close(by('delete-dialog'));
    }
    await sending.changed(`${sending.secret.name} is deleted.`);
    ifLost(by('search'));
  } catch (e) {
    if (deletion === sending) {
      fail(by('delete-dialog'), problem, e.message);
    }
  } finally {
    sending.sending = false;
  }
}

/** Puts the focus somewhere near, if what had it is gone. */
function ifLost(near) {
  if (document.activeElement === document.body) {
    (near.offsetParent === null ? by('create-first') : near).focus();
  }
}

by('delete-form').addEventListener('submit', sendDelete);

/**
 * Opens the list of the tokens that are for a secret.
 *
 * @param tokens returns those that the page knows now
 * @param reload asks the service for them again
 */
export function openUsers({ project, secret, tokens, reload }) {
  let closed = false;
  const revoked = async (token) => {
    by('users-problem').textContent = '';
    let problem = '';
    try {
      await call('DELETE', path(project, 'process-tokens', token.id));
    } catch (e) {
      problem = e.message;
    }
    await reload();
    if (closed) {
      return; // The dialog is another secret's by now.
    }
    if (problem === '') {
      by('users-outcome').textContent = `A token of ${token.app} is revoked.`;
    } else {
      fail(by('users-dialog'), by('users-problem'), problem);
    }
    show();
  };
  const show = () => {
    const found = tokens();
    by('users-table').hidden = found.length === 0;
    if (found.length === 0) {
      by('users-outcome').textContent += ' No app has a token for it now.';
    }
    const otherwise = by('users-dialog').querySelector('[data-close]');
    replaceRows(by('users-rows'), found.map((token) => userRow(token, revoked)), otherwise);
  };
  by('users-name').textContent = secret.name;
  show();
  open(by('users-dialog'), () => {
    closed = true;
    by('users-problem').textContent = '';
    by('users-outcome').textContent = '';
    by('users-rows').replaceChildren();
  });
}

function userRow(token, revoked) {
  return row([
    rowHead(make('span', { className: 'app' }, token.app)),
    cell('Role', token.role.toLowerCase()),
    cell('Reads', plural(token.secrets.length, 'secret')),
    cell('Until', time(token.expiresAt)),
    make('td', { role: 'cell', className: 'acts' }, revokeButton(token, revoked)),
  ]);
}

/** Revoking asks once more: an app loses all secrets of the token at once. */
function revokeButton(token, revoked) {
  const label = make('span', {}, 'Revoke');
  const button = make('button', { type: 'button', className: 'risky', 'data-key': token.id }, label,
      unseen(` the token of ${token.app}`));
  button.addEventListener('click', async () => {
    if (!button.classList.contains('asks')) {
      button.classList.add('asks');
      label.textContent = 'Revoke, surely?';
      by('users-outcome').textContent = `${token.app} will lose `
          + `${plural(token.secrets.length, 'secret')} at once. Press again to revoke.`;
      return;
    }
    button.disabled = true;
    await revoked(token);
  });
  button.addEventListener('blur', () => {
    if (button.isConnected && !button.disabled) {
      button.classList.remove('asks');
      label.textContent = 'Revoke';
    }
  });
  return button;
}

export async function openVersions(project, secret) {
  const dialog = by('versions-dialog');
  const rows = by('versions-rows');
  by('versions-name').textContent = secret.name;
  let closed = false;
  open(dialog, () => {
    closed = true;
    rows.replaceChildren();
    by('versions-problem').textContent = '';
  });
  try {
    const { versions } = await call('GET', path(project, 'secrets', secret.id, 'versions'));
    if (!closed) {
      rows.replaceChildren(...versions.map((version, i) => row([
        rowHead(String(version.version),
            ...(i === 0 ? [' ', make('span', { className: 'tag' }, 'current')] : [])),
        cell('Since', time(version.createdAt, true)),
      ])));
    }
  } catch (e) {
    if (!closed) {
      by('versions-problem').textContent = e.message;
    }
  }
}
