// The dialog that creates a secret or replaces a value.

import { call, path } from './api.js';
import { by, close, fail, open } from './dom.js';
import { ValueEditor, ValueError } from './value-editor.js';

const PAUSE_MILLIS = 250;

/** How the service words a suggestion. Worded otherwise it is still shown, without a button. */
const NEAREST = /^Nearest legal name: (\S+)\.$/;

const dialog = by('secret-dialog');
const problem = by('secret-problem');
const nameField = by('secret-name');
const nameStatus = by('secret-name-status');
const suggestion = by('secret-suggestion');
const instead = by('secret-instead');

/** What the open dialog is for; null while it is closed. */
let job = null;

/**
 * Opens the dialog.
 *
 * @param project whose secrets
 * @param secrets those that the page knows, to be replaced if a new one's name is taken
 * @param secret the one whose value is replaced; undefined to create one
 * @param changed is called with what happened, after the dialog is closed
 */
export function openSecretDialog({ project, secrets, secret, changed }) {
  job = { project, secrets, secret, changed, editor: new ValueEditor(by('secret-value')), asked: 0 };
  describe();
  open(dialog, ended);
  if (secret === undefined) {
    nameField.focus();
  } else {
    job.editor.focus();
  }
}

function describe() {
  const { secret } = job;
  by('secret-name-field').hidden = secret !== undefined;
  by('secret-type-field').hidden = secret !== undefined;
  by('secret-dialog-title').textContent =
      secret === undefined ? 'New secret' : `New value for ${secret.name}`;
  by('secret-send').textContent = secret === undefined ? 'Create' : 'Replace the value';
}

function ended() {
  clearTimeout(job.timer);
  job.editor.remove();
  job = null;
  nameField.value = '';
  by('secret-type').value = '';
  problem.textContent = '';
  showName('', '');
}

/** Says how the name stands: its class is "good", "bad" or empty. */
function showName(kind, text, { suggested, taken } = {}) {
  nameStatus.className = `status ${kind}`;
  nameStatus.textContent = text;
  nameField.setAttribute('aria-invalid', String(kind === 'bad'));
  suggestion.hidden = suggested === undefined;
  suggestion.textContent = suggested === undefined ? '' : `Use ${suggested}`;
  suggestion.value = suggested ?? '';
  instead.hidden = taken === undefined;
}

function typing() {
  problem.textContent = '';
  clearTimeout(job.timer);
  job.asked++; // An answer to an earlier question no longer matters.
  if (nameField.value === '') {
    showName('', '');
    return;
  }
  job.timer = setTimeout(check, PAUSE_MILLIS);
}

async function check() {
  const asking = job;
  const question = ++asking.asked;
  const name = nameField.value;
  let answer;
  try {
    answer = await call('POST', path(asking.project, 'secret-names'), { name });
  } catch (e) {
    answer = { failure: e.status === 401 ? '' : e.message }; // A login is asked for.
  }
  if (job === asking && asking.asked === question) {
    showAnswer(name, answer);
  }
}

function showAnswer(name, answer) {
  if (answer.failure !== undefined) {
    showName('', answer.failure);
  } else if (!answer.valid) {
    const text = [answer.problem, answer.remedy].filter(Boolean).join(' ');
    showName('bad', text, { suggested: NEAREST.exec(answer.remedy)?.[1] });
  } else if (answer.exists) {
    showName('bad', 'There is a secret of this name already. Upper and lower case are the same.',
        { taken: known(name) });
  } else {
    showName('good', 'This name is free.');
  }
}

function known(name) {
  return job.secrets().find((secret) => secret.name.toLowerCase() === name.toLowerCase());
}

/** For one who typed a long value for a name that turned out to be taken. */
function replaceInstead() {
  job.secret = known(nameField.value);
  problem.textContent = '';
  describe();
  job.editor.focus();
}

async function send(event) {
  event.preventDefault();
  if (job === null || job.sending) {
    return;
  }
  const sending = job;
  problem.textContent = '';
  if (sending.secret === undefined && nameField.value === '') {
    showName('bad', 'The name is missing.');
    nameField.focus();
    return;
  }
  sending.sending = true;
  by('secret-send').disabled = true;
  try {
    const told = await request(sending);
    if (job === sending) {
      close(dialog);
    }
    sending.changed(told);
  } catch (e) {
    failed(sending, e);
  } finally {
    sending.sending = false;
    by('secret-send').disabled = false;
  }
}

async function request({ project, secret, editor }) {
  const name = nameField.value;
  const type = by('secret-type').value;
  const value = await editor.read();
  if (secret !== undefined) {
    await call('PUT', path(project, 'secrets', secret.id), value);
    return `The value of ${secret.name} is replaced. Running apps get it within seconds.`;
  }
  await call('POST', path(project, 'secrets'), { name, ...(type === '' ? {} : { type }), ...value });
  return `${name} is created.`;
}

/** Nothing that was typed is lost: it may be the name alone that has to be changed. */
function failed(sending, e) {
  if (job !== sending) {
    fail(dialog, problem, e.message);
    return;
  }
  problem.textContent = e.status === 401
    ? 'Not sent: the session had ended. Send it again once you are logged in.' : e.message;
  if (e instanceof ValueError) {
    sending.editor.focus();
  } else if (sending.secret === undefined && (e.status === 409 || e.status === 400)) {
    nameField.focus();
    check();
  }
}

nameField.addEventListener('input', typing);
suggestion.addEventListener('click', () => {
  nameField.value = suggestion.value;
  nameField.focus();
  check();
});
instead.addEventListener('click', replaceInstead);
by('secret-form').addEventListener('submit', send);
