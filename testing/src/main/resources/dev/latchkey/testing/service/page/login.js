// Logging in: by the one-time code of a link, or by user and key.

import { logIn } from './api.js';
import { by, close, open } from './dom.js';

const form = by('login-form');
const user = by('login-user');
const key = by('login-key');
const problem = by('login-problem');
const button = form.querySelector('button');
const dialog = by('login-dialog');

let entered = () => {};

/** Sets what is called with the session once someone has logged in. */
export function onLogin(listener) {
  entered = listener;
}

/**
 * Takes the code out of the address, so that neither this tab's history nor a bookmark has it. The
 * browser's own list of visits may: by then the code is spent.
 */
export function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) {
    history.replaceState(null, '', location.pathname);
  }
  return code;
}

/** Logs in with a code. */
export async function logInByCode(code) {
  entered(await logIn({ code }));
}

/** Asks for user and key, as a view of its own. */
export function showLogin(message) {
  if (dialog.open) {
    close(dialog);
  }
  by('login-place').append(form);
  problem.textContent = message;
}

/**
 * Asks for user and key above an open dialog, which keeps what was typed.
 *
 * @param givenUp is called if the reader gives up
 */
export function showLoginAbove(message, givenUp) {
  dialog.append(form);
  problem.textContent = message;
  open(dialog, () => {
    by('login-place').append(form);
    if (!dialog.dataset.done) {
      givenUp();
    }
    delete dialog.dataset.done;
  });
  key.focus();
}

export function forgetKey() {
  key.value = '';
}

async function send(event) {
  event.preventDefault();
  if (button.disabled) {
    return;
  }
  problem.textContent = '';
  const userId = user.value.trim();
  const apiKey = withoutUser(key.value.trim(), userId);
  if (userId === '' || apiKey === '') {
    problem.textContent = 'A user and an API key are needed.';
    (userId === '' ? user : key).focus();
    return;
  }
  button.disabled = true;
  let wait = 0;
  try {
    const session = await logIn({ userId, apiKey });
    forgetKey();
    if (dialog.open) {
      dialog.dataset.done = 'true';
      close(dialog);
    }
    entered(session);
  } catch (e) {
    problem.textContent = e.message;
    wait = e.retryAfter;
    if (wait === 0) {
      key.focus();
    }
  } finally {
    if (wait > 0) {
      setTimeout(tryAgain, wait * 1000);
    } else {
      button.disabled = false;
    }
  }
}

function tryAgain() {
  button.disabled = false;
  problem.textContent = 'You can try again now.';
}

/** The file has "user:key" in one line, and that is what is copied from it. */
function withoutUser(text, userId) {
  return text.startsWith(`${userId}:`) ? text.slice(userId.length + 1) : text;
}

form.addEventListener('submit', send);
